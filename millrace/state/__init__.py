"""State that is not an object: leases, runs, the pending list, version pointers.

Stores of one kind of state are built on these and lie beside their ports.

    conditional_items   items written by compare and swap, and fences
    dynamo              the DynamoDB table on AWS: reads and conditional transactions
    dynamo_format       the table's format number
    dynamo_items        the table's items, and the changes of a transaction
    dynamo_keys         the table's keys
    formats             the numbers of the forms that state has
    immediate           a transaction of a state file
    instants            the one text form of instants in a state file
    migrations          what the state file of an older version is changed by
    sqlite              the SQLite file of a local lake
    sqlite_items        conditional items in that file
"""
