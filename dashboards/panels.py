"""Every panel, in one place: what it asks, what its columns mean, how it is drawn.

A definition knows nothing of the page: the preview draws it, and a compiler can turn the same definition into another
dashboard's format.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from athena_sql.ports import Statement


class Kind(StrEnum):
    TIME_SERIES = "timeseries"
    STACKED_BARS = "stacked_bars"  # one bar per hour, one chart per category
    HEATMAP = "heatmap"  # category by hour


class Tone(StrEnum):
    ACCENT = "accent"
    MUTED = "muted"
    WARNING = "warning"
    BAD = "bad"


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
class Panel:
    """`name` is a stable word (the panel's address); `statement` gets `:day`, a date.

    `time` is the column of local times; `category` the column that names a chart's row, or its chart. `unit` is that of
    the series. `headline` is the column that the page's figures are taken from. Neighbours further apart than
    `gap_after` are a gap: no line is drawn over it.
    """

    name: str
    title: str
    description: str
    kind: Kind
    unit: str
    statement: Statement
    time: str
    series: tuple[Series, ...]
    category: str = ""
    headline: Series | None = None
    window: Window | None = None
    gap_after: timedelta | None = None
    coverage: Coverage | None = None

    def columns(self) -> list[str]:
        """The columns that the statement must give for this panel to be drawn."""
        coverage = self.coverage
        names = [self.time, self.category, *(series.column for series in self.series)]
        names += [self.headline.column] if self.headline else []
        names += [coverage.expected, coverage.kept, coverage.gaps, coverage.longest_gap_minutes] if coverage else []
        return list(dict.fromkeys(name for name in names if name))


BUSINESS_HOURS = Window(time(8), time(20), "Business hours")

TAXIS_AVAILABLE = Panel(
    name="taxis-available",
    title="Taxis available",
    description="Every snapshot of the day. The line is broken where there was none for more than 5 minutes.",
    kind=Kind.TIME_SERIES,
    unit="hundreds of taxis",
    statement=Statement(
        "dashboards.taxis_available",
        """SELECT observed_at_local, taxis_hundreds, taxis, business_hours
FROM prod.taxi_availability
WHERE dt = :day
ORDER BY observed_at_local""",
    ),
    time="observed_at_local",
    series=(Series("taxis_hundreds", "Taxis available"),),
    headline=Series("taxis", "taxis"),
    window=BUSINESS_HOURS,
    gap_after=timedelta(minutes=5),
)

TAXIS_BY_AREA = Panel(
    name="taxis-by-area",
    title="Where they are",
    description="Mean number of taxis by hour and planning area. A taxi counts for the area with the nearest centre.",
    kind=Kind.HEATMAP,
    unit="taxis",
    # The mean is taken in DOUBLE: the scale of a DECIMAL mean differs between engines.
    statement=Statement(
        "dashboards.taxis_by_area",
        """SELECT area, date_trunc('hour', window_start_local) AS hour_local,
    sum(CAST(taxis AS DOUBLE)) / count(*) AS taxis_mean
FROM prod.taxi_availability_by_area
WHERE dt = :day
GROUP BY area, date_trunc('hour', window_start_local)
ORDER BY area, hour_local""",
    ),
    time="hour_local",
    category="area",
    series=(Series("taxis_mean", "Mean taxis"),),
)

FRESHNESS = Panel(
    name="freshness",
    title="Freshness",
    description="What became of every poll, by the hour, against what the schedule expects (dotted).",
    kind=Kind.STACKED_BARS,
    unit="polls per hour",
    statement=Statement(
        "dashboards.freshness",
        """SELECT source, hour_local, expected, attempted, accepted, duplicate, quarantined, failed,
    gaps, longest_gap_minutes
FROM prod.poll_freshness
WHERE dt = :day
ORDER BY source, hour_local""",
    ),
    time="hour_local",
    category="source",
    series=(
        Series("accepted", "accepted"),
        Series("duplicate", "duplicate", Tone.MUTED),
        Series("quarantined", "quarantined", Tone.WARNING),
        Series("failed", "failed", Tone.BAD),
    ),
    coverage=Coverage("expected", "accepted", "gaps", "longest_gap_minutes", "slots missed"),
)

PANELS: tuple[Panel, ...] = (TAXIS_AVAILABLE, TAXIS_BY_AREA, FRESHNESS)

NEWEST_DAY = Statement("dashboards.newest_day", "SELECT max(dt) AS day FROM prod.taxi_availability")


def day_bounds(day: date, window: Window | None) -> tuple[str, str]:
    """A window of a day (or the whole of it) as local times in ISO form."""
    if window is None:
        return f"{day}T00:00:00", f"{day + timedelta(days=1)}T00:00:00"
    return f"{day}T{window.start:%H:%M:%S}", f"{day}T{window.end:%H:%M:%S}"
