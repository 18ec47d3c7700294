"""Processes that are killed or stopped, and what remains.

Afterwards the ledger balances, and readers see old or new data only. `runs` has the kills of its own use cases.

    spool_child           processes that put records into the local delivery stream
    test_ctrl_c           Ctrl-C of a command
    test_ctrl_c_half_way  Ctrl-C where work is half done
    test_spool_crash      kill -9 of processes that use the delivery stream
    test_workflow_crash   kill -9 of `millrace run`
"""
