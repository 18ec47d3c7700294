"""Dashboards and alerts as Grafana has them: listed, rendered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from millrace.aws.glue_layout import crawled_database, database, databases, raw_database
from millrace.dashboards.data.zones import LocalZones
from millrace.dashboards.definitions.panel import picked_by
from millrace.dashboards.grafana.alerting.contacts import Contact
from millrace.dashboards.grafana.alerting.files import alerting_files
from millrace.dashboards.grafana.alerting.rules import RUNBOOKS, alert_rule, unreadable
from millrace.dashboards.grafana.model import GrafanaDocument
from millrace.dashboards.grafana.parameters import LakeFacts
from millrace.dashboards.grafana.provisioning.files import DASHBOARDS, StageAthena, provisioning_files
from millrace.dashboards.grafana.rendering import rendered, undrawable
from millrace.errors import MillraceError, UnknownName, UsageError
from millrace.infra.project.project import Project
from millrace.lake.keys import CRAWLED, PROD, RAW
from millrace.output_file import whole_file
from millrace.schedules.expressions import UTC_ZONE
from millrace.settings import STAGES

DASHBOARD_COLUMNS = ("dashboard", "title", "uid", "panels", "not_in_grafana")
ALERTS = "alerts"  # the folder of the alert rules' files
_READERS = "readers"


def rendered_dashboards(project: Project, stage: str | None = None) -> dict[str, GrafanaDocument]:
    """The project's dashboards, by name, for a lake in a folder or for a stage, without what Grafana cannot draw.

    Raises UnknownName for a stage, DefinitionError and QueryError for what cannot be rendered.
    """
    facts, found = lake_facts(project, stage), {}
    for name, dashboard in project.dashboards_by_name.items():
        without = undrawable(dashboard, facts)
        panels = tuple(panel for panel in dashboard.panels if panel.name not in without)
        taken = {picker for panel in panels for picker in picked_by(panel)}
        pickers = tuple(picker for picker in dashboard.pickers if picker.name in taken)
        if panels:
            found[name] = rendered(name, replace(dashboard, panels=panels, pickers=pickers), facts)
    return found


def left_out(project: Project, stage: str | None = None) -> list[str]:
    """A line for each panel and alert that Grafana cannot have, with the reason. Raises UnknownName for a stage."""
    panels = [
        f"in Grafana, {name} is without the panel {panel}: {why}"
        for name, without in _panels_left_out(project, lake_facts(project, stage)).items()
        for panel, why in without.items()
    ]
    alerts = _alerts_left_out(project, lake_facts(project, stage))
    return [*panels, *(f"in Grafana there is no alert {name}: {why}" for name, why in alerts.items())]


def rendered_alerts(project: Project, stage: str | None = None, *, runbooks: str = RUNBOOKS) -> list[GrafanaDocument]:
    """The project's alert rules, in the order of their names, without those of tables that Athena does not have.

    `runbooks`: the address, or the folder, of its documents. Raises UnknownName for a stage, DefinitionError and
    QueryError for what cannot be rendered.
    """
    facts = lake_facts(project, stage)
    without = _alerts_left_out(project, facts)
    return [alert_rule(one, facts, runbooks=runbooks) for one in project.alerts if one.name not in without]


def dashboard_rows(project: Project) -> list[dict[str, Any]]:
    """One for each dashboard. `not_in_grafana`: the panels that only the page draws."""
    found, without = rendered_dashboards(project), _panels_left_out(project, lake_facts(project, None))
    return [
        {
            "dashboard": name,
            "title": dashboard.title,
            "uid": found[name].uid if name in found else "",
            "panels": len(found[name].content["panels"]) if name in found else 0,
            "not_in_grafana": ", ".join(without[name]),
        }
        for name, dashboard in project.dashboards_by_name.items()
    ]


def write_dashboards(
    found: Iterable[GrafanaDocument],
    alerts: Sequence[GrafanaDocument],
    folder: Path,
    stage: str | None,
    *,
    contact: Contact | None = None,
) -> list[Path]:
    """Writes a file for each dashboard and alert rule. `contact`: how people are told; with it, those of `docker
    compose` and Grafana's provisioning too.

    Returns the files. Raises UsageError for a folder that cannot be written.
    """
    below = f"{DASHBOARDS}/" if contact else ""
    texts = {f"{below}{one.uid}.json": one.text() for one in found}
    texts |= {f"{ALERTS}/{one.uid}.json": one.text() for one in alerts}
    if contact:
        athena = stage_athena(stage) if stage else None
        texts |= {**provisioning_files(athena), **alerting_files(alerts, contact)}
    written = []
    for place, text in texts.items():
        file = folder / place
        make_folder(file.parent)
        with whole_file(file) as meanwhile:
            meanwhile.write_text(text, encoding="utf-8")
        written.append(file)
    return written


def stage_athena(stage: str) -> StageAthena:
    """What the data source of a stage names."""
    return StageAthena(stage, database(stage, PROD), f"millrace_{stage}_{_READERS}")


def contact_named(name: str) -> Contact:
    """Raises UnknownName."""
    if name not in [*Contact]:
        raise UnknownName("way to tell people", name, [*Contact])
    return Contact(name)


def lake_facts(project: Project, stage: str | None) -> LakeFacts:
    """What a rendering knows of the project's lake. Raises UnknownName for a stage."""
    if stage is not None and stage not in STAGES:
        raise UnknownName("stage", stage, STAGES)
    by_date = frozenset(table.name for table in project.tables if table.partitioned)
    layers = {**databases(stage), RAW: raw_database(stage), CRAWLED: crawled_database(stage)} if stage else {}
    return LakeFacts(LocalZones(UTC_ZONE, project.table_zones(), project.zones()), by_date, layers, stage or "")


def _panels_left_out(project: Project, facts: LakeFacts) -> Mapping[str, Mapping[str, MillraceError]]:
    """Why Grafana cannot draw panels, by their names, by those of their dashboards."""
    return {name: undrawable(dashboard, facts) for name, dashboard in project.dashboards_by_name.items()}


def _alerts_left_out(project: Project, facts: LakeFacts) -> Mapping[str, MillraceError]:
    """Why there is no rule of alerts, by their names."""
    return {one.name: why for one in project.alerts if (why := unreadable(one, facts))}


def make_folder(folder: Path) -> None:
    """Raises UsageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        hint = "Choose another place."
        raise UsageError(f"cannot make the folder {folder}: {error.strerror or error}.", hint=hint) from None
