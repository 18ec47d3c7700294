"""Evaluation of a rule file on a table.

Rules are compiled to few statements, the statements run, and each answer is compared with what its rule wants.

    compiling    rules and a table's columns to statements
    evaluator    runs the statements and gives one result for each rule
    history      past values of rules: the port, the adapter over the run store, a fake
    partitions   the partitions of a table's data
    results      verdicts and actions
    set_aside    statements that split a table into rows to set aside and rows to keep
"""
