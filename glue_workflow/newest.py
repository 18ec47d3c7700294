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
from millrace.glue_workflow.workflow import Workflow
from millrace.ingestors.ports import POLLS
from millrace.lake.storage import Storage

_OBSERVED_AT = "observed_at"


def feed_workflows(pipelines: Pipelines) -> list[Workflow]:
    """The workflows of feeds; where there is none, that of the polls."""
    found = [one for one in pipelines.workflows.values() if one.source != POLLS]
    return found or list(pipelines.workflows.values())


def days(
    pipelines: Pipelines, catalog: Catalog, current: Callable[[str], Sequence[PartitionVersion]] | None = None
) -> list[str]:
    """The days, in order, of which some feed has rows. `current`: reads a table's versions in place of the catalog."""
    read = current or catalog.current
    tables = [(one.prod or (one.staging,))[0] for one in feed_workflows(pipelines)]
    return sorted({one.partition for table in tables for one in read(table) if one.rows})


def newest_day(pipelines: Pipelines, catalog: Catalog) -> str | None:
    found = days(pipelines, catalog)
    return found[-1] if found else None


@dataclass
class NewestSnapshots:
    """The newest snapshots that readers see. A feed's is queried once for each version of its newest day."""

    pipelines: Pipelines
    catalog: Catalog
    storage: Storage
    engine: Engine
    _known: dict[str, tuple[PartitionVersion, datetime | None]] = field(default_factory=dict)

    def of_all(self) -> tuple[datetime | None, Workflow | None]:
        """The newest of all feeds, and the workflow of the feed that it is of; without one, the first workflow."""
        workflows = feed_workflows(self.pipelines)
        found = [(newest, one) for one in workflows if (newest := self.of(one)) is not None]
        if found:
            return max(found, key=lambda one: one[0])
        return None, workflows[0] if workflows else None

    def of(self, workflow: Workflow) -> datetime | None:
        """When the newest snapshot of a feed was observed; None without a published row that says so."""
        table = self._table(workflow)
        versions = [one for one in self.catalog.current(table.name) if one.rows] if table else []
        if table is None or not versions:
            return None
        known = self._known.get(table.name)
        if known is None or known[0] != versions[-1]:
            known = self._known[table.name] = (versions[-1], self._observed(table, versions[-1]))
        return known[1]

    def _table(self, workflow: Workflow) -> Table | None:
        """The first table of a workflow that says when its rows were observed."""
        tables = map(self.pipelines.tables.table, (*workflow.prod, workflow.staging))
        return next((one for one in tables if any(column.name == _OBSERVED_AT for column in one.columns)), None)

    def _observed(self, table: Table, version: PartitionVersion) -> datetime | None:
        sql = f"SELECT max({_OBSERVED_AT}) FROM {table.name} WHERE dt = :day"
        tables = {table.name: parquet_table(self.storage, table, [version])}
        day = date.fromisoformat(version.partition)
        newest = self.engine.query(Statement("the newest snapshot", sql), {"day": day}, tables).rows[0][0]
        return newest.replace(tzinfo=UTC) if isinstance(newest, datetime) else None
