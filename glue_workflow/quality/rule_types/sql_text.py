"""Pieces of SQL in Athena's dialect: quoted names, literals, and small expressions that several rule types use."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from millrace.sql_quoting import identifier
from millrace.sql_quoting import literal as literal

quoted_name = identifier


class Family(StrEnum):
    """A group of column types that compare in the same way."""

    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"
    OTHER = "other"


_FAMILIES = {
    Family.NUMBER: ("tinyint", "smallint", "int", "integer", "bigint", "float", "real", "double", "decimal"),
    Family.TEXT: ("string", "varchar", "char"),
    Family.DATE: ("date",),
    Family.TIMESTAMP: ("timestamp",),
    Family.BOOLEAN: ("boolean",),
}


def base_type(column_type: str) -> str:
    """The type without its arguments: `decimal(9,6)` is `decimal`."""
    return column_type.lower().split("(", 1)[0].strip()


def family_of(column_type: str) -> Family:
    base = base_type(column_type)
    return next((family for family, types in _FAMILIES.items() if base in types), Family.OTHER)


def table_name(text: str) -> str:
    """`layer.name`, each part quoted."""
    return ".".join(quoted_name(part) for part in text.split("."))


def timestamp(at: datetime) -> str:
    return f"TIMESTAMP '{at.isoformat(sep=' ')}'"


def count_where(condition: str | None) -> str:
    """The number of rows that meet a condition; 0 over no rows."""
    return "COUNT(*)" if condition is None else f"COUNT(CASE WHEN {condition} THEN 1 END)"


def within(where: str | None, expression: str) -> str:
    """The expression for rows that meet the `where`, NULL for other rows."""
    return expression if where is None else f"CASE WHEN {where} THEN {expression} END"


def full_match(expression: str, pattern: str) -> str:
    """A test that the whole text matches. `\\A` and `\\z` mean the same on every engine, while `$` does not."""
    anchored = rf"\A(?:{pattern})\z"
    return f"REGEXP_LIKE({expression}, {literal(anchored)})"
