"""The endpoint's ports: the lake's tables and, optionally, an object store with a table registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from millrace.athena_sql.endpoint.results.column_types import DescribedResult
from millrace.athena_sql.endpoint.results.files import ResultTarget, StoredRows
from millrace.athena_sql.endpoint.statements.kinds import TableName
from millrace.athena_sql.engines.duckdb.table_data import ScanMark
from millrace.athena_sql.ports import Column, TableData, TableSource

BINARY = "binary/octet-stream"  # S3's default content type


class QueryableTables(TableSource, Protocol):
    """The lake's tables by `<layer>.<name>`; queries see each layer as a database."""

    def columns(self, name: str) -> tuple[Column, ...]:
        """Declared columns, `dt` last in a partitioned table; () for raw tables, whose columns are the envelope's."""
        ...


PARQUET_SERDE = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"


@dataclass(frozen=True, slots=True)
class RegisteredTable:
    """A table of the registry: objects below `location`; `partitions`: the values and location of each.

    `serde`: the class that reads the objects, by its name in Hive; `serde_options` are its settings. `properties`: as
    SHOW TBLPROPERTIES gives them. `view`: of a view its query, else ""; names in it without a database are of the
    view's own.
    """

    name: TableName
    columns: tuple[Column, ...]
    partition_keys: tuple[Column, ...]
    location: str
    partitions: tuple[tuple[tuple[str, ...], str], ...] = ()
    description: str = ""
    serde: str = PARQUET_SERDE
    serde_options: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    view: str = ""


class ObjectStore(Protocol):
    """Objects by their s3:// address."""

    def put_file(self, address: str, path: Path, content_type: str = BINARY) -> None: ...

    def put(self, address: str, data: bytes, content_type: str = BINARY) -> None: ...

    def get(self, address: str) -> bytes:
        """Raises ObjectMissing."""
        ...

    def list(self, prefix: str) -> list[tuple[str, int]]:
        """Addresses and sizes in bytes."""
        ...


class TableRegistry(Protocol):
    """Tables and views beside the lake's own: made by CREATE statements, or registered by others."""

    def databases(self) -> list[str]: ...

    def has_database(self, name: str) -> bool: ...

    def create_database(self, name: str) -> None: ...

    def drop_database(self, name: str) -> None:
        """With its tables; their objects stay."""
        ...

    def tables(self, database: str) -> list[RegisteredTable]:
        """The tables of a database, without their partitions; [] for an unknown database."""
        ...

    def table(self, name: TableName) -> RegisteredTable | None: ...

    def create(self, table: RegisteredTable) -> None: ...

    def replace(self, table: RegisteredTable) -> None:
        """Set the description, the columns, the properties and the query of the table of this name; all else stays."""
        ...

    def add_partitions(self, table: RegisteredTable, partitions: Sequence[tuple[tuple[str, ...], str]]) -> None:
        """Partitions that exist already are skipped."""
        ...

    def drop(self, name: TableName) -> None: ...


@dataclass(frozen=True, slots=True)
class PlannedQuery:
    """`plan`: the engine's plan, in its JSON."""

    result: DescribedResult
    plan: str


class EngineSession(Protocol):
    """The engine, for the statements of one query. Every method raises duckdb.Error, and duckdb.InterruptException once
    the query was stopped or its time is over."""

    def rows(self, sql: str) -> list[list[Any]]:
        """All rows; for statements with few, such as COPY."""
        ...

    def planned(self, sql: str) -> PlannedQuery:
        """A query that is planned and not run."""
        ...

    def stored(self, sql: str, header: Sequence[str], target: ResultTarget) -> StoredRows:
        """Run a query, and write the header and its rows as the pages of a result. Raises StatementFailed."""
        ...


class LocalData(Protocol):
    """Access to tables' files for an engine that reads local files only, for one query."""

    @property
    def may_be_remote(self) -> bool:
        """Whether tables of this lake can be remote."""
        ...

    @property
    def has_remote(self) -> bool:
        """Whether any table that was outlined is remote."""
        ...

    def outline(self, data: TableData) -> TableData:
        """The same table for planning only: its first file, and empty files in place of the others."""
        ...

    def readable(self, data: TableData, partitions: Iterable[str] | None) -> TableData:
        """The table with these partitions only (None: all), its files made local."""
        ...

    def mark(self, number: int, like: str) -> ScanMark:
        """The sentinel file of the reader `number`, in partition folders like those of the file `like`."""
        ...

    def address(self, location: str) -> str:
        """The lake's address of a file or folder that the engine reads at this location."""
        ...
