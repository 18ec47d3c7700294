"""A DQDL file read: text to a rule file that can be evaluated, by the grammar in `dqdl.lark` and the known rule types.

parsing          DQDL text to a checked rule file
ruleset_checks   checks of a whole file at load, beyond its syntax
"""
