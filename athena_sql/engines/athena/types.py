"""The texts of Athena's results as Python values, and Python's type names as Athena's SQL has them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from millrace.athena_sql.ports import Value

_READERS: dict[str, Callable[[str], Value]] = {
    "boolean": lambda text: text == "true",
    "tinyint": int,
    "smallint": int,
    "int": int,
    "bigint": int,
    "double": float,
    "float": float,
    "real": float,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
}

# Column types are DDL names; SQL's casts want Trino's. TIMESTAMP is of milliseconds: Hive tables hold no finer one.
_SQL_TYPES = {"string": "VARCHAR", "int": "INTEGER", "float": "REAL"}


def value_reader(type_: str) -> Callable[[str], Value]:
    """What turns a result's text into a value; texts, and what is nested, stay as they are."""
    if type_.startswith("decimal"):
        return Decimal
    return _READERS.get(type_, str)


def sql_type(type_: str) -> str:
    """A column's type as a cast in Athena's SQL names it."""
    return _SQL_TYPES.get(type_, type_.upper())
