"""The columns and rows of results, and where they are written.

Every result is kept on disk; with an object store it is also written there, as Athena does.

    column_types  Athena's names of column types, and values as text
    files         results on disk, in pages
    metadata      the `.metadata` object beside a result
    outputs       results in an object store: addresses and formats
    show          the rows of SHOW and DESCRIBE
    table_writer  CREATE TABLE AS, INSERT and UNLOAD
"""
