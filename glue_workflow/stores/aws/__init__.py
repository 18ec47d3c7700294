"""The ports on AWS: the Glue Data Catalog and one DynamoDB table.

A process that has lost its lease cannot write.

    catalog           the catalog: a flip is written down first, and completed after a crash
    glue_batches      tables and partitions as Glue has them, and changes of many
    glue_columns      how the columns of a table become those of its declaration
    glue_inputs       tables and partitions as Glue takes them
    glue_tables       tables in Glue, pointed at versions: what Athena and Spark read
    leases            leases with a heartbeat and fenced writes
    runs              the run store
    table_migration   what tables in Glue lack of their declarations, planned and carried out
    version_records   the record of versions: candidate, current, replaced
"""
