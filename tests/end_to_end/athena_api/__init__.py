"""The local Athena endpoint over a lake of known rows, asked by clients that others wrote.

Results and statements are compared with the rows that the lake is known to have.

    athena_lake               the lake, the endpoint over it, and clients for it
    test_athena_boto3         boto3: the operations and their answers
    test_athena_clients       clients that others wrote, unchanged
    test_athena_definitions   tables and views that people define, as dbt writes the statements
    test_athena_in_s3         what the endpoint writes to an object store
    test_athena_process       `millrace athena` as a process
    test_athena_tls           the endpoint over TLS
    test_athena_values        the values of each type, and the errors of failing statements
    test_grafana_alerts       every alert, on a lake that is well and on one that is not
    test_grafana_queries      every query of a rendered dashboard, as Grafana's plugin sends it
"""
