"""What Grafana sends for a rendered panel, and what the page shows of it, in the form of Athena's answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from millrace.dashboards.data.rows import PanelRows, Row
from millrace.dashboards.definitions.panel import Band, Grid, Panel, PanelKind
from millrace.usecases.definitions.dashboards import rendered_dashboards
from tests.end_to_end.athena_api.athena_lake import rows
from tests.end_to_end.grafana.year_lake import DAY
from tests.shipped import DASHBOARDS, PROJECT
from tests.unit.dashboards.grafana.expansion import Viewer

GrafanaJson = Mapping[str, Any]
AnswerRow = tuple[object, ...]

SINGAPORE = ZoneInfo("Asia/Singapore")
MIDNIGHT = datetime.combine(DAY, time.min, SINGAPORE)


@dataclass(frozen=True)
class DrawnPanel:
    """A panel's definition, the same in Grafana, and the dashboard around that."""

    panel: Panel
    drawn: GrafanaJson
    dashboard: GrafanaJson


def drawn_panels() -> Iterator[DrawnPanel]:
    contents = {one.title: one.content for one in rendered_dashboards(PROJECT).values()}
    for dashboard in DASHBOARDS:
        content = contents[dashboard.title]
        for panel, drawn in zip(dashboard.panels, content["panels"], strict=True):
            assert drawn["title"].startswith(panel.title)
            yield DrawnPanel(panel, drawn, content)


def choosing(athena: Any, dashboard: GrafanaJson, since: datetime, until: datetime) -> Viewer:
    """Who looks at the range, and has chosen the day, and of each other variable the first option, or all of many."""
    chosen: dict[str, Sequence[str]] = {}
    for one in dashboard["templating"]["list"]:
        if one["type"] == "custom":
            chosen[one["name"]] = [one["current"]["value"]]
        if one["type"] == "query":
            options = [str(row[0]) for row in rows(athena, Viewer(since, until, chosen).sees(one["query"]["rawSQL"]))]
            first = [str(DAY)] if one["name"] == "day" else options if one["multi"] else options[:1]
            assert set(first) <= set(options)
            chosen[one["name"]] = first
    return Viewer(since, until, chosen)


def reuse_of(target: GrafanaJson) -> GrafanaJson:
    """What the plugin asks Athena for beside the text."""
    arguments = target["connectionArgs"]
    by_age = {"Enabled": arguments["resultReuseEnabled"], "MaxAgeInMinutes": arguments["resultReuseMaxAgeInMinutes"]}
    return {"ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": by_age}}


def on_the_page(shown: PanelRows, ref: str) -> list[AnswerRow]:
    """The rows of the query `ref`, with times as instants and cells as places, as Grafana's queries give them."""
    panel, overlay = shown.panel, shown.panel.overlay
    if ref == "B" and isinstance(overlay, Band):
        return [_slot(panel, overlay, row) for row in shown.overlay]
    if ref == "B" and isinstance(overlay, Grid):
        return [tuple(map(_plain, row.values())) for row in shown.overlay]
    if panel.kind is PanelKind.MAP and isinstance(overlay, Grid):
        return [_cell(panel, overlay, row) for row in shown.rows]
    if not panel.time:
        return [tuple(map(_plain, row.values())) for row in shown.rows]
    return [_at(panel, row) for row in shown.rows]


def answered(athena: Any, id_: str) -> tuple[dict[str, str], list[AnswerRow]]:
    """The types of the columns, by name, and the rows."""
    texts: list[list[str | None]] = []
    types: dict[str, str] = {}
    for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=id_):
        columns = page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        types = {column["Name"]: column["Type"] for column in columns}
        texts += [[datum.get("VarCharValue") for datum in row["Data"]] for row in page["ResultSet"]["Rows"]]
    below_head = (zip(row, types.values(), strict=True) for row in texts[1:])
    return types, [tuple(_read(value, type_) for value, type_ in row) for row in below_head]


def _at(panel: Panel, row: Row) -> AnswerRow:
    local = row[panel.time]
    assert isinstance(local, datetime)
    named = [str(row[panel.category])] if panel.category else []
    columns = [one.column for one in panel.series] + ([panel.coverage.expected] if panel.coverage else [])
    return (_utc(local), *named, *(_plain(row[column]) for column in columns))


def _slot(panel: Panel, band: Band, row: Row) -> AnswerRow:
    seconds = (float(str(row["slot"])) + 0.5) * band.minutes * 60
    named = [str(row[panel.category])] if panel.category else []
    at = MIDNIGHT.replace(tzinfo=None) + timedelta(seconds=seconds)
    return (_utc(at), *named, *(_plain(row[name]) for name in ("low", "median", "high")))


def _cell(panel: Panel, grid: Grid, row: Row) -> AnswerRow:
    place = ((float(str(row[axis])) + 0.5) / grid.per_degree for axis in ("east", "north"))
    return (*map(_plain, place), *(_plain(row[one.column]) for one in panel.series))


def _utc(local: datetime) -> str:
    return f"{local.replace(tzinfo=SINGAPORE).astimezone(UTC):%Y-%m-%d %H:%M:%S}.000"


def _plain(value: object) -> object:
    return f"{float(value):.9g}" if isinstance(value, int | float | Decimal) else value


def _read(value: str | None, type_: str) -> object:
    if value is not None and type_ in ("double", "decimal", "integer", "bigint"):
        return f"{float(value):.9g}"
    return value
