"""The columns and rows of results, and the files that store them.

    column_types   Athena's names of column types, and values as text
    files          results on disk, in pages
    metadata       the `.metadata` object beside a result
"""
