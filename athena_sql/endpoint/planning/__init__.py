"""From a parsed query to SQL that the engine may run, and the files that it will read.

The fence decides what SQL may read; only SQL that has passed it reaches DuckDB.

    column_pruning     projection pruning: the columns of a table that a query can use
    fence              the allow-list on the syntax tree
    functions          the functions that a statement may call
    name_resolution    which table each name means
    placeholders       query parameters: values for the `?` of a statement
    planner            the passes in their order: check, resolve, bind, rewrite
    scans              the scans of a plan: columns, partitions and bytes
    stored_views       registered views, through the fence
    text_comparisons   refuses comparisons of a column with a text of another type
"""
