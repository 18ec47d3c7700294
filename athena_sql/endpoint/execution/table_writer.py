"""CREATE TABLE AS, INSERT and UNLOAD: Parquet files are written locally, put into the object store, and registered.

Sources: Athena user guide, CREATE TABLE AS, INSERT INTO, UNLOAD: at most 100 partitions a statement, partition columns
last, an empty target folder, GZIP by default.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from millrace.athena_sql.endpoint.failures import athena_errors
from millrace.athena_sql.endpoint.planning.planner import QueryPlan
from millrace.athena_sql.endpoint.ports import (
    PARQUET_SERDE,
    EngineSession,
    ObjectStore,
    RegisteredTable,
    TableRegistry,
)
from millrace.athena_sql.endpoint.problems import unsupported
from millrace.athena_sql.endpoint.statements.kinds import CreateTableAs, InsertInto, TableName, Unload
from millrace.athena_sql.engines.athena.limits import MAX_PARTITIONS
from millrace.athena_sql.engines.duckdb.types import to_athena, to_duckdb
from millrace.athena_sql.ports import Column
from millrace.aws.glue_layout import PARQUET_TABLE
from millrace.errors import DefinitionError, StatementFailed
from millrace.sql_quoting import identifier, literal

_COMPRESSIONS = frozenset({"GZIP", "SNAPPY", "ZSTD", "LZ4", "UNCOMPRESSED"})


@dataclass(frozen=True, slots=True)
class WriteTarget:
    """Where rows go: below `location`, in folders of `partitioned_by`, each file beginning with `name`."""

    location: str
    name: str
    partitioned_by: tuple[str, ...] = ()
    compression: str = "GZIP"


@dataclass(frozen=True, slots=True)
class WriteResult:
    """`files`: addresses; `partitions`: values and the address of each."""

    rows: int
    files: tuple[str, ...]
    partitions: tuple[tuple[tuple[str, ...], str], ...] = ()


@dataclass(frozen=True)
class TableWriter:
    """`folder`: for files that are not in the object store yet; DuckDB may write there."""

    objects: ObjectStore
    registry: TableRegistry
    folder: Path

    def create(
        self,
        session: EngineSession,
        statement: CreateTableAs,
        plan: QueryPlan,
        table: TableName,
        default: str,
        name: str,
    ) -> WriteResult:
        """`default`: the location of a table without external_location; `name`: the prefix of file names.

        Raises StatementFailed, QueryInterrupted, and what the ports raise.
        """
        self._check_free(statement, table)
        location = str(statement.properties.get("external_location") or default).rstrip("/") + "/"
        target = WriteTarget(location, name, _partitioned_by(statement.properties), _compression(statement.properties))
        columns = named_columns(plan)
        if self.objects.list(location):
            raise StatementFailed(
                "HIVE_PATH_ALREADY_EXISTS", f"Target directory for table '{table}' already exists: {location}"
            )
        kept, keys = _split_columns(columns, target.partitioned_by)
        registered = RegisteredTable(table, kept, keys, location, properties=PARQUET_TABLE)
        written = self._write(session, plan.sql, columns, target) if statement.with_data else WriteResult(0, ())
        self.registry.create(registered)
        if written.partitions:
            self.registry.add_partitions(registered, written.partitions)
        return written

    def insert(
        self, session: EngineSession, statement: InsertInto, plan: QueryPlan, table: TableName, name: str
    ) -> WriteResult:
        """Raises as `create` does."""
        found = self.registry.table(table)
        if found is None:
            raise StatementFailed("TABLE_NOT_FOUND", f"line 1:1: Table 'awsdatacatalog.{table}' does not exist")
        if found.view or found.serde != PARQUET_SERDE:
            raise unsupported(f"line 1:1: {table} cannot be written to: it is not stored as Parquet")
        every = (*found.columns, *found.partition_keys)
        given = _columns(plan)
        names = statement.columns or tuple(column.name for column in every)
        if len(names) != len(given) or set(names) - {column.name for column in every}:
            raise StatementFailed(
                "TYPE_MISMATCH",
                f"line 1:1: Insert query has mismatched column types: Table: [{_types(every)}],"
                f" Query: [{_types(given)}]",
            )
        places = {column: at for at, column in enumerate(names, start=1)}
        selected = ", ".join(
            f"CAST({f'#{places[column.name]}' if column.name in places else 'NULL'} AS {to_duckdb(column.type)})"
            f" AS {identifier(column.name)}"
            for column in every
        )
        keys = tuple(key.name for key in found.partition_keys)
        written = self._write(
            session, f"SELECT {selected} FROM ({plan.sql})", every, WriteTarget(found.location, name, keys)
        )
        if written.partitions:
            self.registry.add_partitions(found, written.partitions)
        return written

    def unload(self, session: EngineSession, statement: Unload, plan: QueryPlan, name: str) -> WriteResult:
        """Raises as `create` does."""
        location = statement.location.rstrip("/") + "/"
        keys = _partitioned_by(statement.properties)
        if self.objects.list(location) and not keys:
            raise StatementFailed("HIVE_PATH_ALREADY_EXISTS", f"Target directory already exists: {location}")
        target = WriteTarget(location, name, keys, _compression(statement.properties))
        return self._write(session, plan.sql, _columns(plan), target)

    def _check_free(self, statement: CreateTableAs, table: TableName) -> None:
        if self.registry.table(table) is not None:
            raise StatementFailed(
                "TABLE_ALREADY_EXISTS", f"line 1:1: Destination table 'awsdatacatalog.{table}' already exists"
            )

    def _write(self, session: EngineSession, sql: str, columns: Sequence[Column], target: WriteTarget) -> WriteResult:
        _split_columns(columns, target.partitioned_by)  # refuses partition columns that are not last
        with self._folder(target.name) as folder:
            rows = _copy(session, sql, columns, target, folder)
            found = sorted(path for path in folder.rglob("*") if path.is_file())
            parts = sorted({path.parent for path in found})
            if target.partitioned_by and len(parts) > MAX_PARTITIONS:
                raise StatementFailed(
                    "HIVE_TOO_MANY_OPEN_PARTITIONS",
                    f"Exceeded limit of {MAX_PARTITIONS} open writers for partitions/buckets",
                )
            files = []
            for path in found if rows else ():
                address = target.location + path.relative_to(folder).as_posix()
                self.objects.put_file(address, path)
                files.append(address)
            partitions = tuple(
                (_values(part.relative_to(folder)), f"{target.location}{part.relative_to(folder).as_posix()}/")
                for part in (parts if target.partitioned_by else ())
            )
        return WriteResult(rows, tuple(files), partitions)

    @contextmanager
    def _folder(self, name: str) -> Iterator[Path]:
        folder = self.folder / name
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _copy(session: EngineSession, sql: str, columns: Sequence[Column], target: WriteTarget, folder: Path) -> int:
    selected = ", ".join(
        f"CAST(#{at} AS {_stored(column.type)}) AS {identifier(column.name)}"
        if _stored(column.type)
        else f"#{at} AS {identifier(column.name)}"
        for at, column in enumerate(columns, start=1)
    )
    options = f"FORMAT parquet, COMPRESSION {literal(target.compression.lower())}"
    place = folder / f"{target.name}_00000"
    if target.partitioned_by:
        keys = ", ".join(map(identifier, target.partitioned_by))
        options += f", PARTITION_BY ({keys}), FILENAME_PATTERN {literal(f'{target.name}_{{i}}')}"
        place = folder
    with athena_errors(sql):
        copied = session.rows(f"COPY (SELECT {selected} FROM ({sql})) TO {literal(str(place))} ({options})")
        return int(copied[0][0])


def _columns(plan: QueryPlan) -> tuple[Column, ...]:
    for name, type_ in zip(plan.result.names, plan.result.types, strict=True):
        if str(type_) == '"NULL"':
            raise StatementFailed("COLUMN_TYPE_UNKNOWN", f"line 1:1: Column type is unknown: {name}")
    return tuple(
        Column(name.lower(), _declared(to_athena(type_)))
        for name, type_ in zip(plan.result.names, plan.result.types, strict=True)
    )


def _declared(type_: str) -> str:
    """The type that a table declares for a result's type."""
    return {"uuid": "string", "json": "string", "timestamp with time zone": "timestamp", "interval": "string"}.get(
        type_, type_
    )


