"""The data of each chart for the page's script: plain numbers and texts, without colours, sizes or other styling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from millrace.dashboards.data.rows import Row, by_category, find_gaps, local_time, number
from millrace.dashboards.definitions.panel import Band, Grid, Panel, PanelKind, Series, day_bounds

SHOWN_RANKS = 8
SHOWN_CATEGORIES = 18  # as many rows as fit with readable names; the table has them all

Chart = dict[str, Any]


def charts(panel: Panel, rows: Sequence[Row], day: date, overlay: Sequence[Row] = ()) -> list[Chart]:
    """The panel's charts, ready for JSON. Times are local, in ISO form; None is drawn as a hole.

    Kinds of panels that consist of words and tables have none.
    """
    if not rows:
        return []
    match panel.kind:
        case PanelKind.TIME_SERIES:
            return [_time_series(panel, rows, day) | {"band": _band(panel.overlay, overlay, day)}]
        case PanelKind.LINE_OVER_BARS:
            return [_line_over_bars(panel, rows, day)]
        case PanelKind.STACKED_BARS:
            return [_stacked_bars(panel, name, members, day) for name, members in by_category(rows, panel.category)]
        case PanelKind.HEATMAP:
            return [_heatmap(panel, rows, day)]
        case PanelKind.MAP:
            return [_map(panel, rows, overlay)]
        case PanelKind.RANKING:
            return [_ranking(panel, rows)]
    return []


def ranked(panel: Panel, rows: Sequence[Row]) -> list[tuple[str, float]]:
    """Each category with the mean of its first series, highest first; ties in order of name."""
    means = []
    for name, members in by_category(rows, panel.category):
        values = _values(members, panel.series[0])
        known = [value for value in values if value is not None]
        means.append((name, sum(known) / len(known) if known else 0.0))
    return sorted(means, key=lambda pair: (-pair[1], pair[0]))


def _time_series(panel: Panel, rows: Sequence[Row], day: date) -> Chart:
    times = [local_time(row, panel.time) for row in rows]
    gaps = find_gaps(panel, rows)
    # A None in the middle of a gap interrupts the drawn line there.
    holes = [gap.start + (gap.end - gap.start) / 2 for gap in gaps]
    lines = [
        _line(times, _values(rows, series), holes) | {"label": series.label, "tone": tone.value}
        for series, tone in panel.toned_series()
    ]
    return {
        "lines": lines,
        "gaps": [{"start": _iso(gap.start), "end": _iso(gap.end), "minutes": gap.minutes} for gap in gaps],
        "day": day_bounds(day, None),
        "window": day_bounds(day, panel.window) if panel.window else None,
        "window_label": panel.window.label if panel.window else "",
    }


def _line_over_bars(panel: Panel, rows: Sequence[Row], day: date) -> Chart:
    """The second series as bars; a time without a row has no bar."""
    upper, lower = panel.series
    chart = _time_series(replace(panel, series=(upper,)), rows, day)
    bars = {"x": [_iso(local_time(row, panel.time)) for row in rows], "y": _values(rows, lower), "label": lower.label}
    return chart | {"bars": bars}


def _line(times: Sequence[datetime], values: Sequence[float | None], holes: Sequence[datetime]) -> Chart:
    points = sorted([*zip(times, values, strict=True), *((hole, None) for hole in holes)], key=lambda point: point[0])
    return {"x": [_iso(time) for time, _ in points], "y": [value for _, value in points]}


def _stacked_bars(panel: Panel, name: str, rows: Sequence[Row], day: date) -> Chart:
    chart: Chart = {
        "name": name,
        "x": [_iso(local_time(row, panel.time)) for row in rows],
        "bars": [
            {"label": series.label, "tone": tone.value, "y": _values(rows, series)}
            for series, tone in panel.toned_series()
        ],
        "day": day_bounds(day, None),
    }
    if panel.coverage:
        chart["expected"] = [number(row[panel.coverage.expected]) for row in rows]
        chart["gap_means"] = panel.coverage.gap_means
        chart["gaps"] = [number(row[panel.coverage.gaps]) for row in rows]
        chart["longest"] = [number(row[panel.coverage.longest_gap_minutes]) for row in rows]
    return chart


def _heatmap(panel: Panel, rows: Sequence[Row], day: date) -> Chart:
    names = [name for name, _ in ranked(panel, rows)[:SHOWN_CATEGORIES]]
    times = _every_hour([local_time(row, panel.time) for row in rows])
    cells = {
        (str(row[panel.category]), local_time(row, panel.time)): number(row[panel.series[0].column]) for row in rows
    }
    grid = [[cells.get((name, time)) for time in times] for name in names]
    return {
        "label": panel.series[0].label,
        "edges": [_iso(time) for time in [*times, times[-1] + timedelta(hours=1)]],
        "y": names,
        "z": grid,
        "highest": max((value for line in grid for value in line if value is not None), default=0.0),
        "day": day_bounds(day, None),
    }


def _band(band: Band | Grid | None, rows: Sequence[Row], day: date) -> Chart | None:
    """The usual range in pieces, one for each sequence of consecutive slots; a slot's values are at its middle."""
    if not isinstance(band, Band) or not rows:
        return None
    start, step = datetime.combine(day, datetime.min.time()), timedelta(minutes=band.minutes)
    pieces: list[list[Row]] = [[]]
    for row in sorted(rows, key=lambda row: number(row["slot"]) or 0):
        if pieces[-1] and (number(row["slot"]) or 0) - (number(pieces[-1][-1]["slot"]) or 0) > 1:
            pieces.append([])
        pieces[-1].append(row)
    drawn = [
        {"x": [_iso(start + step * ((number(row["slot"]) or 0) + 0.5)) for row in piece]}
        | {name: [number(row[name]) for row in piece] for name in ("low", "median", "high")}
        for piece in pieces
    ]
    return {"days": int(max(number(row["days"]) or 0 for row in rows)), "pieces": drawn}


