"""The local Athena endpoint: the Athena API over one lake, for Athena's own clients, such as Grafana.

A request is checked (`api`), its statement parsed (`statements`), planned (`planning`) and run in a worker process with
a DuckDB session of its own (`execution`) over the files of the lake (`lake`). The result is stored in pages
(`results`).

    api          the operations of the Athena API, served over HTTP
    endpoint     the whole, put together: every operation over one lake
    execution    query executions: their states, workers, sessions and stores, and what they write
    failures     the engine's errors in Athena's words
    lake         the tables that queries see, and the files behind them
    planning     from a parsed query to SQL that the engine may run
    ports        what the endpoint needs from outside: tables, object store, registry
    problems     the refusals and failures that several operations share
    results      the columns and rows of results, and the files that store them
    statements   from a statement's text to what it is
"""
