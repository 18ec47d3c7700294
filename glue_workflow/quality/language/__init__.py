"""DQDL, the rule language of AWS Glue Data Quality: its rules as values.

It knows no rule type.

    embedded_sql   SQL inside rules: `where` conditions and CustomSql
    model          a rule file as values
    operands       syntax trees of operands to values
    patterns       regular expressions inside rules
    printing       values to DQDL text
    refusal        the error that names file, line and column
"""
