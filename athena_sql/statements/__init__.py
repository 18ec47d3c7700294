"""Statements: reading them, and binding parameters and tables, all in the syntax tree.

Every engine takes these steps before it writes the tree in its own dialect.

    declarations         tables declared at the head of their statement's file
    foreign_texts        the text of a program that puts in the parameters itself, such as Grafana
    history              a history's statement: one row for each change
    numerals             numbers written out, so that every engine gives them Athena's types
    parameters           `:name` bound as a literal
    parsing              text to syntax tree, with the place of an error
    payload_projection   the one part of a payload that a SELECT uses
    run_columns          the statement that a run writes, with the columns `loaded_at` and `run_id`
    places               places in a statement's text
    raw_views            `raw.<source>.records` and `.snapshots`: raw records once, and without superseded ones
    saved_queries        queries and checks kept as files
    scripts              tables whose rows a Python file makes
    source_checks        checks of every source: a statement written out once for each
    table_binding        table names replaced by what the engine reads
    values_clauses       VALUES as Athena reads it
    with_names           names that WITH defines
    typed_parameters     typed values of SQL parameters that are written as text
"""
