"""The tables in `ops` that are made from state: runs, jobs, quality results, versions, queries, offsets from UTC.

Each is rows of one kind of record. `glue_workflow/lake_tables.py` has them beside the tables of files.

    columns    the columns of each, with their meaning
    queries    queries, with what they cost on Athena
    versions   versions of partitions, with what ended them
"""
