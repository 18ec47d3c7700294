"""crawl: the job that finds the partitions to rebuild and checks their raw objects for schema drift.

It lists the raw objects of a run once. The run works on exactly these.

    daily_listing     reconciliation: recent raw objects that no event announced
    job               the job itself, and what it hands to later jobs
    schema_drift      the declared schema against raw objects; new fields are logged once
    schema_mismatch   where a JSON value departs from a declared type: path, both types, value
"""
