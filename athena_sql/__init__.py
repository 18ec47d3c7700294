"""SQL over the lake: statements written once, in Athena's dialect, and the engines that run them.

The SQL itself is data: `sql/<layer>/<table>.sql` declares and makes the tables, `queries/` and `checks/` hold saved
queries.

    endpoint      the Athena API over a lake in a folder
    engines       the engines: DuckDB, Spark, Athena
    language      what a statement may say, checked in every door
    portability   proof that a statement gives the same rows on every engine
    ports         statements, table data, results, and the Engine port
    result_csv    rows as Athena writes them into the CSV object of a result
    statements    from a statement's text to a syntax tree that an engine can run
    tables        the declared tables, with their columns
"""
