"""Rows that a script gives, as a Parquet file by DuckDB: Python rows by way of JSON text, tables as they are."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from millrace.athena_sql.engines.duckdb.row_files import copy_options
from millrace.athena_sql.engines.duckdb.types import to_athena, to_duckdb
from millrace.athena_sql.engines.rules import require_given_columns
from millrace.athena_sql.ports import Column, RowFormat
from millrace.errors import DefinitionError
from millrace.sql_quoting import identifier, literal

_PYTHON: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "int": (int,),
    "bigint": (int,),
    "double": (float, int),
    "date": (date,),
    "timestamp": (datetime,),
    "decimal": (Decimal, int),
}


def write_given_rows(rows: object, columns: Sequence[Column], target: Path) -> int:
    """As the port GivenRows says."""
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        if _is_table(rows):
            connection.register("given", rows)
            described = connection.execute("FROM given LIMIT 0").description or []
            require_given_columns([Column(one[0], to_athena(one[1])) for one in described], columns)
            return _copy(connection, "given", columns, target)
        if not isinstance(rows, Iterable) or isinstance(rows, str | bytes | Mapping):
            raise DefinitionError(
                f"write() was given {type(rows).__name__}.",
                hint="Give it a list of dicts, a table of Arrow, pandas or polars, or a DataFrame of Spark.",
            )
        lines = target.with_suffix(".jsonl")
        try:
            with lines.open("w", encoding="utf-8") as file:
                for number, row in enumerate(rows, start=1):
                    file.write(json.dumps(_texts(number, row, columns)) + "\n")
            types = ", ".join(f"{literal(column.name)}: 'VARCHAR'" for column in columns)
            given = f"read_json({literal(str(lines))}, columns = {{{types}}}, format = 'newline_delimited')"
            return _copy(connection, given, columns, target)
        finally:
            lines.unlink(missing_ok=True)


def _is_table(rows: object) -> bool:
    return hasattr(rows, "__arrow_c_stream__") or type(rows).__module__.partition(".")[0] == "pandas"


def _copy(connection: duckdb.DuckDBPyConnection, given: str, columns: Sequence[Column], target: Path) -> int:
    selected = ", ".join(
        f"CAST({identifier(column.name)} AS {to_duckdb(column.type)}) AS {identifier(column.name)}"
        for column in columns
    )
    options = copy_options(RowFormat.PARQUET, columns)
    copy = f"COPY (SELECT {selected} FROM {given}) TO {literal(str(target))} ({options})"
    try:
        return int(connection.execute(copy).fetchall()[0][0])
    except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
        raise DefinitionError(
            f"write() was given a value that does not fit its column: {str(error).splitlines()[0]}",
            hint="Correct the value, or declare another type.",
        ) from None


def _texts(number: int, row: object, columns: Sequence[Column]) -> dict[str, str | None]:
    if not isinstance(row, Mapping):
        raise DefinitionError(
            f"write() was given a row that is {type(row).__name__}.", hint="Give each row as a dict, by column."
        )
    names = {column.name for column in columns}
    if row.keys() != names:
        missing, unknown = sorted(names - row.keys()), sorted(map(str, row.keys() - names))
        what = f"has no {missing[0]}" if missing else f"has {unknown[0]}, which the table does not declare"
        raise DefinitionError(
            f"row {number} given to write() {what}.", hint=f"Give each row the columns {', '.join(sorted(names))}."
        )
    return {column.name: _text(number, column, row[column.name]) for column in columns}


def _text(number: int, column: Column, value: object) -> str | None:
    if value is None:
        return None
    if _has_type(value, column.type):
        match value:
            case bool():
                return str(value).lower()
            case float():
                return "Infinity" if value == math.inf else "-Infinity" if value == -math.inf else repr(value)
            case datetime() | date():
                return value.isoformat()
            case str() if _has_lone_surrogate(value):
                raise DefinitionError(
                    f"row {number} given to write() has {value!r} in the column {column.name}: half a surrogate pair,"
                    " which no text in UTF-8 can hold.",
                    hint="Replace it, such as by value.encode(errors='replace').decode().",
                )
            case _:
                return str(value)
    raise DefinitionError(
        f"row {number} given to write() has {value!r} in the column {column.name}, which is declared {column.type}.",
        hint="Give UTC times without a zone." if column.type == "timestamp" else "Convert it, or declare another type.",
    )


def _has_lone_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _has_type(value: object, type_: str) -> bool:
    """`True` is no number, an instant is no date, and a time with a zone no timestamp."""
    if isinstance(value, bool) or type_ == "boolean":
        return isinstance(value, bool) and type_ == "boolean"
    if isinstance(value, datetime):
        return type_ == "timestamp" and value.tzinfo is None
    return isinstance(value, _PYTHON[type_.partition("(")[0]])
