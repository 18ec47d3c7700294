"""From a parsed query to SQL that the engine may run, and the files that it will read.

The fence decides what SQL may read; nothing reaches DuckDB that has not passed it.

    column_pruning   projection pruning: the columns of a table that a query can use
    comparisons      refuses comparisons of a column with a text of another type
    fence            the allow-list on the syntax tree
    functions        the functions that a statement may call
    name_resolution  which table each name means
    planner          the passes in their order: check, resolve, rewrite, bind
    rewriting        function calls rewritten for DuckDB where the transpiled call would answer differently
    scans            the scans of a plan: columns, partitions and bytes
"""
