"""Macros in DuckDB, as heads and bodies, and which of them a statement needs.

Those of JSON, of times, of values as texts and of types' names stand beside the rewrites that call them.

    arrays   arrays and maps
    binary   bytes: hashes, encodings
    casts    casts of texts
    lookup   the macros that a statement calls
    numbers  numbers
    texts    functions of texts, of regular expressions and of URLs
"""
