"""Versions of tables: made beside the old ones, published by a pointer flip, kept for a rollback, then removed.

A published version is never rewritten. What readers see is what the catalog points to.

    comparison       what differs between two versions of a partition
    creation         a new version: registered, written, described by its manifest
    file_lists       the files that readers see, as a plain list beside each table's versions
    listing          the versions on record of a table, as rows for people
    manifests        the origin of a version, beside its files
    parquet_footer   the digest by which a changed file is told from the one that was published
    publications     the journal of publishes and rollbacks, from which lost pointers are remade
    rebuild          lost state remade from objects
    reprocess        rebuild from raw, reviewed before it is published
    retention        when the retention of versions ends, and the plan of what is removed
    rollback         readers see an earlier version again, until new data arrives
    script_context   what a script is given, and the rows that it gives
    script_rows      the rows that a script makes, as files for the one statement that writes the version
    vacuum           removal of old versions and orphaned objects at any time
    version_names    names of versions: run, attempt, invocation
"""
