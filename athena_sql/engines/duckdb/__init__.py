"""The engine on one machine: Athena's dialect, transpiled, in DuckDB over the lake's files.

Nothing outside the lake's folder can be read or written.

    dialect        what sqlglot's DuckDB dialect leaves different from Athena's
    engine         the Engine port: query, and write by COPY
    errors         DuckDB's errors as Millrace's
    file_columns   which columns Parquet files have
    path_keys      key columns: dt and others from folders
    session        a DuckDB connection that reaches the lake's folder and nothing else
    table_data     how each kind of table data is read
    types          type names between Athena and DuckDB
"""
