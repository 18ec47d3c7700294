"""Engines: adapters of the Engine port, one folder each with the same file names, and what they share.

Each folder has engine, dialect (Athena needs none), errors, session, types and table_data; Spark and Athena have more.

    athena      statements on Athena, as they are
    duckdb      statements on this machine, transpiled
    errors      messages that all engines word alike
    heads       the first rows of a query, and the number of all
    nans        NaN, which engines take for the largest number
    row_files   rows as CSV and JSON, batch by batch
    rules       names of columns, and what a statement must fulfil to be written
    spark       statements on Spark, transpiled
    values      fetched values as a Result holds them
    wrapped     aggregates and what is put around them
"""
