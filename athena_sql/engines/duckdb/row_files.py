"""Rows written as CSV, JSON or Parquet by DuckDB itself, many times faster than through Python.

The texts are those that Python gives for the same values (`engines/row_files.py`). Columns of types for which SQL
cannot give that text, such as nested ones, are left to Python.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from millrace.athena_sql.engines.duckdb.translation.times.carriers import ZONED
from millrace.athena_sql.engines.duckdb.types import to_duckdb
from millrace.athena_sql.ports import Column, RowFormat
from millrace.errors import DefinitionError
from millrace.sql_quoting import identifier

_AS_THEY_ARE = frozenset({"tinyint", "smallint", "int", "bigint", "boolean", "date"})

# What comes as Athena's text (`fetch.py`).
_TEXTS = frozenset({"string", ZONED, "interval day to second", "interval year to month", "time"})

# Larger row groups would not make the files smaller. Delta-encoded data compresses little further: zstd's default,
# level 3, makes files 5% smaller and takes a tenth of the whole write.
_PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880"
_OPTIONS = {
    RowFormat.CSV: "FORMAT csv, HEADER true",
    RowFormat.JSON: "FORMAT json, ARRAY true",
    RowFormat.PARQUET: _PARQUET,
    RowFormat.RESULT: _PARQUET,
}
_OF_NULL = re.compile(r"(?<![^<,:])unknown(?![^,>])")  # the type of NULL alone, which may be nested
_FLOATING = re.compile(r"\b(float|double)\b")


def copy_options(form: RowFormat, columns: Sequence[Column]) -> str:
    """The options of a COPY of these columns.

    Parquet's V2 has the delta encodings, but also one of floating-point numbers, nested ones too, that Spark cannot
    read: files with such a column do without V2.
    """
    if _OPTIONS[form] is not _PARQUET or any(_FLOATING.search(column.type) for column in columns):
        return _OPTIONS[form]
    return f"{_OPTIONS[form]}, PARQUET_VERSION V2"


def columns_for(form: RowFormat, columns: Sequence[Column]) -> str | None:
    """The SELECT list over a query of these columns; None if Python has to write them."""
    selected = []
    for position, column in enumerate(columns, start=1):
        value = _value(form, f"#{position}", column.type, alone=len(columns) == 1)
        if value is None:
            return None
        selected.append(f"{value} AS {identifier(column.name)}")
    return ", ".join(selected)


def _value(form: RowFormat, column: str, type_: str, *, alone: bool) -> str | None:
    if _OPTIONS[form] is _PARQUET:
        return column if type_ == ZONED else f"CAST({column} AS {_in_parquet(type_)})"
    if type_ in _AS_THEY_ARE:
        return column
    if type_ in _TEXTS:
        return _text(form, f"CAST({column} AS VARCHAR)", alone=alone)
    if type_ in ("float", "double"):
        number = f"CAST({column} AS DOUBLE)"
        return f"CASE WHEN isfinite({number}) THEN {number} END" if form is RowFormat.JSON else number
    if type_.startswith("decimal"):
        return f"CAST({column} AS VARCHAR)"
    if type_ == "timestamp":
        text = f"CAST(CAST({column} AS TIMESTAMP) AS VARCHAR)"  # with as many digits of a second as there are
        return f"CASE WHEN length({text}) > 19 THEN rpad({text}, 26, '0') ELSE {text} END"
    return None


def _in_parquet(type_: str) -> str:
    """DuckDB's type for a column in Parquet: a text for what no table may declare."""
    try:
        return to_duckdb(_OF_NULL.sub("string", type_))
    except DefinitionError:
        return "VARCHAR"


def _text(form: RowFormat, text: str, *, alone: bool) -> str:
    """CSV has no quotes around an empty text; only a row of one empty field has them, to be no empty line."""
    if form is RowFormat.JSON:
        return text
    return f"coalesce({text}, '')" if alone else f"nullif({text}, '')"
