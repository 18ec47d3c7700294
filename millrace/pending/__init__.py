"""The pending list: partitions touched since a run last saw them.

The next run rebuilds them; a touch that its run had seen is cleared by `prod`.

    dynamo      the list on DynamoDB
    ports       the port
    s3_events   the list on AWS: S3's messages about new objects are copied onto it before it is read
    sqlite      the list on SQLite
"""
