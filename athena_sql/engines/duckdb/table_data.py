"""How DuckDB reads each kind of table data: as one SELECT over a reader function.

Every column is cast to its declared type (free of cost where the type is the same), so that files of another engine
look the same. `dt` comes from the path, for raw objects too (their layout puts each record under its envelope's `dt`),
so that a predicate on `dt` skips whole files (partition pruning).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from types import MappingProxyType

from millrace.athena_sql.engines.duckdb.dialect import DUCKDB
from millrace.athena_sql.engines.duckdb.files.path_keys import FILE_NAME_COLUMN, PathKeys, path_keys
from millrace.athena_sql.engines.duckdb.types import in_small_letters, to_duckdb
from millrace.athena_sql.ports import Column, JsonData, ParquetData, ParquetFile, RawData, ReadableData, RowData, Value
from millrace.athena_sql.statements.payload_projection import PAYLOAD, PayloadPart
from millrace.athena_sql.tables import RAW_COLUMNS, columns_of
from millrace.sql_quoting import identifier, literal

MAX_RECORD_BYTES = 16 * 1024 * 1024  # twice the largest body that a poll accepts

# The keys of raw objects, with their DuckDB types.
RAW_KEYS: Mapping[str, str] = MappingProxyType({"dt": "DATE", "hour": "VARCHAR"})

_DT_KEY: Mapping[str, str] = MappingProxyType({"dt": "DATE"})
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


@dataclass(frozen=True, slots=True)
class TablePart:
    """Files of a table that all lack the same of its columns: `missing`, their names. Those columns are NULL.

    `is_outline`: the part is planned with, never read, and some of its files may have the columns. A plain NULL would
    let the planner leave out files that have other values.
    """

    data: ParquetData
    missing: frozenset[str] = frozenset()
    is_outline: bool = False

    @property
    def absent(self) -> str:
        """The expression of a missing column."""
        return "CAST(file_row_number AS VARCHAR)" if self.is_outline else "NULL"

    @property
    def options(self) -> str:
        """Further options of DuckDB's read_parquet."""
        return ", file_row_number = true" if self.is_outline and self.missing else ""


def reader(data: ReadableData, part: PayloadPart | None = None, mark: ScanMark | None = None) -> str:
    """A parenthesised SELECT in DuckDB's dialect. `part`: the one part of the payload to read as its column."""
    match data:
        case ParquetData():
            return part_reader(TablePart(data), mark)
        case RawData():
            return f"({_raw(data, part, mark)})"
        case RowData():
            return f"({_rows(data)})"
        case JsonData():
            return f"({_json(data)})"


def part_reader(part: TablePart, mark: ScanMark | None = None) -> str:
    """As `reader`, for files that lack columns."""
    return f"({_parquet(part, mark)})"


def union_of(readers: Sequence[str]) -> str:
    """The readers of one table's parts as one."""
    return readers[0] if len(readers) == 1 else f"({' UNION ALL '.join(f'FROM {each}' for each in readers)})"


def select_from_files(part: TablePart, keys: Mapping[str, str], mark: ScanMark | None = None) -> str:
    """A SELECT of the columns of at least one file. `keys`: DuckDB types of the columns that come from the path."""
    columns = part.data.columns
    names = [column.name for column in columns]
    paths = [*(file.location for file in part.data.files), *([mark.file] if mark else [])]
    place = path_keys(keys, paths, names, mark.name if mark else FILE_NAME_COLUMN)
    selected = ", ".join(
        f"CAST({_expression(name, place, part)} AS {to_duckdb(column.type)}) AS {identifier(name)}"
        for name, column in zip(names, columns, strict=True)
    )
    needs_name = mark is not None or (keys and not place.is_hive)
    options = place.options + (f", filename = {literal(place.file_name)}" if needs_name else "") + part.options
    return f"SELECT {selected} FROM read_parquet({_list(paths)}, {options})" + (f" WHERE {mark.filter}" if mark else "")


