"""Runtimes: a class for each place where a lake can be, which chooses all adapters.

Nothing else chooses adapters or makes boto3 clients; modules are imported at first use.

    adapters        the adapters of a lake, which each runtime chooses
    aws             the adapters of AWS
    aws_clients     boto3 clients, made at first use
    base            what every runtime has in common
    context         what a lake is worked on with: settings, clocks, secrets, the project
    executions      executions of orchestrators, and whether one has ended
    local           the adapters of one machine
    named_secrets   secrets that AWS keeps, read by name
    polling         what polls a lake's feeds
    processing      what runs a lake's workflows, and audits what they made
    query_log       what queries cost, for `ops.queries`
    routing         the router on AWS, and the jobs that it starts
    selection       the choice between the runtimes
    service_logs    what CloudWatch has of a step
"""
