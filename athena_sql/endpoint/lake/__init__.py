"""The tables that queries see, and the files behind them.

Only files on this machine can be read, so remote objects are copied first.

    catalog_view        the catalog as clients see it: the lake's layers and the registry's tables
    csv_objects         tables of small CSV objects
    glue_registry       the TableRegistry port on the Glue Data Catalog
    glue_table_source   tables as the Glue Data Catalog describes them
    json_objects        tables of small objects of JSON lines
    local_copies        a cache of remote objects on disk, with leases
    presto_views        views in the Glue Data Catalog, as Athena keeps them
    s3_objects          the ObjectStore port on S3
    small_objects       the objects of a table that is read whole
"""
