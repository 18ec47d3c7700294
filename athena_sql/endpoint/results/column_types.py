"""Columns and values as Athena's API shows them: the names of types, and SQL that turns each value into its text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from millrace.athena_sql.engines.duckdb.translation.macros.lookup import macros_called
from millrace.athena_sql.engines.duckdb.translation.times.carriers import (
    carried_text,
    carried_type,
    instant_text,
    milliseconds_text,
)
from millrace.athena_sql.engines.duckdb.types import to_athena
from millrace.sql_quoting import identifier, literal

_LONGEST = 2_147_483_647
_UNNAMED = re.compile(r"_\d+")
_FRACTION_ONLY = re.compile(r"DECIMAL\((?P<digits>[12]?\d|3[0-7]),(?P=digits)\)")
# By declared type: the name and the precision in ColumnInfo.
_PLAIN = {
    "boolean": ("boolean", 0),
    "tinyint": ("tinyint", 3),
    "smallint": ("smallint", 5),
    "int": ("integer", 10),
    "bigint": ("bigint", 19),
    "float": ("float", 17),
    "double": ("double", 17),
    "string": ("varchar", _LONGEST),
    "binary": ("varbinary", 1_073_741_824),
    "date": ("date", 0),
    "timestamp": ("timestamp", 3),
    "timestamp with time zone": ("timestamp with time zone", 3),
    "time": ("time", 3),
    "interval": ("interval day to second", 0),
    "interval day to second": ("interval day to second", 0),
    "interval year to month": ("interval year to month", 0),
    "json": ("json", 0),
    "unknown": ("unknown", 0),
}

# Years and months as 1-2, days and time as 1 02:00:00.000; in Trino a value has one or the other.
_INTERVAL = (
    "athena_interval(x)",
    """CASE
    WHEN datepart('year', x) <> 0 OR datepart('month', x) <> 0 THEN
        CASE WHEN datepart('year', x) * 12 + datepart('month', x) < 0 THEN '-' ELSE '' END
        || abs(datepart('year', x)) || '-' || abs(datepart('month', x))
    ELSE CASE WHEN epoch_us(x) < 0 THEN '-' ELSE '' END || (abs(epoch_us(x)) // 86400000000) || ' '
        || strftime(make_timestamp(abs(epoch_us(x)) % 86400000000), '%H:%M:%S.%g')
    END""",
)
# What the texts of results call, for each session.
RESULT_MACROS = (*macros_called("athena_double("), _INTERVAL)
_EACH = "athena_each"  # a lambda's parameter: a name that no column has


class ResultColumn(msgspec.Struct, frozen=True, array_like=True):
    """A column of a result. `type`: Athena's name as in ColumnInfo; `ddl`: the type as a table declares it."""

    name: str
    type: str
    precision: int
    scale: int
    ddl: str

    def info(self) -> dict[str, Any]:
        return {
            "CatalogName": "hive",
            "SchemaName": "",
            "TableName": "",
            "Name": self.name,
            "Label": self.name,
            "Type": self.type,
            "Precision": self.precision,
            "Scale": self.scale,
            "Nullable": "UNKNOWN",
            "CaseSensitive": self.type in ("varchar", "char"),
        }


def text_column(name: str, type_: str = "string") -> ResultColumn:
    """A column of a statement other than a query, such as SHOW TABLES."""
    return ResultColumn(name, type_, 0, 0, type_)


@dataclass(frozen=True, slots=True)
class DescribedResult:
    """A query's columns as DuckDB describes them; the types are DuckDB's, or have the same attributes."""

    names: tuple[str, ...]
    types: tuple[Any, ...]

    def columns(self) -> tuple[ResultColumn, ...]:
        return tuple(_column(name, type_) for name, type_ in zip(self.names, self.types, strict=True))

    def as_texts(self, sql: str) -> str:
        """A query for the text of every value of `sql`, in the same order; NULL stays NULL."""
        texts = ", ".join(_text(f"#{at}", type_) for at, type_ in enumerate(self.types, start=1))
        return f"SELECT {texts} FROM ({sql})"


def _column(name: str, type_: Any) -> ResultColumn:
    ddl = to_athena(type_)
    shown = ddl.split("<")[0].split("(")[0]
    match shown:
        case "decimal":
            precision, scale = (int(part) for part in ddl[len("decimal(") : -1].split(","))
            return ResultColumn(name, "decimal", precision, scale, ddl)
        case "array" | "map":
            return ResultColumn(name, shown, 0, 0, ddl)
        case "struct":
            return ResultColumn(name, "row", 0, 0, ddl)
    known, precision = _PLAIN.get(ddl, ("varchar", _LONGEST))
    return ResultColumn(name, known, precision, 0, ddl if ddl in _PLAIN and ddl != '"null"' else "string")


def _text(value: str, type_: Any) -> str:
    if carried_type(type_):
        return carried_text(value)
    match type_.id:
        case "list" | "array":
            inner = _or_null(_EACH, dict(type_.children)["child"])
            return f"'[' || array_to_string(list_transform({value}, lambda {_EACH}: {inner}), ', ') || ']'"
        case "map":
            children: Mapping[str, Any] = dict(type_.children)
            key, item = (_or_null(f"{_EACH}.{part}", children[part]) for part in ("key", "value"))
            entries = f"list_transform(list_sort(map_entries({value})), lambda {_EACH}: {key} || '=' || {item})"
            return f"'{{' || array_to_string({entries}, ', ') || '}}'"
        case "struct":
            fields = " || ', ' || ".join(
                f"{literal(_field(name))} || {_or_null(f'({value}).{identifier(name)}', child)}"
                for name, child in dict(type_.children).items()
            )
            return f"CASE WHEN {value} IS NOT NULL THEN '{{' || {fields} || '}}' END"
    return _plain_text(value, str(type_))


def _field(name: str) -> str:
    """The prefix of a field. Fields of `row(1, 'a')` have no names, in DuckDB `_0`: shown as `{1, a}`."""
    return "" if _UNNAMED.fullmatch(name) else f"{name}="


def _or_null(value: str, type_: Any) -> str:
    return f"coalesce({_text(value, type_)}, 'null')"


def _plain_text(value: str, type_: str) -> str:
    if fraction_only := _FRACTION_ONLY.fullmatch(type_):
        width = int(fraction_only["digits"])
        return f"CAST(CAST({value} AS DECIMAL({width + 1}, {width})) AS VARCHAR)"  # `0.5`, not `.5`
    match type_:
        case "DOUBLE" | "FLOAT":
            return f"athena_double({value})"
        case "TIMESTAMP" | "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS":
            return milliseconds_text(value)  # clients in Go cannot read more digits
        case "TIMESTAMP WITH TIME ZONE":
            return instant_text(value)
        case "INTERVAL":
            return f"athena_interval({value})"
        case "TIME":
            return f"strftime(DATE '1970-01-01' + {value}, '%H:%M:%S.%g')"
        case "BLOB":
            return rf"trim(regexp_replace(lower(hex({value})), '(..)', '\1 ', 'g'))"
        case "VARCHAR":
            return value
        case "HUGEINT":  # of a sum, which is declared BIGINT
            return f"CAST(CAST({value} AS BIGINT) AS VARCHAR)"
    return f"CAST({value} AS VARCHAR)"
