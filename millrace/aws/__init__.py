"""AWS: what the adapters of several services share.

The adapters themselves are beside their ports, and boto3's clients are made in `millrace.infra.runtime.aws_clients`.

    calls         calls in batches, and botocore's errors as Millrace's
    glue_layout   databases, names and formats of Millrace's tables in the Glue Data Catalog
"""
