"""How SQL writes texts and names. Nothing else in Millrace puts quotes around a value."""

from __future__ import annotations

BACKTICK = "`"  # Spark's and Hive's quotes of names


def literal(text: str) -> str:
    """A text, for every dialect but Spark's and Hive's."""
    return "'" + text.replace("'", "''") + "'"


def hive_literal(text: str) -> str:
    """A text for Spark and Hive, in whose literals a backslash is an escape."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def identifier(name: str, quote: str = '"') -> str:
    """A name, with the dialect's quotes."""
    return quote + name.replace(quote, quote * 2) + quote
