"""What Athena's statements need on DuckDB beyond what sqlglot's dialect writes: the answers that Athena gives.

Every statement passes here, of whatever door: a job's, a query of `millrace query` or the page, the endpoint's.

    calls       the rewrites in their order
    carriers    columns of a result whose type DuckDB does not have
    casts       casts
    formats     times as texts, and literals of times
    intervals   intervals, and dates that they are added to
    kinds       kinds of times, known from the tree
    macros      functions that DuckDB lacks
    nested      JSON, arrays and rows
    order       ORDER BY an expression over an alias
    parts       parts of rewrites
    texts       functions of texts and patterns
    times       differences and fields of times
    zones       times with a zone
"""
