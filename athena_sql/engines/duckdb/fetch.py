"""Rows of a DuckDB query as Python values."""

from __future__ import annotations

from typing import Any

from duckdb import DuckDBPyConnection

from millrace.athena_sql.engines.duckdb.translation.times.carriers import carried_type, carried_value
from millrace.athena_sql.engines.duckdb.types import to_athena
from millrace.athena_sql.engines.values import to_value
from millrace.athena_sql.ports import Column, Result

_WITH_ZONE = "TIMESTAMP WITH TIME ZONE"


def fetched(cursor: DuckDBPyConnection, sql: str) -> Result:
    """All rows of the query."""
    columns = executed(cursor, sql)
    return Result(columns, [tuple(map(to_value, row)) for row in cursor.fetchall()])


def executed(cursor: DuckDBPyConnection, sql: str) -> tuple[Column, ...]:
    """Executes a query, so that its rows can be fetched; returns its columns."""
    cursor.execute(sql)
    description = cursor.description or []
    if any(_WITH_ZONE in str(column[1]) or carried_type(column[1]) for column in description):
        cursor.execute(_as_fetched(sql, description))
    return _columns(description)


def without_carriers(cursor: DuckDBPyConnection, sql: str) -> tuple[str, tuple[Column, ...]]:
    """The query with values of types that every writer knows, and its columns; its rows are not computed."""
    cursor.execute(f"SELECT * FROM ({sql}) LIMIT 0")
    description = cursor.description or []
    carried = any(carried_type(column[1]) for column in description)
    return _as_fetched(sql, description) if carried else sql, _columns(description)


def columns_of(cursor: DuckDBPyConnection, sql: str) -> tuple[Column, ...]:
    """The query's columns; its rows are not computed."""
    cursor.execute(f"SELECT * FROM ({sql}) LIMIT 0")
    return _columns(cursor.description or [])


def _as_fetched(sql: str, description: list[Any]) -> str:
    """The query with carriers as what they carry, and times with a zone as UTC TIMESTAMPs, nested ones as text:
    DuckDB's Python client would need another library to fetch them."""
    selected = ", ".join(_fetched_column(f"#{at}", column[1]) for at, column in enumerate(description, start=1))
    return f"SELECT {selected} FROM ({sql})"


def _fetched_column(value: str, type_: Any) -> str:
    if kind := carried_type(type_):
        return carried_value(value, kind)
    if _WITH_ZONE not in str(type_):
        return value
    return f"CAST({value} AS {'TIMESTAMP' if str(type_) == _WITH_ZONE else 'VARCHAR'})"


def _columns(description: list[Any]) -> tuple[Column, ...]:
    return tuple(Column(column[0], to_athena(column[1])) for column in description)
