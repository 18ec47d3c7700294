"""The workflows that ship with Millrace, the same on one machine and on AWS."""

from __future__ import annotations

from millrace.errors import UnknownName
from millrace.glue_workflow.workflow import Workflow

_WORKFLOWS = (
    Workflow(
        name="taxi_availability",
        source="taxi_availability",
        schedule="rate(15 minutes)",
        staging="staging.taxi_position",
        dimensions=("prod.area", "prod.area_cell"),
        prod=("prod.taxi_availability", "prod.taxi_availability_by_area"),
        rules="taxi_availability",
    ),
    Workflow(
        name="rainfall",
        source="rainfall",
        schedule="rate(15 minutes)",
        staging="staging.rain_station",
        prod=("prod.rainfall",),
        rules="rainfall",
    ),
    Workflow(
        name="polls",
        source="polls",
        schedule="rate(15 minutes)",
        staging="staging.poll",
        prod=("prod.poll_freshness",),
        rules="polls",
    ),
)


def workflows() -> dict[str, Workflow]:
    return {workflow.name: workflow for workflow in _WORKFLOWS}


def workflow(name: str) -> Workflow:
    """Raises UnknownName."""
    known = workflows()
    if name not in known:
        raise UnknownName("workflow", name, known)
    return known[name]


def workflow_of_table(table: str) -> Workflow:
    """The workflow that writes this table. Raises UnknownName, which lists the tables that workflows write."""
    by_table = {name: workflow for workflow in _WORKFLOWS for name in workflow.tables}
    if table not in by_table:
        raise UnknownName("table of a workflow", table, by_table)
    return by_table[table]


def workflow_of_source(source: str) -> Workflow:
    """Raises UnknownName."""
    by_source = {workflow.source: workflow for workflow in _WORKFLOWS}
    if source not in by_source:
        raise UnknownName("source", source, by_source)
    return by_source[source]
