"""What readers choose from above a dashboard: the data source, and what its panels take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.foreign_texts import foreign_text
from millrace.athena_sql.tables import tables_named
from millrace.dashboards.definitions.panel import (
    WHOLE_DAYS,
    Band,
    Dashboard,
    Panel,
    PanelParameter,
    Picker,
    Window,
    picked_by,
)
from millrace.dashboards.grafana.kinds import each_variable
from millrace.dashboards.grafana.parameters import LakeFacts, texts_of
from millrace.dashboards.grafana.statements import HOURS, MOST_OPTIONS, WHOLE_DAY, PanelStatements, options_of
from millrace.dashboards.grafana.targets import DATASOURCE, PLUGIN, TABLE, Json, query
from millrace.errors import DefinitionError

DATASOURCE_VARIABLE = "datasource"
_TAKEN = (DATASOURCE_VARIABLE, HOURS)
_ON_TIME_CHANGE = 2  # when options are asked for again: when the dashboard is loaded, and when its range changes
_AS_GIVEN = 0


def variables(dashboard: Dashboard, facts: LakeFacts) -> Iterator[Json]:
    """In their order on the dashboard. Raises DefinitionError for a picker with the name of another variable."""
    yield _datasource(facts.source)
    yield from _day(dashboard, facts)
    for picker in dashboard.pickers:
        if picker.name in _TAKEN:
            hint = "Choose another name."
            raise DefinitionError(f"Grafana has a variable {picker.name!r} of its own, not the picker's.", hint=hint)
        yield _of_query(picker.name, picker.label, options_of(picker, facts), many=_takes_many(picker, dashboard))
    for panel in dashboard.panels:
        if each := each_variable(panel):
            yield _of_query(each, panel.title, PanelStatements(panel, facts).categories(), many=True, all_first=True)
    if windows := [panel.window for panel in dashboard.panels if panel.window]:
        yield _hours(windows)


def _datasource(uid: str) -> Json:
    return {
        "type": "datasource",
        "name": DATASOURCE_VARIABLE,
        "label": "Data source",
        "query": PLUGIN,
        "regex": "",
        "current": {"selected": True, "text": uid, "value": uid},
        "hide": 0,
        "includeAll": False,
        "multi": False,
        "refresh": 1,
        "options": [],
    }


def _day(dashboard: Dashboard, facts: LakeFacts) -> Iterator[Json]:
    """The days in the range that the first panel which takes one has data for, the newest first."""
    taking = [panel for panel in dashboard.panels if PanelParameter.DAY in _parameters(panel)]
    if not taking:
        return
    tables = [name for panel in taking for name in sorted(tables_named(panel.statement.sql) & facts.by_date)]
    if not tables:
        hint = "Let it take first_day and last_day."
        raise DefinitionError(f"{taking[0].name} takes :day, and none of its tables has days.", hint=hint)
    days = Statement(
        "dashboards.grafana.days",
        f"SELECT DISTINCT CAST(dt AS VARCHAR) AS day FROM {tables[0]} "
        "WHERE dt BETWEEN :first_day AND :last_day ORDER BY day DESC",
    )
    sql = foreign_text(days, texts_of(WHOLE_DAYS, None, facts), MOST_OPTIONS)
    yield _of_query(PanelParameter.DAY.value, "Day", sql, many=False)


def _takes_many(picker: Picker, dashboard: Dashboard) -> bool:
    """A usual range is that of one choice."""
    taking = [panel for panel in dashboard.panels if picker.name in picked_by(panel)]
    return not any(isinstance(panel.overlay, Band) for panel in taking)


def _of_query(name: str, label: str, sql: str, *, many: bool, all_first: bool = False) -> Json:
    chosen = {"current": {"selected": True, "text": "All", "value": "$__all"}} if all_first else {}
    return {
        "type": "query",
        "name": name,
        "label": label,
        "datasource": DATASOURCE,
        "query": {"refId": "options", **query(sql, TABLE)},
        "definition": sql,
        "refresh": _ON_TIME_CHANGE,
        "regex": "",
        "sort": _AS_GIVEN,
        "hide": 0,
        "includeAll": many,
        "multi": many,
        "options": [],
        **chosen,
    }


def _hours(windows: Iterable[Window]) -> Json:
    """The hours shown: all of the day, or each panel's window."""
    spans = sorted({(window.label, window.start, window.end) for window in windows})
    label, start, end = spans[0]
    text = (f"{label} ({start:%H:%M}–{end:%H:%M})" if len(spans) == 1 else label).replace(",", "")
    options = [
        {"selected": True, "text": "All day", "value": WHOLE_DAY},
        {"selected": False, "text": text, "value": "window"},
    ]
    return {
        "type": "custom",
        "name": HOURS,
        "label": "Hours",
        "query": ", ".join(f"{one['text']} : {one['value']}" for one in options),
        "current": options[0],
        "options": options,
        "hide": 0,
        "includeAll": False,
        "multi": False,
    }


def _parameters(panel: Panel) -> tuple[str, ...]:
    return (*panel.parameters, *(panel.overlay.parameters if panel.overlay else ()))