def _stored(type_: str) -> str:
    """DuckDB's type that stores a declared one; "" for nested types, which are stored without a cast."""
    try:
        return "BLOB" if type_ == "binary" else to_duckdb(type_)
    except DefinitionError:
        return ""


def named_columns(plan: QueryPlan) -> tuple[Column, ...]:
    """The columns that a table or a view of this query has. Raises StatementFailed for a missing or duplicate name."""
    columns = _columns(plan)
    names = [column.name for column in columns]
    for at, name in enumerate(names, start=1):
        if name == f"_col{at - 1}":
            raise StatementFailed("MISSING_COLUMN_NAME", f"line 1:1: Column name not specified at position {at}")
        if names.count(name) > 1:
            raise StatementFailed("DUPLICATE_COLUMN_NAME", f"line 1:1: Column name '{name}' specified more than once")
    return columns


def _split_columns(columns: Sequence[Column], keys: Sequence[str]) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """The columns of the files, and the partition keys, which must be last. Raises StatementFailed."""
    cut = len(columns) - len(keys)
    if [column.name for column in columns[cut:]] != list(keys) or (keys and not cut):
        raise StatementFailed(
            "HIVE_COLUMN_ORDER_MISMATCH",
            "Partition keys must be the last columns in the table and in the same order as the table properties:"
            f" {list(keys)}",
        )
    return tuple(columns[:cut]), tuple(columns[cut:])


def _partitioned_by(properties: Mapping[str, str | tuple[str, ...]]) -> tuple[str, ...]:
    for name in ("bucketed_by", "partitioning"):
        if name in properties:
            raise unsupported(f"line 1:1: the property {name} is not supported here")
    found = str(properties.get("format", "PARQUET")).upper()
    if found != "PARQUET":
        raise unsupported(f"line 1:1: the format {found} is not supported here; use PARQUET")
    keys = properties.get("partitioned_by", ())
    return keys if isinstance(keys, tuple) else (keys,)


def _compression(properties: Mapping[str, str | tuple[str, ...]]) -> str:
    found = str(
        properties.get("write_compression")
        or properties.get("parquet_compression")
        or properties.get("compression")
        or "GZIP"
    ).upper()
    found = {"NONE": "UNCOMPRESSED"}.get(found, found)
    if found not in _COMPRESSIONS:
        raise unsupported(
            f"line 1:1: the compression {found} is not supported; use one of {', '.join(sorted(_COMPRESSIONS))}"
        )
    return found


def _values(part: Path) -> tuple[str, ...]:
    return tuple(unquote(name.partition("=")[2]) for name in part.parts)


def _types(columns: Sequence[Column]) -> str:
    return ", ".join(column.type for column in columns)
