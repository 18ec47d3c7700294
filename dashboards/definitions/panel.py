"""The model of a dashboard: its panels (a statement, what its columns mean, how to draw it) and pickers; no page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from millrace.athena_sql.ports import Statement
from millrace.dashboards.definitions.alert import Alert
from millrace.errors import DefinitionError


class PanelKind(StrEnum):
    TIME_SERIES = "timeseries"
    STACKED_BARS = "stacked_bars"  # a bar per hour, a chart per category
    HEATMAP = "heatmap"  # category by hour
    MAP = "map"  # cells of a grid, by their indices from the south-west
    LINE_OVER_BARS = "line_over_bars"  # two series over one time, each on an axis of its own
    STAT = "stat"  # the newest value of each series: on the page, a headline figure
    RANKING = "ranking"  # the categories with the highest values and the largest changes
    RUNS = "runs"  # the newest run of each workflow as a graph of its jobs
    RESULTS = "results"  # a table of verdicts


class Tone(StrEnum):
    ACCENT = "accent"
    MUTED = "muted"
    WARNING = "warning"
    BAD = "bad"


_TONES_IN_ORDER = (Tone.ACCENT, Tone.WARNING, Tone.BAD, Tone.MUTED)


class PanelParameter(StrEnum):
    """The parameters that any statement may have, by the names that it uses. A dashboard's pickers add theirs."""

    DAY = "day"  # the chosen date
    DAYS = "days"  # the comparable dates: of the four weeks before, working days, or days of weekends
    FIRST_DAY = "first_day"  # the local dates of the range, both included: on the page, the chosen date
    LAST_DAY = "last_day"
    SINCE = "since"  # the instants of the range in UTC: since <= t < until
    UNTIL = "until"


# What a statement over a range takes: its partitions and its instants, or one of the two.
WHOLE_DAYS = (PanelParameter.FIRST_DAY, PanelParameter.LAST_DAY)
INSTANTS = (PanelParameter.SINCE, PanelParameter.UNTIL)
RANGE = (*WHOLE_DAYS, *INSTANTS)
COMPARED_DAYS = 28  # in four weeks as many of each day of the week
LEAST_BILLED = 10 * 2**20  # bytes that Athena bills for a query that reads fewer (aws.amazon.com/athena/pricing)
OF_THE_DAY = frozenset({PanelParameter.DAY, *RANGE})  # what, on the page, is about the chosen day alone
_TAKEN = (*PanelParameter, "table")  # what else the page's address, and its panels', can have


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
    parameters: tuple[str, ...] = (PanelParameter.DAYS,)

    def columns(self) -> tuple[str, ...]:
        return ("slot", "low", "median", "high", "days")


@dataclass(frozen=True, slots=True)
class Grid:
    """A map's grid of cells of `1 / per_degree` degrees, and the statement of the names to write on it.

    The panel's rows index the cells by `east` and `north`; `statement` gives `name`, `longitude`, `latitude` (degrees).
    `extent`: what the map shows at least, from west to east and from south to north, in degrees.
    """

    statement: Statement
    per_degree: int
    extent: tuple[float, float, float, float] | None = None
    parameters: tuple[str, ...] = ()

    def columns(self) -> tuple[str, ...]:
        return ("name", "longitude", "latitude")


@dataclass(frozen=True, slots=True)
class Picker:
    """What a reader chooses beside the day, such as a district: the values of `column`, the default first.

    `label` stands before the list. A panel takes the choice by naming the picker among its parameters, and its
    statement as a list: `district IN (:district)`, where `district` is the picker's name.
    """

    name: str
    label: str
    statement: Statement
    column: str
    parameters: tuple[str, ...] = (PanelParameter.DAY,)

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
    series is. `half_width`: on a wide screen, another panel stands beside this one, also where its kind takes a row.
    `limit`: the most rows that a dashboard outside of the page asks for. `reuse`: a result may be shown again for
    so long, in whole minutes, where the engine keeps results; the text then has the range as dates, and the chart cuts.
    `budget`: the most bytes that each of its statements reads, for one day.
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
    parameters: tuple[str, ...] = (PanelParameter.DAY,)
    overlay: Band | Grid | None = None
    point_noun: str = "snapshot"
    half_width: bool = False
    limit: int = 10_000
    reuse: timedelta | None = None
    budget: int = LEAST_BILLED

    def toned_series(self) -> list[tuple[Series, Tone]]:
        """Each series with a tone of its own, while there are any: what it declares, if no series before has it."""
        found: list[tuple[Series, Tone]] = []
        for series in self.series:
            taken = {tone for _, tone in found}
            free = [tone for tone in (series.tone, *_TONES_IN_ORDER) if tone not in taken]
            found.append((series, free[0] if free else series.tone))
        return found

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
    """Panels that belong together, in order, and what readers choose for them. A project's file defines `DASHBOARD`.

    `alerts`: what Grafana tells people of.

    Raises DefinitionError for a name that cannot be a picker's, and for a panel that takes what nobody picks, two
    pickers, or one without a `category` that holds its values.
    """

    title: str
    panels: tuple[Panel, ...]
    pickers: tuple[Picker, ...] = ()
    alerts: tuple[Alert, ...] = ()

    def __post_init__(self) -> None:
        names = [picker.name for picker in self.pickers]
        for name in names:
            if names.count(name) > 1 or name in _TAKEN or not name.isidentifier():
                self._refuse(f"the name {name!r} cannot be a picker's", "Choose another name, of letters and digits.")
        for panel in self.panels:
            taken = picked_by(panel)
            if unknown := taken - set(names):
                known = ", ".join([*PanelParameter, *names])
                self._refuse(f"{panel.name} takes :{min(unknown)}, which nobody picks", f"The parameters are {known}.")
            if len(taken) > 1 or (taken and not panel.category):
                self._refuse(
                    f"{panel.name} takes {' and '.join(sorted(taken)) or 'a picker'} without a category of its own",
                    "Let a panel take one picker, and set category= to the column with the picked value.",
                )

    def _refuse(self, what: str, hint: str) -> None:
        raise DefinitionError(f"the dashboard {self.title!r}: {what}.", hint=hint)


def picked_by(panel: Panel) -> frozenset[str]:
    """The names of the pickers whose choice a panel takes."""
    overlay = panel.overlay.parameters if panel.overlay else ()
    return frozenset((*panel.parameters, *overlay)) - {*PanelParameter}


def day_bounds(day: date, window: Window | None) -> tuple[str, str]:
    """Start and end of the window (None: the whole day) as local times in ISO form."""
    if window is None:
        return f"{day}T00:00:00", f"{day + timedelta(days=1)}T00:00:00"
    return f"{day}T{window.start:%H:%M:%S}", f"{day}T{window.end:%H:%M:%S}"
