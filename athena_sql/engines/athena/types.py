"""Types and values between Athena and Python: the texts of results as values, column types as casts name them."""

from __future__ import annotations

from collections.abc import Callable
from ctypes import c_float
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
    "float": lambda text: c_float(float(text)).value,
    "real": lambda text: c_float(float(text)).value,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
}

# Column types have DDL names, casts need Trino's. TIMESTAMP is in milliseconds: Hive tables hold nothing finer.
_SQL_TYPES = {"string": "VARCHAR", "int": "INTEGER", "float": "REAL"}


def value_reader(type_: str) -> Callable[[str], Value]:
    """The function that turns a result's text into a value. Strings, nested values and times with a zone stay text."""
    if type_.startswith("decimal"):
        return Decimal
    return _READERS.get(type_, str)


def sql_type(type_: str) -> str:
    """The name of a column's type in a cast of Athena's SQL."""
    return _SQL_TYPES.get(type_, type_.upper())
