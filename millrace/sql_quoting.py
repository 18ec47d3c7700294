"""How SQL writes texts and names. Nothing else in Millrace puts quotes around a value."""

from __future__ import annotations

import re

# The words that no statement can name a table by without quotes, not even behind its layer.
NO_TABLE_NAMES = frozenset(
    """
    alter and as between create cross distinct drop else except fetch for from glob grant having ilike inner insert
    intersect into join lateral like match_recognize not notnull on or outer partitioned_by regexp returning revoke
    rlike rollback select tablesample then uncache union using values when where with xor
    """.split()  # noqa: SIM905 - a list of words
)
PLAIN_NAMES = "small letters, digits and underscores, beginning with a letter, and no word that SQL reserves"
_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*")

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


def is_plain_name(name: str) -> bool:
    """Whether statements can name a table so, without quotes: PLAIN_NAMES says in words how."""
    return _PLAIN_NAME.fullmatch(name) is not None and name not in NO_TABLE_NAMES
