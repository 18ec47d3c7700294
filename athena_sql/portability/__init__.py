"""Portability: proof that a statement gives the same rows on every engine.

A construct of SQL is certified when it stands in a certified case, a small statement with known rows that every engine
is run on. The statements of Millrace and of a project may use certified constructs only; what is asked by hand may use
any that `language` allows.

    certified_cases        small statements with the rows that every engine must give
    certified_constructs   the constructs that stand in a certified case, under their names
    certified_tables       the small tables that the certified cases read
    dialect                Athena's dialect, and the settings that make DuckDB and Spark answer as Athena does
    json_paths             paths into JSON, as Trino reads them
    parity                 the comparison of two engines' rows
    refusals               constructs that differ between engines, each with an alternative
    statement_check        the check of one statement against refusals and certified constructs
"""
