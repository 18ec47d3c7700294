"""The days that readers see, the newest of them, and the newest snapshot of each feed: of published tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from millrace.athena_sql.ports import Engine, Statement
from millrace.athena_sql.tables import Table
from millrace.glue_workflow.lake_tables import parquet_table
from millrace.glue_workflow.pipelines import Pipelines
from millrace.glue_workflow.ports import Catalog, PartitionVersion
from millrace.glue_workflow.refinement import Refinement
from millrace.ingestors.ports import POLLS
from millrace.lake.storage import Storage

CurrentVersions = Callable[[str], Sequence[PartitionVersion]]  # those of a table that readers see, by partition

_OBSERVED_AT = "observed_at"


def feed_workflows(pipelines: Pipelines) -> list[Refinement]:
    """The workflows of feeds; where there is none, that of the polls."""
    found = [one for one in pipelines.refinements.values() if one.source != POLLS]
    return found or list(pipelines.refinements.values())


def days(pipelines: Pipelines, current: CurrentVersions) -> list[str]:
    """The days, in order, of which some feed has rows."""
    tables = [table for one in feed_workflows(pipelines) if (table := dated_table(pipelines, one))]
    return sorted({one.partition for table in tables for one in current(table.name) if one.rows})


def dated_table(pipelines: Pipelines, workflow: Refinement) -> Table | None:
    """The table whose partitions are a workflow's days: of those by date, the first in prod, else that in staging.

    One that says when its rows were observed is preferred.
    """
    by_date = [table for table in map(pipelines.tables.table, (*workflow.prod, workflow.staging)) if table.partitioned]
    return next(filter(_tells_time, by_date), next(iter(by_date), None))


def _tells_time(table: Table) -> bool:
    return _OBSERVED_AT in {column.name for column in table.columns}


def newest_day(pipelines: Pipelines, catalog: Catalog) -> str | None:
    found = days(pipelines, catalog.current)
    return found[-1] if found else None


@dataclass
class NewestSnapshots:
    """The newest snapshots that readers see. A feed's is queried once for each version of its newest day."""

    pipelines: Pipelines
    storage: Storage
    engine: Engine
    _known: dict[str, tuple[PartitionVersion, datetime | None]] = field(default_factory=dict)

    def of(self, workflow: Refinement, current: CurrentVersions) -> datetime | None:
        """When the newest snapshot of a feed was observed; None without a published row that says so."""
        table = dated_table(self.pipelines, workflow)
        if table is None or not _tells_time(table):
            return None
        newest = next((one for one in reversed(current(table.name)) if one.rows), None)
        if newest is None:
            return None
        known = self._known.get(table.name)
        if known is None or known[0] != newest:
            known = self._known[table.name] = (newest, self._observed(table, newest))
        return known[1]

    def _observed(self, table: Table, version: PartitionVersion) -> datetime | None:
        sql = f"SELECT max({_OBSERVED_AT}) FROM {table.name} WHERE dt = :day"
        tables = {table.name: parquet_table(self.storage, table, [version])}
        day = date.fromisoformat(version.partition)
        newest = self.engine.query(Statement("the newest snapshot", sql), {"day": day}, tables).rows[0][0]
        return newest.replace(tzinfo=UTC) if isinstance(newest, datetime) else None
