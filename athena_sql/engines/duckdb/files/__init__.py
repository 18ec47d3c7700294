"""What files say of a table's columns.

Each module looks at files or their paths alone:

    file_columns     which columns Parquet files have
    inferred_forms   the form of a dataset's files, as a crawler finds it
    path_keys        key columns: dt and others from folders
"""
