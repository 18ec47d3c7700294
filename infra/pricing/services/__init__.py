"""The rules by service: each a function of a logical id, its properties and the month's workload, to charges.

A rule that counts what the lake does knows its resource by the logical id; others of the type hold nothing known.

    compute      Lambda functions, EventBridge schedules
    delivery     the Firehose stream: steps of 5 KB, partitioning
    jobs         Glue: jobs by the second, crawls, the catalog
    messages     SQS and SNS
    monitoring   CloudWatch: metrics, alarms, dashboards, logs
    network      interface endpoints of a VPC
    orchestration  Step Functions: transitions of usual runs; events that a router is told by
    queries      Athena: 10 MB a query at least
    state        the DynamoDB table
    storage      the bucket, superseded versions, the KMS key
"""
