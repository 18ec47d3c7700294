"""What Athena's statements need on DuckDB beyond what sqlglot's dialect writes: the answers that Athena gives.

Every statement passes here, of whatever door: a job's, a query of `millrace query` or the page, the endpoint's.

    calls    the rewrites in their order
    casts    casts
    macros   functions that DuckDB lacks
    nested   JSON, arrays and rows
    order    ORDER BY an expression over an alias
    parts    parts of rewrites
    texts    functions of texts and patterns
    times    functions of times, and instants
"""
