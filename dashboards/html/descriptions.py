"""What a map, a ranking, a pair of series and a comparison with other days show, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from millrace.athena_sql.ports import Value
from millrace.dashboards.data.rows import Row, local_time, number
from millrace.dashboards.definitions.panel import Band, Grid, Panel

NAMED = 3


def plural(count: float, noun: str) -> str:
    """The count with its noun; in a phrase of several words the first takes the s."""
    word, space, rest = noun.partition(" ")
    return f"{count:,.0f} {noun}" if count == 1 else f"{count:,.0f} {word}s{space}{rest}"


def describe_map(panel: Panel, rows: Sequence[Row], names: Sequence[Row]) -> str:
    """The number of cells, and the densest one with the name nearest to it."""
    assert isinstance(panel.overlay, Grid)
    column = panel.series[0].column
    densest = max(rows, key=lambda row: number(row[column]) or 0)
    x, y = (((number(densest[axis]) or 0) + 0.5) / panel.overlay.per_degree for axis in ("east", "north"))
    text = f"{plural(len(rows), 'cell')} with {panel.unit}; the densest holds {number(densest[column]) or 0:,.1f}"
    if not names:
        return f"{text}."
    nearest = min(names, key=lambda row: _squared(row, x, y))
    return f"{text}, near {nearest['name']}."


def describe_pair(panel: Panel, rows: Sequence[Row]) -> str:
    """How often the second series was above 0 and how high, and the mean of the first series then and otherwise."""
    upper, lower = panel.series
    some = [row for row in rows if (number(row[lower.column]) or 0) > 0]
    every = plural(len(rows), panel.point_noun)
    if not some:
        return f"0 {lower.label} in all {every}."
    most = max(some, key=lambda row: number(row[lower.column]) or 0)
    highest = f"at most {number(most[lower.column]) or 0:,.1f} at {local_time(most, panel.time):%H:%M}"
    text = f"More than 0 {lower.label} in {len(some):,} of {every}, {highest}."
    levels = [_mean([row[upper.column] for row in part]) for part in (some, [row for row in rows if row not in some])]
    if None in levels:
        return text
    return f"{text} On average {levels[0]:,.1f} {panel.unit} then, and {levels[1]:,.1f} otherwise."


def describe_ranking(panel: Panel, rows: Sequence[Row]) -> str:
    value, change = (series.column for series in panel.series[:2])
    top = sorted(rows, key=lambda row: -(number(row[value]) or 0))[:NAMED]
    text = f"Most {panel.unit}: {', '.join(f'{row[panel.category]} ({number(row[value]) or 0:,.1f})' for row in top)}."
    moved = sorted((row for row in rows if number(row[change])), key=lambda row: -abs(number(row[change]) or 0))
    if not moved:
        return f"{text} There is nothing earlier to compare with."
    named = ", ".join(f"{row[panel.category]} ({number(row[change]) or 0:+,.1f})" for row in moved[:NAMED])
    return f"{text} Largest changes: {named}."


def describe_range(panel: Panel, points: Sequence[tuple[datetime, float]], overlay: Sequence[Row]) -> str:
    """The share of points within the usual range; "" for a panel without one."""
    if not isinstance(panel.overlay, Band):
        return ""
    if not overlay:
        return "There is no comparable day yet."
    minutes = panel.overlay.minutes
    slots = {int(number(row["slot"]) or 0): row for row in overlay}
    compared = [(value, slots.get((at.hour * 60 + at.minute) // minutes)) for at, value in points]
    known = [(value, row) for value, row in compared if row is not None]
    within = sum((number(row["low"]) or 0) <= value <= (number(row["high"]) or 0) for value, row in known)
    days = int(max(number(row["days"]) or 0 for row in overlay))
    share = f"{within * 100 // len(known)}%" if known else "None"
    return f"{share} of them are in the usual range of {days} comparable {'day' if days == 1 else 'days'}."


def _mean(values: Sequence[Value]) -> float | None:
    known = [value for value in map(number, values) if value is not None]
    return sum(known) / len(known) if known else None


def _squared(row: Row, x: float, y: float) -> float:
    return ((number(row["longitude"]) or 0) - x) ** 2 + ((number(row["latitude"]) or 0) - y) ** 2
