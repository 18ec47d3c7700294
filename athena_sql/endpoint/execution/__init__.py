"""Query executions: their states, workers, sessions and stores.

An execution is QUEUED, RUNNING, and then SUCCEEDED, FAILED or CANCELLED for good.

    executions   a query execution as it is stored and as the API shows it
    failures     the engine's errors in Athena's words
    queries      the worker pool: starts, reuses and stops executions
    running      one statement from plan to stored result
    saved_store  the store of named queries and prepared statements
    sessions     one DuckDB session for each worker, with a time limit
    store        the store of executions, and the lock on its folder
"""
