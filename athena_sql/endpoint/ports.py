"""What the endpoint needs of where it runs: the lake's tables and, if there is one, an object store with a registry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from millrace.athena_sql.endpoint.statements.statement_kinds import TableName
from millrace.athena_sql.engines.duckdb.table_data import ScanMark
from millrace.athena_sql.ports import Column, TableData, TableSource

BINARY = "binary/octet-stream"  # what S3 calls an object that was put without a word on its content


class QueryableTables(TableSource, Protocol):
    """The tables of the lake, by `<layer>.<name>`; a layer is a database."""

    def columns(self, name: str) -> tuple[Column, ...]:
        """Declared columns, `dt` last in a partitioned table; none for raw tables, which have the envelope's."""
        ...


@dataclass(frozen=True, slots=True)
class RegisteredTable:
    """A table of the registry: Parquet objects below `location`; `partitions` have their values and locations."""

    name: TableName
    columns: tuple[Column, ...]
    partition_keys: tuple[Column, ...]
    location: str
    partitions: tuple[tuple[tuple[str, ...], str], ...] = ()


class ObjectStore(Protocol):
    """Objects by their s3:// address."""

    def put_file(self, address: str, path: Path, content_type: str = BINARY) -> None: ...

    def put(self, address: str, data: bytes, content_type: str = BINARY) -> None: ...

    def get(self, address: str) -> bytes: ...

    def list(self, prefix: str) -> list[tuple[str, int]]:
        """Addresses and sizes."""
        ...


class TableRegistry(Protocol):
    """Tables that are not the lake's own: what CREATE TABLE AS made, and what others registered."""

    def databases(self) -> list[str]: ...

    def has_database(self, name: str) -> bool: ...

    def create_database(self, name: str) -> None: ...

    def tables(self, database: str) -> list[RegisteredTable]:
        """Without their partitions."""
        ...

    def table(self, name: TableName) -> RegisteredTable | None: ...

    def create(self, table: RegisteredTable) -> None: ...

    def add_partitions(self, table: RegisteredTable, partitions: Sequence[tuple[tuple[str, ...], str]]) -> None:
        """Those that are there already are no error."""
        ...

    def drop(self, name: TableName) -> None: ...


class LocalData(Protocol):
    """Makes the files of tables readable by the engine, for one query."""

    @property
    def may_be_remote(self) -> bool:
        """Whether any table of this lake can be elsewhere."""
        ...

    @property
    def has_remote(self) -> bool:
        """Whether any table that was outlined is not on this machine."""
        ...

    def outline(self, data: TableData) -> TableData:
        """The same table for planning only: its first file, and something in the place of every other."""
        ...

    def readable(self, data: TableData, partitions: Iterable[str] | None) -> TableData:
        """The table with those partitions only (None: all), each file where the engine can read it."""
        ...

    def mark(self, number: int, like: str) -> ScanMark:
        """Another one for each number; `like`: a file of the table that it stands in."""
        ...

    def address(self, location: str) -> str:
        """What the lake calls a file or folder that the engine reads at this location."""
        ...
