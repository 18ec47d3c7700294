"""Portability: proof that a statement gives the same rows on every engine.

A use of a construct, with the types of what it is given, is certified when it stands in a certified case, a small
statement with known rows that every engine is run on, or in a stress case (tests/contracts/stress) that every engine
answers as Trino does. The statements of Millrace and of a project may make certified uses only; what is asked by hand
may use all that `language` allows.

    certified_cases    small statements with the rows that every engine must give
    certified_tables   the small tables that the certified cases read
    certified_uses     constructs with the types that they are certified for
    constructs         the constructs of a statement, under their names
    dialect            Athena's dialect, and the settings that make DuckDB and Spark answer as Athena does
    given_types        the types of what a construct is given, as words
    json_paths         paths into JSON, as Trino reads them
    parity             the comparison of two engines' rows
    refusals           constructs that differ between engines, each with an alternative
    statement_check    the check of one statement against refusals and certified uses
"""
