"""The ports on one machine: SQLite in the lake's state file, and locked files.

All state of a lake is in its state file; only leases are files beside it.

    catalog   the catalog: a flip is one transaction
    leases    leases: locks of processes, which the operating system frees, and items of executions
    runs      the run store
"""
