"""The rows of a result as DuckDB reads them from Athena's CSV: the text of each value becomes a value of its type.

Every field is in quotes, and NULL is an empty field without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from millrace.athena_sql.engines.duckdb.translation.times.carriers import ZONED, carrier_of, in_utc
from millrace.athena_sql.engines.duckdb.types import to_duckdb
from millrace.athena_sql.ports import Column, RowFormat
from millrace.sql_quoting import identifier, literal

_NUMBERS = frozenset({"tinyint", "smallint", "int", "bigint", "float", "double", "boolean", "date", "timestamp"})
_LONGEST = 16 << 20  # bytes of a row, as in raw objects
_OPTIONS = (
    "auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', nullstr = '', new_line = '\\n',"
    f" allow_quoted_nulls = false, parallel = false, max_line_size = {_LONGEST}, buffer_size = {_LONGEST}"
)


def stored_columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns of `rows_sql`. Nested values, and others whose type is not told, are text, as Athena gives them."""
    return tuple(Column(column.name, _stored(column.type)) for column in columns)


def rows_sql(columns: Sequence[Column], path: Path, form: RowFormat) -> str:
    """DuckDB's SQL for the rows of a CSV file or pipe, which is read once. `form`: that which the rows are then written
    in: a time with a zone comes as `fetch.as_written` has it there."""
    texts = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(columns)))
    values = ", ".join(
        f"{_value(f'c{number}', column.type, form)} AS {identifier(column.name)}"
        for number, column in enumerate(columns)
    )
    return f"SELECT {values} FROM read_csv({literal(str(path))}, columns = {{{texts}}}, {_OPTIONS})"


def _stored(type_: str) -> str:
    if type_ in _NUMBERS or type_.startswith("decimal"):
        return type_
    return {ZONED: ZONED, "varbinary": "binary"}.get(type_, "string")


def _value(text: str, type_: str, form: RowFormat) -> str:
    if type_ == ZONED:
        joined = f"replace(replace({text}, ' +', '+'), ' -', '-')"  # DuckDB wants no space before an offset
        instant = f"CAST({joined} AS TIMESTAMPTZ)"
        return {RowFormat.PARQUET: in_utc(instant), RowFormat.RESULT: carrier_of(instant, text)}.get(form, text)
    if type_ == "varbinary":
        return f"unhex(replace({text}, ' ', ''))"
    stored = _stored(type_)
    return text if stored == "string" else f"CAST({text} AS {to_duckdb(stored)})"
