"""Texts: functions of them, regular expressions, and values as texts.

functions  functions of texts
macros     macros that give values as texts
patterns   regular expressions as DuckDB reads them
regexps    functions of regular expressions
"""
