"""What Athena's statements need on DuckDB beyond what sqlglot's dialect writes: the answers that Athena gives.

Every statement passes here, of whatever door: a job's, a query of `millrace query` or the page, the endpoint's.

    aggregates             aggregates and window functions
    arrays                 subscripts, sequences and intersections
    calls                  the rewrites in their order
    casts                  casts
    comparisons            comparisons of rows, arrays and maps; rows as values
    functions              rewrites of functions of Athena's table, by class and by name
    json                   functions of JSON, casts to it and from it
    lambdas                functions that take a lambda
    macros                 macros that have Athena's answers, and which of them a statement calls
    numbers                arithmetic and rounding
    order                  ORDER BY an expression over an alias
    parts                  parts of rewrites
    texts                  texts, regular expressions, values as texts
    times                  times: zones, intervals, formats
    translated_statements  statements in DuckDB's dialect, of which the latest are kept
    type_names             typeof
    unnests                UNNEST of maps, rows and several arrays
"""
