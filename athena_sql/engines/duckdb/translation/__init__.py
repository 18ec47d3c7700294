"""What Athena's statements need on DuckDB beyond what sqlglot's dialect writes: the answers that Athena gives.

Every statement passes here, of whatever door: a job's, a query of `millrace query` or the page, the endpoint's.

    calls           the rewrites in their order
    casts           casts
    json_functions  functions of JSON, casts to it and from it
    json_macros     macros for JSON
    macros          functions that DuckDB lacks
    nested          arrays and rows
    order           ORDER BY an expression over an alias
    parts           parts of rewrites
    patterns        regular expressions as DuckDB reads them
    regexps         functions of regular expressions
    text_macros     macros that give values as texts
    texts           functions of texts
    times           functions of times, and instants
"""
