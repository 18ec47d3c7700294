"""How DuckDB reads each kind of table data: as one SELECT over a reader function.

Every column is cast to its declared type (free of cost where the type is the same), so that files of another engine
look the same. `dt` comes from the path, for raw objects too (their layout puts each record under its envelope's `dt`),
so that a predicate on `dt` skips whole files (partition pruning).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby

from millrace.athena_sql.engines.duckdb.types import to_duckdb
from millrace.athena_sql.ports import Column, ParquetData, ParquetFile, RawData, RowData, Value
from millrace.athena_sql.statements.payload_projection import PAYLOAD, PayloadPart
from millrace.athena_sql.tables import RAW_COLUMNS

MAXIMUM_RECORD = 16 * 1024 * 1024  # twice the largest body that a poll accepts

_DT = Column("dt", "date")
_SOURCE_OBJECT = "source_object"
_NOT_STORED = ("dt", "hour", _SOURCE_OBJECT)  # columns of raw tables that come from the path


@dataclass(frozen=True, slots=True)
class ScanMark:
    """A sentinel file that identifies a table's scan in DuckDB's EXPLAIN, by a filter on the file name.

    `file` is listed with the table's own files, below the same keys (`dt=`, `hour=`), and never read. `name` is the
    column of file names.
    """

    name: str
    file: str

    @property
    def filter(self) -> str:
        return f"{self.name} <> {literal(self.file)}"


def reader(data: ParquetData | RawData | RowData, part: PayloadPart | None = None, mark: ScanMark | None = None) -> str:
    """A parenthesised SELECT in DuckDB's dialect. `part`: the one part of the payload to read as its column."""
    match data:
        case ParquetData():
            return f"({_parquet(data, mark)})"
        case RawData():
            return f"({_raw(data, part, mark)})"
        case RowData():
            return f"({_rows(data)})"


def columns_of(data: ParquetData | RawData | RowData) -> tuple[Column, ...]:
    """All columns that readers see, `dt` included."""
    match data:
        case ParquetData(columns, _, partitioned):
            return (*columns, _DT) if partitioned else columns
        case RawData():
            return RAW_COLUMNS
        case RowData(columns):
            return columns


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _parquet(data: ParquetData, mark: ScanMark | None) -> str:
    columns = columns_of(data)
    if not data.files:
        return _no_rows(columns)
    if not data.partitioned:
        return f"SELECT {as_declared(columns)} FROM {read_parquet_files(data.files, mark, 'hive_partitioning = false')}"
    if all(f"/dt={file.partition}/" in file.location for file in data.files):
        hive = "hive_partitioning = true, hive_types = {'dt': DATE}"
        return f"SELECT {as_declared(columns)} FROM {read_parquet_files(data.files, mark, hive)}"
    return " UNION ALL ".join(
        f"SELECT {as_declared(data.columns)}, CAST({literal(partition)} AS DATE) AS dt"
        f" FROM {read_parquet_files(list(files), mark, 'hive_partitioning = false')}"
        for partition, files in groupby(sorted(data.files, key=_partition), key=_partition)
    )


def read_parquet_files(files: Sequence[ParquetFile], mark: ScanMark | None, options: str) -> str:
    """The FROM clause's content, and WHERE if there is a mark. `options`: further ones of DuckDB's `read_parquet`."""
    paths = [file.location for file in files]
    if mark is None:
        return f"read_parquet({_list(paths)}, {options})"
    return f"read_parquet({_list([*paths, mark.file])}, {options}, filename = {literal(mark.name)}) WHERE {mark.filter}"


def _raw(data: RawData, part: PayloadPart | None, mark: ScanMark | None) -> str:
    if not data.keys:
        return _no_rows(RAW_COLUMNS, part)
    root = data.root.rstrip("/") + "/"
    types = {column.name: to_duckdb(column.type) for column in RAW_COLUMNS}
    if part:
        types[PAYLOAD] = part.declaration()
    declared = ", ".join(f"{name}: {literal(type_)}" for name, type_ in types.items() if name not in _NOT_STORED)
    selected = {name: f"CAST({name} AS {type_})" for name, type_ in types.items()}
    filename = mark.name if mark else "filename"
    selected[_SOURCE_OBJECT] = f"substr({filename}, {len(root) + 1})"
    if part:
        selected[PAYLOAD] = part.accessor()
    files = [*(root + key for key in sorted(data.keys)), *([mark.file] if mark else [])]
    return (
        f"SELECT {', '.join(f'{value} AS {name}' for name, value in selected.items())}"
        f" FROM read_json({_list(files)}, columns = {{{declared}}},"
        f" format = 'newline_delimited', compression = 'gzip', filename = {literal(filename)},"
        " hive_partitioning = true, hive_types = {'dt': DATE, 'hour': VARCHAR},"
        f" maximum_object_size = {MAXIMUM_RECORD})" + (f" WHERE {mark.filter}" if mark else "")
    )


def _rows(data: RowData) -> str:
    if not data.rows:
        return _no_rows(data.columns)
    names = [column.name for column in data.columns]
    rows = [{name: _json_value(row.get(name)) for name in names} for row in data.rows]
    structure = json.dumps([{column.name: to_duckdb(column.type) for column in data.columns}])
    fields = ", ".join(f"row.{identifier(name)}" for name in names)
    text = json.dumps(rows, ensure_ascii=False)
    return f"SELECT {fields} FROM (SELECT unnest(from_json_strict({literal(text)}, {literal(structure)})) AS row)"


def _no_rows(columns: Sequence[Column], part: PayloadPart | None = None) -> str:
    types = {column.name: to_duckdb(column.type) for column in columns} | ({PAYLOAD: part.type} if part else {})
    typed = ", ".join(f"CAST(NULL AS {type_}) AS {identifier(name)}" for name, type_ in types.items())
    return f"SELECT {typed} WHERE false"


def as_declared(columns: Iterable[Column]) -> str:
    """Each column, cast to its declared type."""
    return ", ".join(
        f"CAST({identifier(column.name)} AS {to_duckdb(column.type)}) AS {identifier(column.name)}"
        for column in columns
    )


def _list(paths: Iterable[str]) -> str:
    return f"[{', '.join(map(literal, paths))}]"


def _partition(file: ParquetFile) -> str:
    return file.partition


def _json_value(value: Value) -> str | int | float | bool | None:
    """A value as JSON can hold it without loss."""
    match value:
        case datetime():
            naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
            return naive.isoformat(" ")
        case date() | Decimal():
            return str(value)
        case float() if value != value or value in (float("inf"), float("-inf")):
            return str(value)
    return value