def _expression(name: str, place: PathKeys, part: TablePart) -> str:
    if name in place.types:
        return place.value(name)
    return part.absent if name in part.missing else identifier(name)


def _parquet(part: TablePart, mark: ScanMark | None) -> str:
    data = part.data
    if not data.files:
        return _no_rows(columns_of(data))
    if not data.partitioned:
        return select_from_files(part, {}, mark)
    if all(file.location.split("/")[-2] == f"dt={file.partition}" for file in data.files):
        return select_from_files(replace(part, data=replace(data, columns=columns_of(data))), _DT_KEY, mark)
    return " UNION ALL ".join(
        f"SELECT *, CAST({literal(partition)} AS DATE) AS dt"
        f" FROM ({select_from_files(replace(part, data=replace(data, files=tuple(files))), {}, mark)})"
        for partition, files in groupby(sorted(data.files, key=_partition), key=_partition)
    )


def _raw(data: RawData, part: PayloadPart | None, mark: ScanMark | None) -> str:
    if not data.keys:
        return _no_rows(RAW_COLUMNS, part)
    root = data.root.rstrip("/") + "/"
    types = {column.name: to_duckdb(column.type) for column in RAW_COLUMNS}
    if part:
        types[PAYLOAD] = _structure(part)
    stored = {name: type_ for name, type_ in types.items() if name not in _NOT_STORED}
    declared = ", ".join(f"{name}: {literal(type_)}" for name, type_ in stored.items())
    selected = {name: f"CAST({name} AS {type_})" for name, type_ in types.items()}
    # All keys lie below the same folder, so the first stands for all of them.
    above = [root + data.keys[0], *([mark.file] if mark else [])]
    place = path_keys(RAW_KEYS, above, stored, mark.name if mark else FILE_NAME_COLUMN)
    for key in RAW_KEYS:
        selected[key] = f"CAST({place.value(key)} AS {types[key]})"
    selected[_SOURCE_OBJECT] = f"substr({place.file_name}, {len(root) + 1})"
    if part:
        selected[PAYLOAD] = _accessor(part)
    files = [*(root + key for key in sorted(data.keys)), *([mark.file] if mark else [])]
    return (
        f"SELECT {', '.join(f'{value} AS {name}' for name, value in selected.items())}"
        f" FROM read_json({_list(files)}, columns = {{{declared}}},"
        f" format = 'newline_delimited', compression = 'gzip', filename = {literal(place.file_name)},"
        f" {place.options}, maximum_object_size = {MAX_RECORD_BYTES})" + (f" WHERE {mark.filter}" if mark else "")
    )


def _json(data: JsonData) -> str:
    structure = ", ".join(f"{literal(one.name)}: {literal(to_duckdb(one.type))}" for one in data.stored)
    selected = ", ".join(
        f"{in_small_letters(identifier(stored.name), stored.type)} AS {identifier(column.name)}"
        for stored, column in zip(data.stored, data.columns, strict=True)
    )
    return (
        f"SELECT {selected} FROM read_json({_list(data.files)}, columns = {{{structure}}},"
        f" format = 'newline_delimited', maximum_object_size = {MAX_RECORD_BYTES})"
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
    types = {column.name: to_duckdb(column.type) for column in columns} | (
        {PAYLOAD: part.type.sql(DUCKDB)} if part else {}
    )
    typed = ", ".join(f"CAST(NULL AS {type_}) AS {identifier(name)}" for name, type_ in types.items())
    return f"SELECT {typed} WHERE false"


def _structure(part: PayloadPart) -> str:
    """The payload's type in DuckDB, reduced to this part."""
    declared = part.type.sql(DUCKDB)
    for step in reversed(part.steps):
        declared = f"STRUCT({identifier(step)} {declared})" if isinstance(step, str) else f"{declared}[]"
    return declared


def _accessor(part: PayloadPart) -> str:
    """The expression that takes this part out of the payload."""
    steps = (f".{identifier(step)}" if isinstance(step, str) else f"[{step + 1}]" for step in part.steps)
    return PAYLOAD + "".join(steps)


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
