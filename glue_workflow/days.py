"""The days that readers see, and the tables that say which: of all feeds, not of the polls."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from millrace.athena_sql.tables import Table
from millrace.glue_workflow.pipelines import Pipelines
from millrace.glue_workflow.ports import Catalog, PartitionVersion
from millrace.glue_workflow.workflow import Workflow
from millrace.ingestors.ports import POLLS

OBSERVED_AT = "observed_at"


def feed_workflows(pipelines: Pipelines) -> list[Workflow]:
    """The workflows of feeds; where there is none, that of the polls."""
    found = [one for one in pipelines.workflows.values() if one.source != POLLS]
    return found or list(pipelines.workflows.values())


def dated_table(pipelines: Pipelines, workflow: Workflow) -> Table | None:
    """The table whose partitions are a workflow's days: the first by date in prod, else in staging.

    One with the time of its snapshots is preferred.
    """
    tables = map(pipelines.tables.table, (*workflow.prod, workflow.staging))
    by_date = [table for table in tables if table.partitioned]
    return next((table for table in by_date if tells_time(table)), next(iter(by_date), None))


def tells_time(table: Table) -> bool:
    """Whether a table has the time at which each snapshot was observed."""
    return OBSERVED_AT in {column.name for column in table.columns}


def days(
    pipelines: Pipelines, catalog: Catalog, current: Callable[[str], Sequence[PartitionVersion]] | None = None
) -> list[str]:
    """The days, in order, of which some feed has rows. `current`: reads a table's versions in place of the catalog."""
    read = current or catalog.current
    tables = [table for one in feed_workflows(pipelines) if (table := dated_table(pipelines, one))]
    return sorted({one.partition for table in tables for one in read(table.name) if one.rows})


def newest_day(pipelines: Pipelines, catalog: Catalog) -> str | None:
    found = days(pipelines, catalog)
    return found[-1] if found else None
