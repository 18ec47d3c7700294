"""What a panel is: a statement, what its columns mean, and how it is to be drawn; nothing of the page itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cache

from millrace.athena_sql.ports import Statement


class PanelKind(StrEnum):
    TIME_SERIES = "timeseries"
    STACKED_BARS = "stacked_bars"  # one bar per hour, one chart per category
    HEATMAP = "heatmap"  # category by hour
    MAP = "map"  # cells of a grid, by their indices from the south-west
    LINE_OVER_BARS = "line_over_bars"  # two series over one time, each on an axis of its own
    RANKING = "ranking"  # categories by their value, and by how much it changed
    RUNS = "runs"  # the newest run of each workflow as a graph of its jobs
    RESULTS = "results"  # a table of verdicts


class Tone(StrEnum):
    ACCENT = "accent"
    MUTED = "muted"
    WARNING = "warning"
    BAD = "bad"


class PanelParameter(StrEnum):
    """The parameters that a statement may take, as they stand in it."""

    DAY = "day"  # the chosen date
    DAYS = "days"  # the other dates of its kind (working days, or weekends) that it is compared with
    AREAS = "areas"  # names of planning areas


@dataclass(frozen=True, slots=True)
class Series:
    """A column that holds numbers, and what people call it."""

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
    """The columns that say what should have been there, and what was not; `gap_means` is what `gaps` counts."""

    expected: str
    kept: str
    gaps: str
    longest_gap_minutes: str
    gap_means: str


@dataclass(frozen=True, slots=True)
class Band:
    """The usual range: per slot of `minutes` of a day the columns `slot` (from 0), `low`, `median`, `high`, `days`."""

    statement: Statement
    minutes: int
    given: tuple[PanelParameter, ...] = (PanelParameter.DAYS,)

    def columns(self) -> tuple[str, ...]:
        return ("slot", "low", "median", "high", "days")


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of `1 / per_degree` degrees, in the columns `east` and `north`, and the names to write on the map.

    `statement` gives `name`, `longitude`, `latitude` (degrees).
    """

    statement: Statement
    per_degree: int
    given: tuple[PanelParameter, ...] = ()

    def columns(self) -> tuple[str, ...]:
        return ("name", "longitude", "latitude")


@dataclass(frozen=True, slots=True)
class Names:
    """What there is to choose from: the column `column`, the first choice first."""

    statement: Statement
    column: str
    given: tuple[PanelParameter, ...] = (PanelParameter.DAY,)

    def columns(self) -> tuple[str, ...]:
        return (self.column,)


@dataclass(frozen=True, slots=True)
class Panel:
    """`name` is a stable word (the panel's address); `statement` takes the parameters `given`.

    `time` is the column of local times, "" where there is none; `category` the column that names a chart's row, or its
    chart. `unit` is that of the series. `headline` is the column that the page's figures are taken from. Neighbours
    further apart than `gap_after` are a gap: no line is drawn over it. `beside` is a second statement for the chart.
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
    headline: Series | None = None
    window: Window | None = None
    gap_after: timedelta | None = None
    coverage: Coverage | None = None
    given: tuple[PanelParameter, ...] = (PanelParameter.DAY,)
    beside: Band | Grid | None = None
    points: str = "snapshot"  # what one row of a time series is

    def columns(self) -> list[str]:
        """The columns that the statement must give for this panel to be drawn."""
        coverage = self.coverage
        names = [self.time, self.category, *(series.column for series in self.series)]
        names += [self.headline.column] if self.headline else []
        names += [coverage.expected, coverage.kept, coverage.gaps, coverage.longest_gap_minutes] if coverage else []
        names += ["east", "north"] if isinstance(self.beside, Grid) else []
        return list(dict.fromkeys(name for name in names if name))

    def reads(self) -> set[str]:
        """The tables that its statements name."""
        return {*tables_of(self.statement), *(tables_of(self.beside.statement) if self.beside else ())}


@cache
def tables_of(statement: Statement) -> frozenset[str]:
    """The tables that it names."""
    return frozenset(re.findall(r"\b(?:raw|staging|prod|ops)\.\w+", statement.sql))


def day_bounds(day: date, window: Window | None) -> tuple[str, str]:
    """A window of a day (or the whole of it) as local times in ISO form."""
    if window is None:
        return f"{day}T00:00:00", f"{day + timedelta(days=1)}T00:00:00"
    return f"{day}T{window.start:%H:%M:%S}", f"{day}T{window.end:%H:%M:%S}"
