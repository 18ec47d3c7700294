"""The local Athena endpoint: the Athena API over one lake, for Athena's own clients, such as Grafana.

A request is checked (`api`), its statement parsed (`statements`), planned (`planning`) and run by a worker with a
DuckDB session of its own (`execution`) over the files of the lake (`lake`); the result is kept in pages (`results`).

    api         the operations of the Athena API, served over HTTP
    endpoint    the whole, put together: every operation over one lake
    execution   query executions: their states, workers, sessions and stores
    lake        the tables that queries see, and the files behind them
    planning    from a parsed query to SQL that the engine may run
    ports       what the endpoint needs from outside: tables, object store, registry
    results     the columns and rows of results, and where they are written
    statements  from a statement's text to what it is
"""
