"""The endpoint's ports: the lake's tables and, optionally, an object store with a table registry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from millrace.athena_sql.endpoint.statements.kinds import TableName
from millrace.athena_sql.engines.duckdb.table_data import ScanMark
from millrace.athena_sql.ports import Column, TableData, TableSource

BINARY = "binary/octet-stream"  # S3's default content type


class QueryableTables(TableSource, Protocol):
    """The lake's tables by `<layer>.<name>`; queries see each layer as a database."""

    def columns(self, name: str) -> tuple[Column, ...]:
        """Declared columns, `dt` last in a partitioned table; () for raw tables, whose columns are the envelope's."""
        ...


@dataclass(frozen=True, slots=True)
class RegisteredTable:
    """A table of the registry: Parquet objects below `location`; `partitions`: the values and location of each."""

    name: TableName
    columns: tuple[Column, ...]
    partition_keys: tuple[Column, ...]
    location: str
    partitions: tuple[tuple[tuple[str, ...], str], ...] = ()


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
    """Tables beside the lake's own: made by CREATE TABLE AS, or registered by others."""

    def databases(self) -> list[str]: ...

    def has_database(self, name: str) -> bool: ...

    def create_database(self, name: str) -> None: ...

    def tables(self, database: str) -> list[RegisteredTable]:
        """The tables of a database, without their partitions; [] for an unknown database."""
        ...

    def table(self, name: TableName) -> RegisteredTable | None: ...

    def create(self, table: RegisteredTable) -> None: ...

    def add_partitions(self, table: RegisteredTable, partitions: Sequence[tuple[tuple[str, ...], str]]) -> None:
        """Partitions that exist already are skipped."""
        ...

    def drop(self, name: TableName) -> None: ...


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
