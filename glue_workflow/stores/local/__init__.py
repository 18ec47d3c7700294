"""The ports on one machine: SQLite in the lake's state file, and locked files.

All state of a lake is in its state file; only leases are files beside it.

    catalog   the catalog: a flip is one transaction
    leases    leases as locked files, which the operating system frees
    runs      the run store
"""
