"""JSON as Athena reads and writes it.

functions  functions of JSON, casts to it and from it
macros     macros for them
"""
