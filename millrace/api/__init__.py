"""The Python API: a lake opened in a program or a notebook. docs/python.md shows it; `millrace.open` leads to it.

It holds no logic of its own: each method calls the use case that the command of the same name calls.

    athena_frames   DataFrames from Athena, through awswrangler
    lake            an open lake: SQL, polls, runs and the audit
    libraries       the optional libraries of DataFrames
    query_result    the rows of one query: as dicts, for Arrow, pandas and polars
"""
