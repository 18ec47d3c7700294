"""Stress of SQL: statements at the edges of each construct, with what Trino answers, held against every door.

The statements are in the files `*.sql` of this folder: a title, the statement, its column types and rows (or the error)
on Trino, the doors that refuse it, and what a door gives instead. `python -m tests.contracts.stress.record` asks Trino
and the doors, and writes the files anew: give it a new statement without an answer, and read what it wrote. What
every door answers as Trino does certifies the uses of SQL in it for the statements of projects.

    cases                the statements and answers, as values and as text
    certification        writes the list of certified uses
    differences          writes the list of what differs into docs/athena.md
    doors                where a statement goes in: `query` on DuckDB and on Spark, the local Athena endpoint
    nulls                where a NULL may be in a statement
    record               writes the answers into the files
    test_certification   the certified uses are those that the cases hold
    test_stress          each statement on Trino and in every door
"""
