"""The contracts of state that is written by compare and swap, on the state file and on DynamoDB.

Leases and claims of steps are such state, and so are the times that requests to a host are reserved for, and the slots
of queries.

    test_conditional_items   compare and swap, and fences
    test_execution_leases    leases of executions
    test_leases              leases of processes
    test_notices             messages of a workflow, grouped
    test_query_slots         how many queries a stage's jobs have under way
    test_rate_reservations   the times of requests to a host, which those who poll share
"""
