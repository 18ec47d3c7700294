"""Texts: functions of them, regular expressions, and values as texts.

Whatever DuckDB would read or write otherwise is written anew, or refused with what to use instead.

    functions  functions of texts
    macros     macros that give values as texts
    patterns   regular expressions as DuckDB reads them
    regexps    functions of regular expressions
"""
