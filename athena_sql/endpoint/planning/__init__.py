"""From a parsed query to SQL that the engine may run, and the files that it will read.

Only SQL that has passed the fence (`language/fence.py`) reaches DuckDB.

    column_pruning     projection pruning: the columns of a table that a query can use
    name_resolution    which table each name means
    placeholders       query parameters: values for the `?` of a statement
    planner            the passes in their order: check, resolve, bind, rewrite
    scans              the scans of a plan: columns, partitions and bytes
    stored_views       registered views, through the fence
"""
