"""The operations of the Athena API, served over HTTP.

Messages of refusals are Athena's own where Athena has one.

    metadata           the operations on catalogs, databases and tables
    paging             pagination: tokens that say where the next page begins
    query_executions   the operations on query executions
    request_shapes     the part of the service's model that requests are validated against, as data
    saved_queries      the operations on named queries and prepared statements
    server             the HTTP server
    shapes             validation of requests against that model
    signature          Signature Version 4: verifies that a request is signed
    work_groups        the operations on work groups
"""
