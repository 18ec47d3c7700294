"""The engine on one machine: Athena's dialect, transpiled, in DuckDB over the lake's files.

Nothing outside the lake's folder can be read or written, except for the one file of an export.

    dialect            what sqlglot's DuckDB dialect leaves different from Athena's
    engine             the Engine port: query, and write by COPY
    errors             DuckDB's errors as Millrace's
    fetch              rows of a query as Python values
    files              what files say of a table's columns
    given_rows         rows that a script gives, as a Parquet file
    messages           DuckDB's messages in Athena's words
    pipe               a pipe with a path, for writers that need a path
    processes          sessions in worker processes, bounded in memory
    row_export         rows written to a file or a pipe, for every engine's export
    row_files          rows as CSV, JSON and Parquet, written by DuckDB
    running_sessions   the sessions at work, which can be interrupted
    session            a DuckDB connection that reaches the lake's folder and nothing else
    session_spec       the specification of a session, as data
    table_data         how each kind of table data is read
    translation        what Athena's statements need beyond sqlglot's dialect: calls rewritten, macros
    types              type names between Athena and DuckDB
    view_file          a DuckDB file of views over the lake's files
"""
