"""From a statement's text to what it is.

Queries are parsed by sqlglot; nothing is checked against the catalog here.

    kinds                the kinds of statement, as values
    parsing              the parser: text to a kind of statement, or a refusal
    syntax               tokens, places in the text, and syntax errors
    table_statements     CREATE EXTERNAL TABLE, and the lists of ALTER TABLE
    utility_statements   SHOW, DESCRIBE, DROP, ALTER TABLE, PREPARE and others without a query to plan
"""
