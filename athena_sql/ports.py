"""What the other folders may know of SQL: statements, tables, the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

Value = str | int | float | bool | Decimal | date | datetime | None
Parameter = Value | Sequence[Value]


@dataclass(frozen=True, slots=True)
class Column:
    """`type` is Athena's DDL name, such as `string`, `int`, `bigint`, `decimal(9,6)`, `timestamp` or `date`."""

    name: str
    type: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT in Athena's dialect; `name` (such as `staging.taxi_position`) is for messages."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class ParquetFile:
    """`location` is a path or address; `partition` is its dt (`YYYY-MM-DD`), or "" in an unpartitioned table."""

    location: str
    partition: str = ""


@dataclass(frozen=True, slots=True)
class ParquetData:
    """A table of Parquet files. `columns` leave out `dt`, which partitioned tables get from the file's partition."""

    columns: tuple[Column, ...]
    files: tuple[ParquetFile, ...]
    partitioned: bool = True


@dataclass(frozen=True, slots=True)
class RawData:
    """A table of raw objects: gzip, one record a line, below `.../dt=YYYY-MM-DD/hour=HH/`.

    Its columns are the envelope's (times as TIMESTAMP, dt as DATE, hour and payload as text) and `source_object`,
    the key below the lake's root. `root` is the location of that root.
    """

    root: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowData:
    """A table of few rows held elsewhere (run state); each row maps column names to values."""

    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Value], ...]


@dataclass(frozen=True, slots=True)
class ViewData:
    """A table that is a statement over others."""

    statement: Statement


TableData = ParquetData | RawData | RowData | ViewData


class TableSource(Protocol):
    def table(self, name: str) -> TableData:
        """What the readers see under `<layer>.<name>` now. Raises UnknownName, which lists what there is."""
        ...

    def names(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Result:
    """`columns` with Athena's type names; `rows` hold Python values (Decimal, date, naive UTC datetime)."""

    columns: tuple[Column, ...]
    rows: list[tuple[Value, ...]]

    def dicts(self) -> list[dict[str, Value]]:
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One Parquet file that a write made; `key` is below the lake's root."""

    key: str
    partition: str
    rows: int
    size: int


@dataclass(frozen=True)
class WriteRequest:
    """A statement's rows, as a new version of a table.

    `prefix` is the version's key prefix (it ends with `/`); files land in `<prefix>dt=<partition>/`, or directly in it
    when `partitions` is None. The statement gets `parameters`, and `:partitions` as the list of dates.
    `columns` is what the table declares: the statement must give these, in this order (`dt` last if partitioned).
    """

    statement: Statement
    columns: tuple[Column, ...]
    prefix: str
    partitions: tuple[str, ...] | None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    tables: Mapping[str, TableData] = field(default_factory=dict)


class Engine(Protocol):
    """Every session is UTC. `tables` are looked up before the engine's own TableSource, for this call only."""

    def query(
        self,
        statement: Statement,
        parameters: Mapping[str, Parameter] | None = None,
        tables: Mapping[str, TableData] | None = None,
    ) -> Result:
        """Raises QueryError (what, line, column, what to do) and UnknownName for a table that is not there."""
        ...

    def write(self, request: WriteRequest) -> list[WrittenFile]:
        """A partition without rows gives no file. Raises as `query` does, and DefinitionError for other columns."""
        ...

    def take_scanned(self) -> int:
        """The bytes that queries have read since this was last asked, where they are what is paid for; else 0."""
        ...

    def interrupt(self) -> None:
        """Stop what runs in another thread; that call raises QueryError."""
        ...

    def close(self) -> None: ...
