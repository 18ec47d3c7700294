"""The days and the newest snapshots that readers see, over the workflows of all feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from millrace.athena_sql.tables import Table
from millrace.glue_workflow.ports import PartitionVersion
from millrace.glue_workflow.workflow import Workflow
from millrace.ingestors.ports import POLLS

OBSERVED_AT = "observed_at"


def of_feeds(workflows: Iterable[Workflow]) -> list[Workflow]:
    """The workflows but that of the polls, which has data of every day that anything was asked for."""
    return [workflow for workflow in workflows if workflow.source != POLLS]


def snapshot_table(workflow: Workflow, table: Callable[[str], Table]) -> str:
    """The table that says when a workflow's snapshots were observed: in prod if possible, since it is the smallest."""
    dated = [name for name in workflow.prod if tells_when_observed(table(name))]
    return dated[0] if dated else workflow.staging


def tells_when_observed(table: Table) -> bool:
    return OBSERVED_AT in {column.name for column in table.columns}


def days_with_data(tables: Iterable[str], current: Callable[[str], Sequence[PartitionVersion]]) -> list[str]:
    """The days (`YYYY-MM-DD`) of which readers see rows in any of the tables, in order."""
    return sorted({one.partition for name in tables for one in current(name) if one.rows and one.partition})
