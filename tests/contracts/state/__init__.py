"""The contracts of state that is written by compare and swap, on the state file and on DynamoDB.

Leases and claims of steps are such state.

    test_conditional_items   compare and swap, and fences
    test_execution_leases    leases of executions
    test_leases              leases of processes
"""
