"""The model of a panel: a statement, what its columns mean, and how to draw it; nothing about the page itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cache

from millrace.athena_sql.ports import Statement


class PanelKind(StrEnum):
    TIME_SERIES = "timeseries"
    STACKED_BARS = "stacked_bars"  # a bar per hour, a chart per category
    HEATMAP = "heatmap"  # category by hour
    MAP = "map"  # cells of a grid, by their indices from the south-west
    LINE_OVER_BARS = "line_over_bars"  # two series over one time, each on an axis of its own
    RANKING = "ranking"  # the categories with the highest values and the largest changes
    RUNS = "runs"  # the newest run of each workflow as a graph of its jobs
    RESULTS = "results"  # a table of verdicts


class Tone(StrEnum):
    ACCENT = "accent"
    MUTED = "muted"
    WARNING = "warning"
    BAD = "bad"


class PanelParameter(StrEnum):
    """The parameters that a statement may have, by the names that it uses."""

    DAY = "day"  # the chosen date
    DAYS = "days"  # the comparable dates: other working days, or other weekend days
    AREAS = "areas"  # names of planning areas


@dataclass(frozen=True, slots=True)
class Series:
    """A column of numbers, and its label for people."""

    column: str
    label: str
    tone: Tone = Tone.ACCENT


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the day that a panel is about, in local time: start <= t < end."""

    start: time
    end: time
    label: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The columns that compare expected with accepted snapshots; `gap_means` is what the column `gaps` counts."""

    expected: str
    accepted: str
    gaps: str
    longest_gap_minutes: str
    gap_means: str


@dataclass(frozen=True, slots=True)
class Band:
    """The usual range: columns `slot` (from 0, of `minutes` each), `low`, `median`, `high`, `days` (how many)."""

    statement: Statement
    minutes: int
    parameters: tuple[PanelParameter, ...] = (PanelParameter.DAYS,)

    def columns(self) -> tuple[str, ...]:
        return ("slot", "low", "median", "high", "days")


@dataclass(frozen=True, slots=True)
class Grid:
    """A map's grid of cells of `1 / per_degree` degrees, and the statement of the names to write on it.

    The panel's rows index the cells by `east` and `north`; `statement` gives `name`, `longitude`, `latitude` (degrees).
    """

    statement: Statement
    per_degree: int
    parameters: tuple[PanelParameter, ...] = ()

    def columns(self) -> tuple[str, ...]:
        return ("name", "longitude", "latitude")


@dataclass(frozen=True, slots=True)
class PickerOptions:
    """The options of a picker: the values of one column, the default first."""

    statement: Statement
    column: str
    parameters: tuple[PanelParameter, ...] = (PanelParameter.DAY,)

    def columns(self) -> tuple[str, ...]:
        return (self.column,)


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. `name` is stable: it is the panel's address.

    `time`: the column of local times, or "". `instant`: the column of the same times in UTC, or "" where clocks never
    change: rows are ordered and gaps measured by it, since local times skip and repeat hours. `category`: the column
    that names a chart, or a row in it. `unit`: of the series. `headline`: the column of the headline figures. `window`:
    the hours shown at first. `gap_after`: times further apart than this have a gap between them, over which no line is
    drawn. `overlay`: a second statement, whose rows are drawn into the same chart. `point_noun`: what one row of a time
    series is.
    """

    name: str
    title: str
    description: str
    kind: PanelKind
    unit: str
    statement: Statement
    time: str
    series: tuple[Series, ...]
    category: str = ""
    instant: str = ""
    headline: Series | None = None
    window: Window | None = None
    gap_after: timedelta | None = None
    coverage: Coverage | None = None
    parameters: tuple[PanelParameter, ...] = (PanelParameter.DAY,)
    overlay: Band | Grid | None = None
    point_noun: str = "snapshot"

    def columns(self) -> list[str]:
        """The columns that the statement must give."""
        coverage = self.coverage
        names = [self.time, self.instant, self.category, *(series.column for series in self.series)]
        names += [self.headline.column] if self.headline else []
        names += [coverage.expected, coverage.accepted, coverage.gaps, coverage.longest_gap_minutes] if coverage else []
        names += ["east", "north"] if isinstance(self.overlay, Grid) else []
        return list(dict.fromkeys(name for name in names if name))


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Panels that belong together, in order. A file of a project defines one as `DASHBOARD`."""

    title: str
    panels: tuple[Panel, ...]


@cache
def tables_of(statement: Statement) -> frozenset[str]:
    """The names of the tables that a statement reads."""
    return frozenset(re.findall(r"\b(?:raw|staging|prod|ops)\.\w+", statement.sql))


def day_bounds(day: date, window: Window | None) -> tuple[str, str]:
    """Start and end of the window (None: the whole day) as local times in ISO form."""
    if window is None:
        return f"{day}T00:00:00", f"{day + timedelta(days=1)}T00:00:00"
    return f"{day}T{window.start:%H:%M:%S}", f"{day}T{window.end:%H:%M:%S}"
