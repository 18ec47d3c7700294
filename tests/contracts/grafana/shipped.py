"""The dashboards and alert rules that are judged: those that ship, for a lake in a folder and for a stage."""

from __future__ import annotations

from functools import cache

from millrace.dashboards.grafana.targets import Json
from millrace.infra.project.project import Project
from millrace.usecases.definitions.dashboards import lake_facts, rendered_alerts, rendered_dashboards
from tests.shipped import PROJECT


@cache
def dashboards(stage: str | None = None) -> dict[str, Json]:
    """By uid."""
    return {one.uid: dict(one.content) for one in rendered_dashboards(project(), stage).values()}


@cache
def alerts(stage: str | None = None) -> dict[str, Json]:
    """By uid."""
    return {one.uid: dict(one.content) for one in rendered_alerts(project(), stage)}


@cache
def by_date(stage: str | None = None) -> frozenset[str]:
    """The tables with partitions by dt, as queries name them."""
    facts = lake_facts(project(), stage)
    parts = (name.partition(".") for name in facts.by_date)
    return frozenset(f"{facts.databases.get(layer, layer)}.{name}" for layer, _, name in parts)


def project() -> Project:
    return PROJECT
