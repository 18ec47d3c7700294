"""The engine on Spark, on this machine or a cluster: Athena's dialect, transpiled, over the lake's files.

Under spark-submit and on Glue it uses the session and the settings that it finds there.

    dialect         what sqlglot's Spark dialect leaves different from Athena's
    engine          the Engine port: query, and write as Parquet
    errors          Spark's errors as Millrace's
    frames          DataFrames for scripts
    row_files       a statement's rows as files that DuckDB reads, for exports
    s3              settings with which a Spark outside Glue and EMR reaches S3
    session         a Spark session that answers as Athena does
    table_data      how each kind of table data is read
    types           type names and values between Athena and Spark
    written_files   the files that a write has left in its folder
"""
