"""Athena's language: what a statement may say. Every door checks it, before an engine's dialect is written.

A statement that Athena refuses is refused here, in Athena's words, although DuckDB and Spark may take it.

    annotator        Athena's types as annotations of a tree
    argument_counts  calls with more or fewer arguments than Athena's functions take
    checks           the checks in their order, on a tree that is ready to be bound to its tables
    fence            the allow-list of nodes in the syntax tree
    function_types   result types of functions that sqlglot does not know
    functions        the functions that a statement may call
    grammar          forms of the text that other dialects have, and aliases used too early
    lambda_types     types of lambdas, and of the functions around them
    nested_types     types of arrays, maps and rows
    number_checks    calls with numbers, aggregates and windows that Athena refuses
    number_types     the common type of two numbers; what arithmetic, rounding and aggregates give
    orders           values that have no order
    refused          what is refused, as data
    trino_functions  the functions of Trino's table, and what to write instead of those that are not given
    typed_trees      types annotated in a syntax tree
    value_types      values of types that Athena does not convert, put or compared together
"""
