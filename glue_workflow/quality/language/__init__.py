"""DQDL, the rule language of AWS Glue Data Quality: text to values and back, and what a file is refused for.

`dqdl.lark` is the grammar.

    embedded_sql     SQL inside rules: `where` conditions and CustomSql
    model            a rule file as values
    operands         syntax trees of operands to values
    parsing          DQDL text to a checked rule file
    patterns         regular expressions inside rules
    printing         values to DQDL text
    refusal          the error that names file, line and column
    ruleset_checks   checks of a whole file at load, beyond its syntax
"""
