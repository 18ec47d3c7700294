"""The columns and rows of results, and the files that store them.

Every result is stored on disk first, as pages of texts.

    column_types   Athena's names of column types, and values as text
    files          results on disk, in pages
    metadata       the `.metadata` object beside a result
"""
