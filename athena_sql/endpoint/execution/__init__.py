"""Query executions: their states, workers, sessions and stores, and what they write.

Every result is stored on disk; with an object store it is also written there, as Athena does.

An execution is QUEUED, RUNNING, and then SUCCEEDED, FAILED or CANCELLED for good.

    engine_calls        the calls that worker processes serve
    executions          a query execution as it is stored and as the API shows it
    outputs             results in an object store: addresses and formats
    saved_store         the store of named queries and prepared statements
    sessions            one DuckDB session for each running query, in a process of its own, with a time limit
    show                the rows of SHOW and DESCRIBE
    statement_run       one statement from plan to stored result
    store               the store of executions, and the lock on its folder
    table_definitions   external tables, ALTER TABLE, MSCK REPAIR TABLE, views, and what drops them
    table_writer        CREATE TABLE AS, INSERT and UNLOAD
    worker_pool         the pool of threads: starts, reuses and stops executions
"""
