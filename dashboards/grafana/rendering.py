"""A dashboard's definition as a rendered dashboard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from millrace.athena_sql.ports import Statement
from millrace.athena_sql.tables import tables_named
from millrace.dashboards.definitions.panel import INSTANTS, Dashboard, Panel, PanelKind
from millrace.dashboards.grafana.annotations import marks
from millrace.dashboards.grafana.kinds import visualisation
from millrace.dashboards.grafana.layout import numbers, places
from millrace.dashboards.grafana.model import GrafanaDocument
from millrace.dashboards.grafana.parameters import LakeFacts
from millrace.dashboards.grafana.statements import PanelStatements
from millrace.dashboards.grafana.targets import DATASOURCE, Json
from millrace.dashboards.grafana.variables import variables
from millrace.errors import DefinitionError, MillraceError
from millrace.schedules.expressions import UTC_ZONE

SCHEMA = 41  # of Grafana 12; newer ones bring it up to theirs when they load it
REFRESH = "5m"
TAG = "millrace"
_LONGEST_REUSE = 7 * 24 * 60  # minutes: Athena's limit ("Reusing query results")
_CUT_BY_TIME = {PanelKind.TIME_SERIES, PanelKind.STACKED_BARS, PanelKind.LINE_OVER_BARS, PanelKind.HEATMAP}
_READ_BY_GRAFANA = re.compile(r"\$\w+|\$\{[^}]*\}|\[\[\w+")


def rendered(name: str, dashboard: Dashboard, facts: LakeFacts) -> GrafanaDocument:
    """The dashboard of the file `name`, in Grafana.

    Raises DefinitionError for a panel that Grafana cannot draw, with the reason, and QueryError for broken SQL.
    """
    uid = facts.uid(name.replace("_", "-"))
    identified = numbers(panel.name for panel in dashboard.panels)
    panels = [_panel(panel, place, identified[panel.name], facts) for panel, place in places(dashboard.panels)]
    content = {
        "uid": uid,
        "title": dashboard.title,
        "description": f"Rendered by Millrace from {name}.py; what is changed here, the next rendering replaces.",
        "tags": [TAG],
        "schemaVersion": SCHEMA,
        "version": 0,
        "editable": True,
        "graphTooltip": 1,
        "timezone": _zone(dashboard, facts),
        "time": {"from": "now-24h", "to": "now"},
        "timepicker": {},
        "refresh": REFRESH,
        "fiscalYearStartMonth": 0,
        "links": [],
        "annotations": {"list": [*marks(facts)]},
        "templating": {"list": [*variables(dashboard, facts)]},
        "panels": panels,
    }
    return GrafanaDocument(uid, dashboard.title, content)


def undrawable(dashboard: Dashboard, facts: LakeFacts) -> Mapping[str, MillraceError]:
    """Why Grafana cannot draw panels, by their names."""
    found: dict[str, MillraceError] = {}
    for panel in dashboard.panels:
        try:
            _check(panel, facts)
            visualisation(PanelStatements(panel, facts))
        except MillraceError as error:
            found[panel.name] = error
    return found


def _panel(panel: Panel, place: Mapping[str, int], number: int, facts: LakeFacts) -> Json:
    try:
        _check(panel, facts)
        drawn = visualisation(PanelStatements(panel, facts))
    except DefinitionError as error:
        raise DefinitionError(f"Grafana cannot draw the panel {panel.name}: {error.message}", hint=error.hint) from None
    repeated = {"repeat": drawn.each, "repeatDirection": "v"} if drawn.each else {}
    return {
        "id": number,
        "type": drawn.type,
        "title": f"{panel.title}: ${{{drawn.each}}}" if drawn.each else panel.title,
        "description": panel.description,
        "datasource": DATASOURCE,
        "gridPos": dict(place),
        "fieldConfig": {"defaults": drawn.defaults, "overrides": [*drawn.overrides]},
        "options": dict(drawn.options),
        "targets": [*drawn.targets],
        **repeated,
    }


def _check(panel: Panel, facts: LakeFacts) -> None:
    """Raises DefinitionError for a text that Grafana, or its plugin, would take for a variable or a macro, for tables
    that Athena does not have, and for a reuse of results that it cannot have."""
    _check_reuse(panel)
    statements: list[Statement] = [panel.statement, *([panel.overlay.statement] if panel.overlay else [])]
    for statement in statements:
        if missing := [name for name in sorted(tables_named(statement.sql)) if not facts.has(name)]:
            raise DefinitionError(f"{missing[0]} is no table of Athena's on a stage.", hint="Read a table of prod.")
        if found := _READ_BY_GRAFANA.search(statement.sql):
            raise DefinitionError(f"Grafana takes {found[0]!r} for a variable.", hint="Write it as a concatenation.")


def _check_reuse(panel: Panel) -> None:
    """Raises DefinitionError for a time that Athena does not know, and where more would be shown than was asked for."""
    if panel.reuse is None:
        return
    minutes = panel.reuse / timedelta(minutes=1)
    if not minutes.is_integer() or not 1 <= minutes <= _LONGEST_REUSE:
        raise DefinitionError(f"its reuse is {panel.reuse}.", hint=f"Give whole minutes, 1 to {_LONGEST_REUSE}.")
    if panel.kind not in _CUT_BY_TIME and {*INSTANTS}.intersection(panel.parameters):
        hint = "Let it take :day, or leave reuse= out."
        raise DefinitionError("a result that is reused has whole days, and nothing in it cuts the time.", hint=hint)


def _zone(dashboard: Dashboard, facts: LakeFacts) -> str:
    """That of the tables, so that hours are those of the definition; the viewer's, where there are several, or only
    UTC, which is that of the tables about Millrace's own work."""
    zones = {facts.zones.of_tables(panel.statement.sql) for panel in dashboard.panels} - {None}
    [*found] = {zone.key for zone in zones if zone} - {UTC_ZONE.key}
    return found[0] if len(found) == 1 else "browser"
