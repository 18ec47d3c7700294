"""Rows of a DuckDB query as Python values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from duckdb import DuckDBPyConnection

from millrace.athena_sql.engines.duckdb.translation.times.carriers import (
    ZONED,
    carried_instant,
    carried_text,
    carried_type,
    carrier_of,
    in_utc,
    instant_text,
)
from millrace.athena_sql.engines.duckdb.types import NESTED, to_athena
from millrace.athena_sql.engines.values import to_value
from millrace.athena_sql.ports import Column, Result, RowFormat
from millrace.sql_quoting import identifier

_INSTANT = "TIMESTAMP WITH TIME ZONE"
_EACH = "millrace_each"  # a lambda's parameter: a name that no column has


def fetched(cursor: DuckDBPyConnection, sql: str) -> Result:
    """All rows of the query."""
    columns = executed(cursor, sql)
    return Result(columns, [tuple(map(to_value, row)) for row in cursor.fetchall()])


def executed(cursor: DuckDBPyConnection, sql: str) -> tuple[Column, ...]:
    """Executes a query, so that its rows can be fetched; returns its columns."""
    cursor.execute(sql)
    description = cursor.description or []
    if (plain := _selected(sql, description, _fetched)) != sql:
        cursor.execute(plain)
    return _columns(description)


def as_written(cursor: DuckDBPyConnection, sql: str, form: RowFormat) -> tuple[str, tuple[Column, ...]]:
    """The query with the values that a file of this form gets, and its columns; its rows are not computed.

    Values are those of a Result, except that a time with a zone is a TIMESTAMP in UTC in PARQUET, and a carrier in
    RESULT, and that nested values stay nested in both.
    """
    cursor.execute(f"SELECT * FROM ({sql}) LIMIT 0")
    description = cursor.description or []
    return _selected(sql, description, _VALUES.get(form, _fetched)), _columns(description)


def columns_of(cursor: DuckDBPyConnection, sql: str) -> tuple[Column, ...]:
    """The query's columns; its rows are not computed."""
    cursor.execute(f"SELECT * FROM ({sql}) LIMIT 0")
    return _columns(cursor.description or [])


def _selected(sql: str, description: list[Any], value: Callable[[str, Any], str]) -> str:
    """The query with its columns as `value` makes them; the query itself where that changes none."""
    places = [f"#{at}" for at in range(1, len(description) + 1)]
    values = [value(place, column[1]) for place, column in zip(places, description, strict=True)]
    return sql if values == places else f"SELECT {', '.join(values)} FROM ({sql})"


def _fetched(value: str, type_: Any) -> str:
    """SQL for a value as a Result holds it. DuckDB's Python client would need another library to fetch an instant."""
    if carried_type(type_) or _INSTANT not in str(type_):
        return _without_carrier(value, type_)
    children = dict(type_.children) if type_.id in NESTED else {}
    match type_.id:
        case "list" | "array":
            return f"list_transform({value}, lambda {_EACH}: {_fetched(_EACH, children['child'])})"
        case "map":
            key, item = (_fetched(f"{_EACH}.{part}", children[part]) for part in ("key", "value"))
            entries = f"list_transform(map_entries({value}), lambda {_EACH}: {{'key': {key}, 'value': {item}}})"
            return f"map_from_entries({entries})"
        case "struct":
            fields = ", ".join(
                f"{identifier(name)} := {_fetched(f'({value}).{identifier(name)}', child)}"
                for name, child in children.items()
            )
            return f"CASE WHEN {value} IS NOT NULL THEN struct_pack({fields}) END"
    return instant_text(value)


def _with_timestamp(value: str, type_: Any) -> str:
    if str(type_) == _INSTANT:
        return in_utc(value)
    return in_utc(carried_instant(value)) if carried_type(type_) == ZONED else _without_carrier(value, type_)


def _with_carrier(value: str, type_: Any) -> str:
    if str(type_) == _INSTANT:
        return carrier_of(value, instant_text(value))
    return value if carried_type(type_) == ZONED else _without_carrier(value, type_)


def _without_carrier(value: str, type_: Any) -> str:
    return carried_text(value) if carried_type(type_) else value


_VALUES = {RowFormat.PARQUET: _with_timestamp, RowFormat.RESULT: _with_carrier}


def _columns(description: list[Any]) -> tuple[Column, ...]:
    return tuple(Column(column[0], to_athena(column[1])) for column in description)