def _map(panel: Panel, rows: Sequence[Row], overlay: Sequence[Row]) -> Chart:
    """The cells of the grid as a matrix from its south-west corner, and the names to write on it."""
    assert isinstance(panel.overlay, Grid)
    step = 1 / panel.overlay.per_degree
    column = panel.series[0].column
    cells = {(int(number(row["east"]) or 0), int(number(row["north"]) or 0)): number(row[column]) or 0 for row in rows}
    east, north = ([cell[axis] for cell in cells] for axis in (0, 1))
    columns, lines = range(min(east), max(east) + 1), range(min(north), max(north) + 1)
    return {
        "x": [round((index + 0.5) * step, 6) for index in columns],
        "y": [round((index + 0.5) * step, 6) for index in lines],
        "z": [[_rounded(cells.get((x, y))) for x in columns] for y in lines],
        "highest": max(cells.values()),
        "extent": panel.overlay.extent,
        "names": [
            {"name": str(row["name"]), "x": number(row["longitude"]), "y": number(row["latitude"])} for row in overlay
        ],
    }


def _ranking(panel: Panel, rows: Sequence[Row]) -> Chart:
    """The highest values, and the largest changes in either direction."""
    value, change = panel.series[0], panel.series[1]
    known = [row for row in rows if number(row[value.column]) is not None]
    moved = [row for row in known if number(row[change.column])]
    top = sorted(known, key=lambda row: -(number(row[value.column]) or 0))[:SHOWN_RANKS]
    movers = sorted(moved, key=lambda row: -abs(number(row[change.column]) or 0))[:SHOWN_RANKS]
    return {
        "top": {"y": [str(row[panel.category]) for row in top], "x": _values(top, value), "label": value.label},
        "movers": {
            "y": [str(row[panel.category]) for row in movers],
            "x": _values(movers, change),
            "label": change.label,
        },
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _every_hour(times: Sequence[datetime]) -> list[datetime]:
    """Every hour from the first to the last, also those without rows."""
    hours = round((max(times) - min(times)) / timedelta(hours=1))
    return [min(times) + timedelta(hours=hour) for hour in range(hours + 1)]


def _values(rows: Sequence[Row], series: Series) -> list[float | None]:
    return [number(row[series.column]) for row in rows]


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
