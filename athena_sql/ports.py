"""The ports of SQL: statements, table data, results, and the engine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, runtime_checkable

from millrace.lake.datasets import CrawledDataset
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.lake.storage import ObjectInfo

MAX_DIGITS = 38  # the precision of a DECIMAL on every engine

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

    @property
    def partitions(self) -> tuple[str, ...]:
        """Those that have an object, sorted."""
        return tuple(sorted(set(map(_dt_of, self.keys))))

    def only(self, partitions: Collection[str]) -> RawData:
        """The same table with these partitions only."""
        return RawData(self.root, tuple(key for key in self.keys if _dt_of(key) in partitions))


@dataclass(frozen=True, slots=True)
class RowData:
    """A table of few rows that are not stored as files (such as run state); each row maps column names to values."""

    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Value], ...]


@dataclass(frozen=True, slots=True)
class JsonData:
    """A table of files of one JSON object a line, whose form was inferred. `files`: their locations.

    `columns`: those that readers see, all names in small letters, as in a table that a crawler made. `stored`: the same
    with the names that the files have.
    """

    columns: tuple[Column, ...]
    stored: tuple[Column, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ViewData:
    """A table that is a statement over other tables."""

    statement: Statement


def _dt_of(key: str) -> str:
    place = RAW_LAYOUT.place(key)
    return place.dt if place else ""


ReadableData = ParquetData | RawData | RowData | JsonData
TableData = ReadableData | ViewData


class FormInference(Protocol):
    """Finds the columns of a dataset's files."""

    def __call__(self, dataset: CrawledDataset, files: Sequence[ObjectInfo]) -> tuple[Column, ...]:
        """With the names that the files have. `files`: at least one. Raises FormUnknown."""
        ...


class TableSource(Protocol):
    """The tables that statements can read, by name."""

    def table(self, name: str) -> TableData:
        """What readers see now as `<layer>.<name>`. Raises UnknownName, which lists the known tables."""
        ...

    def names(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Result:
    """`columns` with Athena's type names; `rows` hold Python values (Decimal, date, naive UTC datetime).

    A time with a zone, an interval, a TIME and nested values are Athena's text.
    """

    columns: tuple[Column, ...]
    rows: list[tuple[Value, ...]]

    def dicts(self) -> list[dict[str, Value]]:
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One Parquet file that a write has made; `key` is relative to the lake's root.

    `footer`: digest of the file's footer, which the catalog records; "" where it is unknown.
    """

    key: str
    partition: str
    rows: int
    size: int
    footer: str = ""


@dataclass(frozen=True)
class WriteRequest:
    """A request to write a statement's rows as a new version of a table.

    `prefix` is the version's key prefix and ends with `/`. Files go to `<prefix>dt=<partition>/`, or directly below the
    prefix if `partitions` is None. The statement gets `parameters`, and `:partitions` as the list of dates. `columns`
    are those that the table declares: the statement must give exactly these, in this order (`dt` last if partitioned).
    """

    statement: Statement
    columns: tuple[Column, ...]
    prefix: str
    partitions: tuple[str, ...] | None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    tables: Mapping[str, TableData] = field(default_factory=dict)


class RowFormat(StrEnum):
    """How rows are written to a file or a pipe. RESULT: Parquet that the values of a Result are read back from."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    RESULT = "result"


class Engine(Protocol):
    """Runs statements, in UTC. `tables` take precedence over the engine's TableSource, for this call only."""

    def query(
        self,
        statement: Statement,
        parameters: Mapping[str, Parameter] | None = None,
        tables: Mapping[str, TableData] | None = None,
    ) -> Result:
        """Raises QueryError (what, line, column, what to do), and UnknownName for an unknown table."""
        ...

    def write(self, request: WriteRequest) -> list[WrittenFile]:
        """A partition without rows gives no file. Raises as `query` does, and DefinitionError if the columns differ."""
        ...

    def take_scanned(self) -> int:
        """The bytes that queries have scanned since the last call, if the engine bills by them; else 0."""
        ...

    def interrupt(self) -> None:
        """Stops the calls that run in other threads; each of them raises QueryError."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class RemoteEngine(Engine, Protocol):
    """An engine whose queries run in a service, and go on there when this process dies."""

    def noting(self, note: Callable[[Sequence[str]], None]) -> AbstractContextManager[None]:
        """Inside the context, `note` is given the ids of all queries under way whenever one has been started, before it
        is waited for. What it raises stops that query."""
        ...

    def settle(self, query_ids: Sequence[str]) -> None:
        """Stop these queries where they still run, and wait for their final states: they write nothing after that."""
        ...


class Frames(Protocol):
    """The DataFrames of an engine, for a script. `session`: the engine's own, such as a SparkSession."""

    @property
    def session(self) -> Any: ...

    def read(self, statement: Statement, parameters: Mapping[str, Parameter], tables: Mapping[str, TableData]) -> Any:
        """The statement's rows as a DataFrame, not yet computed. Raises as `Engine.query` does."""
        ...

    def write(self, frame: Any, columns: Sequence[Column], prefix: str) -> list[WrittenFile]:
        """Compute a DataFrame into Parquet files below `prefix`, with these columns.

        Raises DefinitionError for a frame of other columns.
        """
        ...


@runtime_checkable
class FrameEngine(Engine, Protocol):
    """An engine that scripts can work in, with DataFrames."""

    def frames(self, name: str, modules: Sequence[ModuleType], jars: Sequence[Path]) -> AbstractContextManager[Frames]:
        """For the work of one script, `name` in messages; `interrupt` stops it.

        `modules`: those whose functions are carried to the workers by value. `jars`: archives that the session gets.
        """
        ...


class GivenRows(Protocol):
    """Writes rows that a script gives into a Parquet file of this machine."""

    def __call__(self, rows: object, columns: Sequence[Column], target: Path) -> int:
        """Returns their number. `rows`: mappings of column names to values, or a table of Arrow, pandas or polars.

        Raises DefinitionError for rows of other columns, and for values that do not have their column's type.
        """
        ...


class StreamingEngine(Engine, Protocol):
    """An engine that can give out rows without holding all of them, for people's queries; jobs need only an Engine.

    `limit`: the most rows. Raises as `query` does.
    """

    def head(
        self, statement: Statement, parameters: Mapping[str, Parameter], rows: int, limit: int | None = None
    ) -> tuple[Result, int]:
        """The first rows, and how many there are in all."""
        ...

    def export(
        self,
        statement: Statement,
        parameters: Mapping[str, Parameter],
        form: RowFormat,
        target: Path,
        limit: int | None = None,
        is_untouched: Callable[[], bool] = lambda: True,
    ) -> int:
        """Writes the rows to a file or a pipe of this machine, in the statement's order, and returns their number.

        A value has the same text on every engine. Nested values are text in CSV and JSON; Parquet has a time with a
        zone as a TIMESTAMP in UTC.

        `is_untouched`: whether the target can be written from the start again, as a pipe cannot once it was read.
        """
        ...

    def explain(self, statement: Statement, parameters: Mapping[str, Parameter]) -> str:
        """The engine's plan for the statement, as text."""
        ...
