"""The engine on Athena: queries through its API, work tables in Glue.

It has no module `dialect`: statements are written in Athena's dialect already.

    catalog_tables   tables in Glue's catalog, read by name
    engine           the Engine port: query, and write by UNLOAD
    errors           Athena's errors as Millrace's
    limits           Athena's limits on one statement
    query_slots      how many queries a stage's jobs have under way, in all their processes
    result_objects   the objects that results are in, read in chunks
    result_rows      a result's texts as values, for exports
    session          one query: started, waited for, stopped, its rows read
    table_data       how each kind of table data is read
    types            result texts as Python values, column types as casts name them
    work_tables      tables in Glue for one statement, over a candidate's files or raw objects
"""
