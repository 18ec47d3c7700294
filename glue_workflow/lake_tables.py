"""Every table that SQL can name, and the data behind it: raw objects, published versions, or run state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from millrace.athena_sql.ports import Column, ParquetData, ParquetFile, RawData, RowData, TableData, Value, ViewData
from millrace.athena_sql.tables import DeclaredTables, Table
from millrace.errors import UnknownName
from millrace.glue_workflow.crawled_tables import CrawledTables
from millrace.glue_workflow.ops_tables.columns import (
    HELD_COLUMNS,
    JOB_COLUMNS,
    OFFSET_COLUMNS,
    QUALITY_COLUMNS,
    QUERY_COLUMNS,
    RUN_COLUMNS,
    VERSION_COLUMNS,
)
from millrace.glue_workflow.ops_tables.queries import NoQueries, QueryLog
from millrace.glue_workflow.ports import Catalog, PartitionVersion, RunStore
from millrace.lake.keys import CRAWLED
from millrace.lake.raw_objects import raw_objects
from millrace.lake.storage import Storage
from millrace.utc_offsets import offset_periods


@dataclass(frozen=True)
class LakeTables:
    """The TableSource port over storage, catalog and run store. `sources`: the names of all sources, with `polls`.

    `declared`: the tables of the project. `zones`: gives the sources' time zones, of those whose file can be read.
    `log`: the queries that have a cost.
    """

    storage: Storage
    catalog: Catalog
    runs: RunStore
    sources: Sequence[str]
    declared: DeclaredTables
    crawled: CrawledTables
    zones: Callable[[], Mapping[str, ZoneInfo]] = dict
    log: QueryLog = field(default_factory=NoQueries)

    def names(self) -> list[str]:
        raw = [f"raw.{source}" for source in self.sources]
        return sorted({*raw, *RUN_STATE, *self.declared.names(), *self.crawled.names()})

    def table(self, name: str) -> TableData:
        layer, _, short = name.partition(".")
        if name in RUN_STATE:
            made = _RUN_STATE[name]
            return _rows(made.columns, made.records(self))
        if layer == "raw" and short in self.sources:
            return self._raw(short)
        if layer == CRAWLED:
            return self._crawled(name).table(name)
        table = self._declared(name)
        if layer == "ops":
            return ViewData(self.declared.statement(name))
        return parquet_table(self.storage, table, self.catalog.current(name))

    def columns(self, name: str) -> tuple[Column, ...]:
        """The declared columns of a table, with their meaning; those that were found in a crawled one.

        Empty for raw tables, which have the envelope's, and for a crawled one that has no form yet.
        """
        if name in RUN_STATE:
            return _RUN_STATE[name].columns
        layer, _, short = name.partition(".")
        if layer == CRAWLED:
            return self._crawled(name).columns(name)
        return () if layer == "raw" and short in self.sources else self._declared(name).columns

    def _crawled(self, name: str) -> CrawledTables:
        """Raises UnknownName, which lists every table."""
        if name not in self.crawled.names():
            raise UnknownName("table", name, self.names())
        return self.crawled

    def _declared(self, name: str) -> Table:
        """Raises UnknownName, which lists every table, and for a table whose file is broken, what is wrong in it."""
        if name not in self.names() and name not in self.declared.broken:
            raise UnknownName("table", name, self.names())
        return self.declared.table(name)

    def _raw(self, source: str) -> RawData:
        keys = tuple(found.key for found in raw_objects(self.storage, source))
        return RawData(self.storage.location(""), keys)


@dataclass(frozen=True, slots=True)
class _Offset:
    source: str
    valid_from: datetime
    valid_until: datetime
    offset_seconds: int


def utc_offsets(zones: Mapping[str, ZoneInfo]) -> RowData:
    """`ops.utc_offsets`: how far each source's local time is ahead of UTC, and when."""
    return _rows(OFFSET_COLUMNS, _offsets(zones))


def _offsets(zones: Mapping[str, ZoneInfo]) -> Iterator[_Offset]:
    for source, zone in sorted(zones.items()):
        for period in offset_periods(zone):
            yield _Offset(source, period.start, period.end, int(period.offset.total_seconds()))


def parquet_table(storage: Storage, table: Table, versions: Sequence[PartitionVersion]) -> ParquetData:
    """The files of any number of versions of a table, as data that an engine can read, with the declared columns."""
    files = tuple(
        ParquetFile(storage.location(file.key), version.partition) for version in versions for file in version.files
    )
    return ParquetData(table.data_columns, files, table.partitioned)


def _rows(columns: tuple[Column, ...], records: Iterable[object]) -> RowData:
    return RowData(
        columns, tuple({column.name: _value(getattr(record, column.name)) for column in columns} for record in records)
    )


def _value(value: object) -> Value:
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, datetime):
        milliseconds = value.microsecond // 1000  # Athena's timestamps have no more: so no engine shows more
        return value.replace(microsecond=milliseconds * 1000, tzinfo=None)
    return value  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class _OpsTable:
    """A table of one kind of record; each column is a field of it."""

    columns: tuple[Column, ...]
    records: Callable[[LakeTables], Iterable[object]]


def _versions(catalog: Catalog) -> Iterable[object]:
    """Read by people alone: a job does not pay for the import."""
    from millrace.glue_workflow.ops_tables.versions import version_rows

    return version_rows(catalog, catalog.tables())


_RUN_STATE: Mapping[str, _OpsTable] = {
    "ops.runs": _OpsTable(RUN_COLUMNS, lambda lake: lake.runs.runs()),
    "ops.jobs": _OpsTable(JOB_COLUMNS, lambda lake: lake.runs.jobs()),
    "ops.held_partitions": _OpsTable(HELD_COLUMNS, lambda lake: lake.runs.held()),
    "ops.utc_offsets": _OpsTable(OFFSET_COLUMNS, lambda lake: _offsets(lake.zones())),
    "ops.quality_results": _OpsTable(QUALITY_COLUMNS, lambda lake: lake.runs.quality()),
    "ops.versions": _OpsTable(VERSION_COLUMNS, lambda lake: _versions(lake.catalog)),
    "ops.queries": _OpsTable(QUERY_COLUMNS, lambda lake: lake.log.queries()),
}
RUN_STATE = frozenset(_RUN_STATE)  # the names of the tables that are made from state and the sources
