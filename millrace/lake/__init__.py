"""The lake: the storage of all objects, their keys, and the kind of data they hold.

A lake is a folder or a bucket, with the same keys below its root.

    datasets      datasets whose form is inferred from their files
    keys          the key layout
    kind          the marker that says whether the lake is simulated or live
    local         the storage on a folder
    raw_layout    where raw objects lie
    raw_objects   the raw objects that are read: all but the excluded
    s3            the storage on a bucket
    storage       the storage port
"""
