"""The days that readers see: those of the published prod tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from millrace.glue_workflow.pipelines import Pipelines
from millrace.glue_workflow.ports import Catalog, PartitionVersion
from millrace.glue_workflow.workflow import Workflow
from millrace.ingestors.ports import POLLS


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
