"""Every table that SQL can name, and the data behind it: raw objects, published versions, or run state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from millrace.athena_sql.ports import Column, ParquetData, ParquetFile, RawData, RowData, TableData, Value, ViewData
from millrace.athena_sql.tables import DeclaredTables, Table
from millrace.errors import UnknownName
from millrace.glue_workflow.crawled_tables import CrawledTables
from millrace.glue_workflow.ports import (
    Catalog,
    HeldPartition,
    JobRecord,
    PartitionVersion,
    QualityRecord,
    RunRecord,
    RunStore,
)
from millrace.lake.keys import CRAWLED
from millrace.lake.raw_objects import raw_objects
from millrace.lake.storage import Storage
from millrace.utc_offsets import offset_periods

_RUN_COLUMNS = (
    Column("run_id", "string", "the run; resumed attempts keep it"),
    Column("workflow", "string"),
    Column("attempt", "int", "the last attempt"),
    Column("state", "string", "running, succeeded, failed or interrupted (its process died)"),
    Column("started_at", "timestamp", "UTC"),
    Column("finished_at", "timestamp", "UTC"),
    Column("logical_time", "timestamp", "UTC; what the run takes as now"),
    Column("partitions", "string", "the micro-batch, separated by commas"),
    Column("error", "string"),
    Column("code_version", "string", "the package, and a digest of what makes the workflow's tables"),
    Column("bytes_scanned", "bigint", "by its queries, over all attempts, where they are paid for (Athena); else 0"),
    Column("held", "string", "those of the partitions that the quality gate refused, separated by commas"),
    Column("execution", "string", "the orchestrator's execution that began it, such as an ARN; empty for a process"),
    Column("release", "string", "the hash of the packaged code; empty where it is not packaged"),
)
_JOB_COLUMNS = (
    Column("run_id", "string"),
    Column("attempt", "int"),
    Column("job", "string"),
    Column("state", "string"),
    Column("started_at", "timestamp", "UTC"),
    Column("finished_at", "timestamp", "UTC"),
    Column("rows", "bigint"),
    Column("error", "string"),
    Column("log", "string"),
    Column("bytes_scanned", "bigint", "by its queries, where they are paid for (Athena); else 0"),
)
_QUALITY_COLUMNS = (
    Column("run_id", "string"),
    Column("attempt", "int"),
    Column("table", "string"),
    Column("partitions", "string", "the partition that was checked; empty for a table without partitions"),
    Column("rule", "string", "as in the rule file"),
    Column("value", "double", "what was measured, if it is a number"),
    Column("threshold", "string"),
    Column("verdict", "string", "pass, fail or error"),
    Column("action", "string", "what was done about it: none, warn, set_aside or stop"),
    Column("failing_rows", "bigint", "for rules about rows"),
    Column("labels", "string", "of the rule: name=value, separated by commas"),
    Column("check_number", "int", "1: the candidate as staged; 2: what was left when rows had been set aside"),
    Column("message", "string"),
    Column("evaluated_at", "timestamp", "UTC"),
)
_OFFSET_COLUMNS = (
    Column("source", "string", "the feed whose zone it is"),
    Column("valid_from", "timestamp", "UTC; 1900-01-01 for the first offset since 1970"),
    Column("valid_until", "timestamp", "UTC, the end not included; 2100-01-01 for the last offset before 2040"),
    Column("offset_seconds", "bigint", "what local time is ahead of UTC"),
)

_HELD_COLUMNS = (
    Column("workflow", "string"),
    Column("partition", "string", "the partition that the quality gate refused"),
    Column("run_id", "string", "the last run that refused it"),
    Column("table", "string", "the staging table that was checked"),
    Column("rule", "string", "the first rule that it fails; empty where it waits for another partition"),
    Column("message", "string"),
    Column("held_since", "timestamp", "UTC; the first refusal after the last publish"),
)


@dataclass(frozen=True)
class LakeTables:
    """The TableSource port over storage, catalog and run store. `sources`: the names of all sources, with `polls`.

    `declared`: the tables of the project. `zones`: gives the sources' time zones, of those whose file can be read.
    """

    storage: Storage
    catalog: Catalog
    runs: RunStore
    sources: Sequence[str]
    declared: DeclaredTables
    crawled: CrawledTables
    zones: Callable[[], Mapping[str, ZoneInfo]] = dict

    def names(self) -> list[str]:
        raw = [f"raw.{source}" for source in self.sources]
        return sorted({*raw, *RUN_STATE, *self.declared.names(), *self.crawled.names()})

    def table(self, name: str) -> TableData:
        layer, _, short = name.partition(".")
        if name in RUN_STATE:
            return _RUN_STATE[name](self)
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
            return _RUN_STATE[name](self).columns
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


def utc_offsets(zones: Mapping[str, ZoneInfo]) -> RowData:
    """`ops.utc_offsets`: how far each source's local time is ahead of UTC, and when."""
    return RowData(
        _OFFSET_COLUMNS,
        tuple(
            {
                "source": source,
                "valid_from": _value(period.start),
                "valid_until": _value(period.end),
                "offset_seconds": int(period.offset.total_seconds()),
            }
            for source, zone in sorted(zones.items())
            for period in offset_periods(zone)
        ),
    )


def parquet_table(storage: Storage, table: Table, versions: Sequence[PartitionVersion]) -> ParquetData:
    """The files of any number of versions of a table, as data that an engine can read, with the declared columns."""
    files = tuple(
        ParquetFile(storage.location(file.key), version.partition) for version in versions for file in version.files
    )
    return ParquetData(table.data_columns, files, table.partitioned)


def _rows(
    columns: tuple[Column, ...], records: Sequence[RunRecord | JobRecord | QualityRecord | HeldPartition]
) -> RowData:
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


_RUN_STATE: Mapping[str, Callable[[LakeTables], RowData]] = {
    "ops.runs": lambda lake: _rows(_RUN_COLUMNS, lake.runs.runs()),
    "ops.jobs": lambda lake: _rows(_JOB_COLUMNS, lake.runs.jobs()),
    "ops.held_partitions": lambda lake: _rows(_HELD_COLUMNS, lake.runs.held()),
    "ops.utc_offsets": lambda lake: utc_offsets(lake.zones()),
    "ops.quality_results": lambda lake: _rows(_QUALITY_COLUMNS, lake.runs.quality()),
}
RUN_STATE = frozenset(_RUN_STATE)  # the names of the tables that are made from the run store and the sources
