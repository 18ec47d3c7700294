"""Times as Athena has them: zones, digits of a second, and two types of intervals, which DuckDB's types do not have.

What is known of a value from the tree is noted on its node before rewrites change the tree.

    carriers     columns of a result whose type DuckDB does not have
    fields       differences and fields, and what is noted of a statement's times before it is rewritten
    formats      times as texts, and literals
    intervals    intervals, and times that they are added to
    kind_finder  what kinds the nodes of a tree are
    kinds        kinds of times, and the texts of zones
    macros       macros in DuckDB
    rewrites     the rewrites in their order
    utc          the names of UTC
    zones        times with a zone
"""
