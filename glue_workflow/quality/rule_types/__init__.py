"""The rule types of DQDL: what each takes, what it is refused for, and how it is measured.

A new rule type is one entry in `registry` and its functions in a module of this folder.

    custom_sql         CustomSql: a SELECT written in the rule file
    data_types         ColumnDataType: which declared types and which texts are of a DQDL data type
    measurement        what a rule selects, and how the answers become one number
    other_tables       rules that compare the table under test with another one
    references         parameters that name columns of another table
    registry           one entry for each rule type that is evaluated; the names of those that are not
    row_predicates     rules about single rows: SQL that is TRUE for the rows that fail
    rule_type          the shape of a registry entry
    scans              sources of rows, and one SELECT for everything that is measured in a source
    sql_text           quoted names, literals and small expressions in Athena's dialect
    statistics         uniqueness, sums, means and other statistics of columns
    table_shape        row count and column names
    table_under_test   name, columns and logical time of the table that is checked
    thresholds         a measured number compared with a condition
"""
