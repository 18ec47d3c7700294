"""Rows written as CSV, JSON or Parquet by DuckDB itself, many times faster than through Python.

The texts are those that Python gives for the same values (`engines/row_files.py`). Columns of types for which SQL
cannot give that text, such as nested ones, are left to Python.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from millrace.athena_sql.engines.duckdb.types import to_duckdb
from millrace.athena_sql.ports import Column, RowFormat
from millrace.sql_quoting import identifier

_AS_THEY_ARE = frozenset({"tinyint", "smallint", "int", "bigint", "boolean", "date"})

# What Parquet has no type for: an instant is one in UTC.
_IN_PARQUET = {
    "timestamp with time zone": "TIMESTAMP",
    "interval day to second": "VARCHAR",
    "interval year to month": "VARCHAR",
    "time": "VARCHAR",
}

# Larger row groups would not make the files smaller. Delta-encoded data compresses little further: zstd's default,
# level 3, makes files 5% smaller and takes a tenth of the whole write.
_OPTIONS = {
    RowFormat.CSV: "FORMAT csv, HEADER true",
    RowFormat.JSON: "FORMAT json, ARRAY true",
    RowFormat.PARQUET: "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880",
}
_FLOATING = re.compile(r"\b(float|double)\b")


def copy_options(form: RowFormat, columns: Sequence[Column]) -> str:
    """The options of a COPY of these columns.

    Parquet's V2 has the delta encodings, but also one of floating-point numbers, nested ones too, that Spark cannot
    read: files with such a column do without V2.
    """
    if form is not RowFormat.PARQUET or any(_FLOATING.search(column.type) for column in columns):
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
    if form is RowFormat.PARQUET:
        return f"CAST({column} AS {_IN_PARQUET.get(type_) or to_duckdb(type_)})"
    if type_ in _AS_THEY_ARE:
        return column
    if type_ == "string":
        return _text(form, f"CAST({column} AS VARCHAR)", alone=alone)
    if type_ in ("float", "double"):
        number = f"CAST({column} AS DOUBLE)"
        return f"CASE WHEN isfinite({number}) THEN {number} END" if form is RowFormat.JSON else number
    if type_.startswith("decimal"):
        return f"CAST({column} AS VARCHAR)"
    if type_ in ("timestamp", "timestamp with time zone"):
        text = f"CAST(CAST({column} AS TIMESTAMP) AS VARCHAR)"  # with as many digits of a second as there are
        return f"CASE WHEN length({text}) > 19 THEN rpad({text}, 26, '0') ELSE {text} END"
    return None


def _text(form: RowFormat, text: str, *, alone: bool) -> str:
    """CSV has no quotes around an empty text; only a row of one empty field has them, to be no empty line."""
    if form is RowFormat.JSON:
        return text
    return f"coalesce({text}, '')" if alone else f"nullif({text}, '')"
