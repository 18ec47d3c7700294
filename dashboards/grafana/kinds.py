"""What each kind of panel is in Grafana: its visualisation, what it is drawn from, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from millrace.dashboards.definitions.panel import Band, Grid, Panel, PanelKind, Tone
from millrace.dashboards.grafana.fields import colour, defaults, override, series_override
from millrace.dashboards.grafana.statements import PanelStatements
from millrace.dashboards.grafana.targets import TABLE, TIME_SERIES, Json, target

_HIDDEN = {"legend": True, "tooltip": False, "viz": False}
_TOOLTIP = {"mode": "multi", "sort": "none"}
_COLD_TO_HOT = "continuous-YlRd"


@dataclass(frozen=True, slots=True)
class Visualisation:
    """A panel in Grafana, without what all kinds have alike. `each`: the variable for whose values it is repeated."""

    type: str
    targets: Sequence[Json]
    options: Mapping[str, Any]
    defaults: Json
    overrides: Sequence[Json] = ()
    each: str = field(default="")


def visualisation(statements: PanelStatements) -> Visualisation:
    """A panel as Grafana draws it. Raises DefinitionError for what Grafana cannot draw, QueryError for broken SQL."""
    return KINDS[statements.panel.kind](statements)


def each_variable(panel: Panel) -> str:
    """The variable with the categories of a panel that is drawn once for each; "" for other kinds."""
    drawn_for_each = panel.kind is PanelKind.STACKED_BARS and panel.category
    return "each_" + panel.name.replace("-", "_") if drawn_for_each else ""


def _time_series(statements: PanelStatements) -> Visualisation:
    panel = statements.panel
    targets = [_target(statements, statements.over_time([one.column for one in panel.series]), TIME_SERIES)]
    overrides = [series_override(panel, series, tone) for series, tone in panel.toned_series()]
    if isinstance(panel.overlay, Band):
        targets.append(_target(statements, statements.band(panel.overlay), TIME_SERIES, "B"))
        overrides += _band_overrides()
    return Visualisation("timeseries", targets, _chart_options(), defaults(panel, _lines(panel)), overrides)


def _stacked_bars(statements: PanelStatements) -> Visualisation:
    panel, each = statements.panel, each_variable(statements.panel)
    custom = {**_bars(panel), "stacking": {"mode": "normal", "group": "A"}}
    columns = [one.column for one in panel.series]
    overrides = [
        override(series.column, {"displayName": series.label, "color": _fixed(tone)})
        for series, tone in panel.toned_series()
    ]
    if panel.coverage:
        columns.append(panel.coverage.expected)
        dotted = {
            "displayName": "expected",
            "color": _fixed(Tone.MUTED),
            "custom.drawStyle": "line",
            "custom.lineStyle": {"fill": "dot", "dash": [2, 6]},
            "custom.fillOpacity": 0,
            "custom.stacking": {"mode": "none", "group": "B"},
        }
        overrides.append(override(panel.coverage.expected, dotted))
    targets = [_target(statements, statements.over_time(columns, each), TIME_SERIES)]
    return Visualisation("timeseries", targets, _chart_options(), defaults(panel, custom), overrides, each)


def _line_over_bars(statements: PanelStatements) -> Visualisation:
    panel = statements.panel
    line, bars = panel.series
    columns = [line.column, bars.column]
    below = {
        "displayName": bars.label,
        "unit": "locale",
        "color": _fixed(Tone.MUTED),
        "custom.drawStyle": "bars",
        "custom.fillOpacity": 60,
        "custom.axisPlacement": "right",
        "custom.axisLabel": bars.label,
    }
    overrides = [series_override(panel, line, line.tone), override(bars.column, below)]
    targets = [_target(statements, statements.over_time(columns), TIME_SERIES)]
    return Visualisation("timeseries", targets, _chart_options(), defaults(panel, _lines(panel)), overrides)


def _heatmap(statements: PanelStatements) -> Visualisation:
    """A row for each category, in whose cells the colour is the value."""
    panel = statements.panel
    [series, *_] = panel.series
    name = override(series.column, {"displayName": f"${{__field.labels.{panel.category}}}"})
    coloured = {**defaults(panel, {"fillOpacity": 90, "lineWidth": 0}), "color": {"mode": _COLD_TO_HOT}}
    options = {"rowHeight": 0.9, "colWidth": 1, "showValue": "never", "perPage": 20, **_around_chart(legend=False)}
    targets = [_target(statements, statements.over_time([series.column]), TIME_SERIES)]
    return Visualisation("status-history", targets, options, coloured, [name])


def _map(statements: PanelStatements) -> Visualisation:
    panel, grid = statements.panel, statements.panel.overlay
    assert isinstance(grid, Grid)
    [series, *_] = panel.series
    heat = {
        "type": "heatmap",
        "name": panel.title,
        "config": {"blur": 12, "radius": 8, "weight": {"field": series.column, "fixed": 1, "max": 1, "min": 0}},
        **_at("A"),
    }
    named = {"mode": "field", "field": "name", "fixed": ""}
    look = {
        "color": {"fixed": colour(Tone.MUTED)},
        "opacity": 0.4,
        "size": {"fixed": 2, "max": 15, "min": 2},
        "symbol": {"fixed": "img/icons/marker/circle.svg", "mode": "fixed"},
        "text": named,
        "textConfig": {"fontSize": 10, "offsetX": 0, "offsetY": 8, "textAlign": "center", "textBaseline": "middle"},
    }
    names = {"type": "markers", "name": "Names", "config": {"showLegend": False, "style": look}, **_at("B")}
    options = {
        "view": {"id": "fit", "allLayers": True, "padding": 5},
        "basemap": {"type": "default", "name": "Map", "config": {}},
        "layers": [heat, names],
        "controls": {"showZoom": True, "mouseWheelZoom": False, "showAttribution": True, "showScale": True},
        "tooltip": {"mode": "details"},
    }
    label = override(series.column, {"displayName": series.label})
    targets = [
        _target(statements, statements.cells(grid), TABLE),
        _target(statements, statements.names(grid), TABLE, "B"),
    ]
    return Visualisation("geomap", targets, options, defaults(panel, {}), [label])


def _stat(statements: PanelStatements) -> Visualisation:
    """The newest value of each series; without one in the range, the words for no data."""
    panel = statements.panel
    options = {
        "colorMode": "value",
        "graphMode": "none",
        "justifyMode": "auto",
        "orientation": "auto",
        "percentChangeColorMode": "standard",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "showPercentChange": False,
        "textMode": "value_and_name",
        "wideLayout": True,
    }
    targets = [_target(statements, statements.over_time([one.column for one in panel.series]), TIME_SERIES)]
    overrides = [series_override(panel, series, tone) for series, tone in panel.toned_series()]
    return Visualisation("stat", targets, options, defaults(panel, {}), overrides)


def _ranking(statements: PanelStatements) -> Visualisation:
    """The categories with their values as bars; the largest changes are found by sorting."""
    panel = statements.panel
    value, *others = panel.series
    bars = {"displayName": value.label, "custom.cellOptions": {"type": "gauge", "mode": "basic"}}
    overrides = [override(value.column, {**bars, "color": _fixed(value.tone)})]
    overrides += [override(one.column, {"displayName": one.label, "color": _fixed(one.tone)}) for one in others]
    return _table(statements, overrides, [{"displayName": value.label, "desc": True}])


def _rows(statements: PanelStatements) -> Visualisation:
    labels = [override(one.column, {"displayName": one.label}) for one in statements.panel.series]
    return _table(statements, labels, [])


def _table(statements: PanelStatements, overrides: Sequence[Json], order: Sequence[Json]) -> Visualisation:
    custom = {"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False, "filterable": True}
    options = {"cellHeight": "sm", "frameIndex": 0, "showHeader": True, "sortBy": [*order]}
    targets = [_target(statements, statements.table(), TABLE)]
    return Visualisation("table", targets, options, defaults(statements.panel, custom), overrides)


def _lines(panel: Panel) -> Json:
    """Over a gap no line is drawn: Grafana breaks it between times further apart than `insertNulls`, in ms."""
    broken = {"insertNulls": round(panel.gap_after.total_seconds() * 1000)} if panel.gap_after else {}
    return {
        "axisLabel": panel.unit,
        "axisSoftMin": 0,
        "drawStyle": "line",
        "fillOpacity": 0,
        "lineWidth": 2,
        "showPoints": "auto",
        "spanNulls": False,
        **broken,
    }


def _bars(panel: Panel) -> Json:
    return {"axisLabel": panel.unit, "axisSoftMin": 0, "drawStyle": "bars", "fillOpacity": 80, "lineWidth": 1}


def _band_overrides() -> list[Json]:
    """The range as an area between two lines that are not drawn, with a dashed line in its middle."""
    edge = {
        "color": _fixed(Tone.MUTED),
        "custom.lineWidth": 0,
        "custom.showPoints": "never",
        "custom.insertNulls": False,
    }
    low = override("low", {**edge, "custom.hideFrom": _HIDDEN})
    area = {**edge, "displayName": "Usual range", "custom.fillBelowTo": "low", "custom.fillOpacity": 20}
    middle = {
        **edge,
        "displayName": "Usual level",
        "custom.lineWidth": 1,
        "custom.lineStyle": {"fill": "dash", "dash": [6, 6]},
    }
    return [low, override("high", area), override("median", middle)]


def _at(ref: str) -> Json:
    """The layer of a map whose places a query gives as columns."""
    place = {"mode": "coords", "longitude": "longitude", "latitude": "latitude"}
    return {"location": place, "filterData": {"id": "byRefId", "options": ref}, "tooltip": True}


def _target(statements: PanelStatements, sql: str, form: int, ref: str = "A") -> Json:
    return target(sql, form, ref, statements.panel.reuse)


def _fixed(tone: Tone) -> Json:
    return {"mode": "fixed", "fixedColor": colour(tone)}


def _chart_options() -> Json:
    return _around_chart(legend=True)


def _around_chart(*, legend: bool) -> Json:
    shown = {"displayMode": "list", "placement": "bottom", "showLegend": legend, "calcs": []}
    return {"legend": shown, "tooltip": _TOOLTIP}


KINDS: Mapping[PanelKind, Callable[[PanelStatements], Visualisation]] = MappingProxyType(
    {
        PanelKind.TIME_SERIES: _time_series,
        PanelKind.STACKED_BARS: _stacked_bars,
        PanelKind.HEATMAP: _heatmap,
        PanelKind.MAP: _map,
        PanelKind.LINE_OVER_BARS: _line_over_bars,
        PanelKind.STAT: _stat,
        PanelKind.RANKING: _ranking,
        PanelKind.RUNS: _rows,
        PanelKind.RESULTS: _rows,
    }
)
