"""JSON as Athena reads and writes it.

A number keeps the digits that the text has, and a text that is no JSON is NULL.

    functions  functions of JSON, casts to it and from it
    macros     macros for them
"""
