"""Rules about a dashboard and its panels: numbers, places, kinds, what they say and how they look.

Where a rule is one of Grafana's dashboard linter (grafana/dashboard-linter, `docs/rules`), its name is beside it. The
linter's rules of Prometheus and Loki (jobs, instances, rates, PromQL, LogQL) have nothing here to hold, and
`template-uneditable-rule` is not kept: people may change a dashboard in Grafana, and save it there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from zoneinfo import available_timezones

from millrace.dashboards.grafana.targets import Json

COLUMNS = 24
KINDS = {"timeseries", "status-history", "geomap", "table", "stat"}
DATASOURCE = {"type": "grafana-athena-datasource", "uid": "${datasource}"}
SCHEMAS = (41, 42)  # of Grafana 12 and 13
_UID = re.compile(r"[a-zA-Z0-9_-]{1,40}")
_COLOUR = re.compile(r"#[0-9a-f]{6}")


def dashboard_rules(dashboard: Json) -> Iterator[str]:
    """A dashboard as a whole."""
    if not _UID.fullmatch(str(dashboard.get("uid"))):
        yield f"uid: {dashboard.get('uid')!r} is none"
    if "id" in dashboard:
        yield "id: it is of one Grafana, and not the dashboard's"
    if dashboard["schemaVersion"] not in SCHEMAS:
        yield f"schemaVersion: {dashboard['schemaVersion']} is not of Grafana 12 or newer"
    if not dashboard["title"]:
        yield "title: it is empty"
    if dashboard["timezone"] not in {"browser", "utc"} | available_timezones():
        yield f"timezone: there is no {dashboard['timezone']!r}"
    if not re.fullmatch(r"[1-9]\d*[mh]", dashboard["refresh"]):
        yield f"refresh: {dashboard['refresh']!r} is under a minute, or none"
    by_hand = [one for one in dashboard["annotations"]["list"] if one.get("builtIn") == 1]
    if len(by_hand) != 1:
        yield "annotations: Grafana's own is there not once"


def panel_rules(dashboard: Json) -> Iterator[str]:
    """Each panel, and panels beside each other."""
    panels = dashboard["panels"]
    if not panels:
        yield "panels: there is none"
    for panel in panels:
        yield from (f"panel {panel['title']!r}: {one}" for one in _of_panel(panel))
    numbers = [panel["id"] for panel in panels]
    if len(set(numbers)) < len(numbers):
        yield "panels: two have one id"
    for one, other in combinations(panels, 2):
        if _overlap(one["gridPos"], other["gridPos"]):
            yield f"panels {one['title']!r} and {other['title']!r} overlap"


def _of_panel(panel: Json) -> Iterator[str]:
    if not (isinstance(panel["id"], int) and 0 < panel["id"] < 2**31):
        yield f"its id is {panel['id']!r}"
    if panel["type"] not in KINDS:
        yield f"its kind is {panel['type']!r}"
    if not panel["title"] or not panel.get("description"):
        yield "it has no title, or no description"  # panel-title-description-rule
    if panel["datasource"] != DATASOURCE:
        yield "its data source is not the variable"  # panel-datasource-rule
    place = panel["gridPos"]
    if min(place["w"], place["h"]) < 1 or place["x"] < 0 or place["y"] < 0 or place["x"] + place["w"] > COLUMNS:
        yield f"it is outside of the grid: {place}"
    yield from _of_fields(panel)


def _of_fields(panel: Json) -> Iterator[str]:
    defaults = panel["fieldConfig"]["defaults"]
    if not defaults.get("unit"):
        yield "it has no unit"  # panel-units-rule
    if not re.search("[a-z]", str(defaults.get("noValue", ""))):
        yield "without data it does not say so in words"
    for colour in _colours(panel["fieldConfig"]):
        if not _COLOUR.fullmatch(colour):
            yield f"{colour!r} is no colour"


def _colours(node: object) -> Iterator[str]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            if name in ("fixedColor", "color") and isinstance(value, str):
                yield value
            else:
                yield from _colours(value)
    elif isinstance(node, list):
        for value in node:
            yield from _colours(value)


def _overlap(one: Json, other: Json) -> bool:
    return all(
        one[start] < other[start] + other[size] and other[start] < one[start] + one[size]
        for start, size in (("x", "w"), ("y", "h"))
    )
