"""Tables as the Glue Data Catalog describes them: Parquet in folders by partition, and text objects with one column.

A location is listed when a query reads it. Names that begin with `_` or `.` are skipped, as on Athena.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from millrace.athena_sql.endpoint.lake.csv_objects import CSV_SERDE, check_csv, csv_rows
from millrace.athena_sql.endpoint.lake.json_objects import JSON_SERDE, check_json, json_rows
from millrace.athena_sql.endpoint.lake.small_objects import visible
from millrace.athena_sql.endpoint.ports import (
    PARQUET_SERDE,
    ObjectStore,
    QueryableTables,
    RegisteredTable,
    TableRegistry,
)
from millrace.athena_sql.endpoint.problems import unsupported
from millrace.athena_sql.endpoint.statements.kinds import TableName
from millrace.athena_sql.engines.duckdb.files.path_keys import path_keys
from millrace.athena_sql.engines.duckdb.table_data import (
    MAX_RECORD_BYTES,
    RAW_KEYS,
    ScanMark,
    TablePart,
    reader,
    select_from_files,
)
from millrace.athena_sql.engines.duckdb.types import to_duckdb
from millrace.athena_sql.ports import Column, ParquetData, ParquetFile, RawData, Statement, TableData, ViewData
from millrace.athena_sql.tables import DeclaredTables
from millrace.lake.keys import CRAWLED
from millrace.sql_quoting import literal

_LINE = "line"


@dataclass(frozen=True, slots=True)
class LineData(RawData):
    """Raw objects as lines of text, with the columns `line`, `dt` and `hour`."""


@dataclass(frozen=True, slots=True)
class KeyedData(ParquetData):
    """A table partitioned by `keys`, its last columns, in folders `<key>=<value>/`."""

    keys: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredView(ViewData):
    """A registered view. `database`: where names of its statement without one are looked up."""

    database: str = ""


@dataclass(frozen=True)
class GlueLake:
    """The QueryableTables port on AWS: tables are read where Glue points to, as Athena reads them.

    `databases`: the Glue database of each layer; tables of other layers come from `inner`.
    `declared`: the tables of the project.
    """

    inner: QueryableTables
    registry: TableRegistry
    objects: ObjectStore
    databases: Mapping[str, str]
    declared: DeclaredTables

    def names(self) -> list[str]:
        return self.inner.names()

    def columns(self, name: str) -> tuple[Column, ...]:
        return self.inner.columns(name)

    def table(self, name: str) -> TableData:
        layer, _, short = name.partition(".")
        if layer not in self.databases or name not in self.names():
            return self.inner.table(name)
        found = self.registry.table(TableName(self.databases[layer], short))
        if found is not None:
            return stored_table(found, self.objects)
        if layer == CRAWLED:
            return self.inner.table(name)  # which says that it was never crawled
        unpublished = self.declared.table(name)
        return ParquetData(unpublished.data_columns, (), unpublished.partitioned)


def stored_table(found: RegisteredTable, objects: ObjectStore) -> TableData:
    """The data of a registered table. Raises StatementFailed for a layout that cannot be read here."""
    keys = tuple(key.name for key in found.partition_keys)
    if tuple(column.name for column in found.columns) == (_LINE,) and keys == tuple(RAW_KEYS):
        return _lines(found, objects)
    if found.view:
        return StoredView(Statement(str(found.name), found.view), found.name.database)
    check_readable(found)
    if found.serde == CSV_SERDE:
        return csv_rows(found, objects)
    if found.serde == JSON_SERDE:
        return json_rows(found, objects)
    if not keys:
        files = tuple(ParquetFile(address) for address in visible(objects, found.location))
        return ParquetData(found.columns, files, partitioned=False)
    parts = [
        ParquetFile(address, values[0])
        for values, location in found.partitions
        for address in visible(objects, location)
    ]
    if keys == ("dt",):
        return ParquetData(found.columns, tuple(parts))
    if not all(_has_key_folders(file.location, keys) for file in parts):
        raise unsupported(f"line 1:1: {found.name} has partitions whose folders are not named {'=.../'.join(keys)}=...")
    files = tuple(ParquetFile(file.location) for file in parts)
    return KeyedData((*found.columns, *found.partition_keys), files, partitioned=False, keys=found.partition_keys)


def check_readable(table: RegisteredTable) -> None:
    """Raises StatementFailed for a table whose objects cannot be read here."""
    if table.serde == CSV_SERDE:
        check_csv(table)
    elif table.serde == JSON_SERDE:
        check_json(table)
    elif table.serde != PARQUET_SERDE:
        raise unsupported(f"line 1:1: {table.name}: the format {table.serde} is not supported here; use PARQUET")


def _has_key_folders(location: str, keys: Sequence[str]) -> bool:
    """Whether the folders directly above the file are `<key>=<value>` for each key, in their order."""
    folders = location.split("/")[-1 - len(keys) : -1]
    return [folder.partition("=")[0] for folder in folders if "=" in folder] == list(keys)


def line_reader(data: LineData, address: str, mark: ScanMark | None) -> str:
    """A parenthesised SELECT in DuckDB's dialect. `address`: what `data.root` is called in `"$path"`."""
    if not data.keys or mark is None:
        types = {_LINE: "VARCHAR", **RAW_KEYS, '"$path"': "VARCHAR"}
        return f"(SELECT {', '.join(f'NULL::{type_} AS {name}' for name, type_ in types.items())} LIMIT 0)"
    places = [*(data.root + key for key in data.keys), mark.file]
    place = path_keys(RAW_KEYS, places, (_LINE,), mark.name)
    return (
        f"(SELECT json::VARCHAR AS {_LINE}, {', '.join(f'{place.value(key)} AS {key}' for key in RAW_KEYS)},"
        f' {literal(address)} || substr({mark.name}, {len(data.root) + 1}) AS "$path"'
        f" FROM read_json_objects([{', '.join(map(literal, places))}], format = 'newline_delimited',"
        f" compression = 'gzip', filename = {literal(mark.name)}, {place.options},"
        f" maximum_object_size = {MAX_RECORD_BYTES}) WHERE {mark.filter})"
    )


def keyed_reader(part: TablePart, keys: Sequence[Column], mark: ScanMark | None) -> str:
    """A parenthesised SELECT in DuckDB's dialect, of a table whose columns include its `keys`."""
    if not part.data.files:
        return reader(part.data)
    types = {key.name: to_duckdb(key.type) for key in keys}
    return f"({select_from_files(part, types, mark)})"


def _lines(found: RegisteredTable, objects: ObjectStore) -> LineData:
    """The objects of all partitions, with keys below their bucket, `s3://bucket/`, or below `/` for local folders."""
    addresses = [address for _, location in found.partitions for address in visible(objects, location)]
    root = _root(addresses)
    return LineData(root, tuple(address.removeprefix(root) for address in addresses))


def _root(addresses: Sequence[str]) -> str:
    scheme, found, rest = addresses[0].partition("://") if addresses else ("", "", "")
    return f"{scheme}://{rest.split('/')[0]}/" if found else "/"
