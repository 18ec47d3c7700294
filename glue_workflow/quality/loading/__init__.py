"""A DQDL file read: its text to a rule file that can be evaluated.

`dqdl.lark` is the grammar.

    parsing          DQDL text to a checked rule file
    ruleset_checks   checks of a whole file at load, beyond its syntax
"""
