"""Open data: files of others that anyone may read, over HTTP and in public buckets of S3, without credentials.

They are copied as they are, so they are no snapshots of a source.

    addresses      which addresses are refused: those of this machine and of private networks
    public_files   the adapter of the port OpenData
    s3_listing     the listing of a public bucket
"""
