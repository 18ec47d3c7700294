"""Trino, the judge of SQL: what it answers is right.

`.ci/install_trino` installs the server. It runs on this machine only, one for a test session, with tables in memory.
Its tests go to one of pytest's processes (`tests/one_spark.py`).

    client                statements over the server's HTTP protocol
    conftest              Trino over moto's Glue and S3
    older                 an older Trino, in a process of its own, for `make soak`
    engine                the part of the engine port that compares: queries
    server                the server's process
    test_certified        the certified cases
    test_crawled_tables   the table of a crawler, over moto's Glue and S3
    test_functions        the table of functions
    test_migrated         tables that are migrated while they are read, over moto's Glue and S3
    test_raw_tables       the raw tables of the stack, over moto's Glue and S3
    test_shipped          the shipped statements, saved queries, checks and panels
    values                types and values, from Trino's JSON to those of a Result
"""
