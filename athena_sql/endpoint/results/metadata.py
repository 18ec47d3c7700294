"""The `<address>.metadata` object beside a result: its columns, as a protobuf message.

There is no official schema; the field numbers are those that burtcorp's athena-jdbc reads, and as measured. Field 1 is
the query's id, 2 the kind of update, 3 the number of rows written, 4 (repeated) a column.
"""

from __future__ import annotations

from collections.abc import Iterable

from millrace.athena_sql.endpoint.results.column_types import ResultColumn

_VARINT, _LENGTH_DELIMITED = 0, 2  # wire types
_TEXTS = {1: "CatalogName", 2: "SchemaName", 3: "TableName", 4: "Name", 5: "Label", 6: "Type"}
_NULLABLE = {"NOT_NULL": 1, "NULLABLE": 2, "UNKNOWN": 3}
_SIZED = frozenset(
    {
        *("tinyint", "smallint", "integer", "bigint", "double", "float", "decimal"),
        *("varchar", "char", "varbinary"),
        *("timestamp", "timestamp with time zone", "time", "time with time zone"),
    }
)
_UNSIZED = frozenset({"boolean", "interval day to second", "interval year to month"})


def result_metadata(
    execution: str, columns: Iterable[ResultColumn], *, update_type: str = "", updated: int | None = None
) -> bytes:
    """The whole message. `update_type` and `updated`: of statements that write; a count of 0 is included."""
    message = _text(1, execution) + _text(2, update_type)
    if updated is not None:
        message += _number(3, updated)
    return message + b"".join(_delimited(4, _column(column)) for column in columns)


def _column(column: ResultColumn) -> bytes:
    """Empty texts are omitted. Which numbers are present depends on the column's type, not on the values."""
    info = column.info()
    numbers = {7: info["Precision"], 8: info["Scale"], 9: _NULLABLE[info["Nullable"]], 10: info["CaseSensitive"]}
    present = _numbers_of(column.type)
    return b"".join(_text(field, info[name]) for field, name in _TEXTS.items()) + b"".join(
        _number(field, value) for field, value in numbers.items() if field in present
    )


def _numbers_of(type_: str) -> frozenset[int]:
    """The fields among 7 to 10 that a column of this type has."""
    if type_ in _SIZED:
        return frozenset({7, 8, 9, 10})
    if type_ == "date":
        return frozenset({8, 9, 10})
    return frozenset({9, 10}) if type_ in _UNSIZED else frozenset({9})


def _text(field: int, text: str) -> bytes:
    return _delimited(field, text.encode()) if text else b""


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3 | _VARINT) + _varint(value)


def _delimited(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | _LENGTH_DELIMITED) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; every byte but the last has its high bit set."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
