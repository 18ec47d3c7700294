"""Stress of SQL: statements at the edges of each construct, with what Trino answers, held against every engine.

The statements are in the files `*.sql` of this folder: a title, the statement, its column types and rows (or the error)
on Trino, and what an engine gives instead. `python -m tests.contracts.stress.record` asks Trino and the engines, and
writes the files anew: give it a new statement without an answer, and read what it wrote.

    cases         the statements and answers, as values and as text
    record        writes the answers into the files
    test_stress   each statement on Trino and on the engines
"""
