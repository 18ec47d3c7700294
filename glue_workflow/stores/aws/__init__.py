"""The ports on AWS: the Glue Data Catalog and one DynamoDB table.

A process that has lost its lease cannot write.

    catalog           the catalog: a flip is written down first, and completed after a crash
    glue_tables       tables and partitions in Glue: what Athena and Spark read
    leases            leases with a heartbeat and fenced writes
    runs              the run store
    version_records   the record of versions: candidate, current, replaced
"""
