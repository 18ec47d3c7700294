"""Adapters of the ports catalog, run store and leases, one folder per runtime.

One contract suite per port runs on every adapter.

    aws           Glue Data Catalog and DynamoDB
    local         SQLite and locked files
    lease_items   the item of a lease, and leases of executions
    refusals      the refusals of the catalog port, with the same words in every adapter
"""
