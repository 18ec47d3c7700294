"""Pieces of SQL in Athena's dialect: names quoted, texts escaped, one way to write each literal."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class Family(StrEnum):
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
    """`decimal(9,6)` is `decimal`."""
    return column_type.lower().split("(", 1)[0].strip()


def family_of(column_type: str) -> Family:
    base = base_type(column_type)
    return next((family for family, types in _FAMILIES.items() if base in types), Family.OTHER)


def name(text: str) -> str:
    """A quoted column name."""
    escaped = text.replace('"', '""')
    return f'"{escaped}"'


def table_name(text: str) -> str:
    """`layer.name`, each part quoted."""
    return ".".join(name(part) for part in text.split("."))


def literal(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def timestamp(at: datetime) -> str:
    return f"TIMESTAMP '{at.isoformat(sep=' ')}'"


def count_where(condition: str | None) -> str:
    """How many rows meet a condition; 0 over no rows."""
    return "COUNT(*)" if condition is None else f"COUNT(CASE WHEN {condition} THEN 1 END)"


def within(where: str | None, expression: str) -> str:
    """The expression for the rows of a `where`, NULL for the others."""
    return expression if where is None else f"CASE WHEN {where} THEN {expression} END"


def all_of(*conditions: str | None) -> str | None:
    given = [condition for condition in conditions if condition]
    return " AND ".join(f"({condition})" for condition in given) if len(given) > 1 else next(iter(given), None)


def full_match(expression: str, pattern: str) -> str:
    """Does the whole text match? `\\A` and `\\z` mean the same on every engine, while `$` does not."""
    anchored = rf"\A(?:{pattern})\z"
    return f"REGEXP_LIKE({expression}, {literal(anchored)})"
