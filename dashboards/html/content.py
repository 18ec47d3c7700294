"""What the page shows: days and areas to choose from, each panel's content, the headline; kept while it is true."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from millrace.athena_sql.ports import Engine, TableData
from millrace.dashboards.data.cache import LruCache
from millrace.dashboards.data.charts import charts
from millrace.dashboards.data.rows import Choice, PanelQuery, PanelRows, Row, ask, in_order
from millrace.dashboards.definitions.panel import Names, Panel, PanelParameter, tables_of
from millrace.dashboards.definitions.panels import AREAS, ONE_AREA
from millrace.dashboards.html.fragments import banner, figure_strip, panel_section, provenance
from millrace.dashboards.html.operations import DisplayContext
from millrace.dashboards.html.summaries import end_of_knowledge, figures, long_date
from millrace.errors import MillraceError, UnknownName
from millrace.glue_workflow.ports import RunRecord
from millrace.settings import FeedKind

COMPARED_DAYS = 20  # four weeks of working days
KEPT = 150  # some ten days' worth
SATURDAY = 5
_AREAS = Names(AREAS, "area")

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PageContext:
    """What the page says of its lake. `lake` is shown as given; instants have a zone; `zone` is the source's."""

    lake: str
    feed: FeedKind
    generated_at: datetime
    zone: ZoneInfo
    newest_snapshot: datetime | None = None
    last_run: RunRecord | None = None
    title: str = "Singapore taxis"


@dataclass(frozen=True, slots=True)
class VisibleTables:
    """What readers see of some tables. `key` is another as soon as that is; `tables` are what an engine reads there.

    `tables` hold no more partitions than were asked for, so that a statement costs the same whatever the history. One
    that is missing is the engine's own.
    """

    key: Hashable
    tables: Mapping[str, TableData] = field(default_factory=dict)


class ReadView(Protocol):
    """The lake at one moment: whatever is asked of it, it tells of the same versions."""

    def days(self) -> Sequence[date]:
        """Those with data, in order."""
        ...

    def sight(self, tables: frozenset[str], days: frozenset[date]) -> VisibleTables:
        """Of these tables, and of these dates in those that have partitions."""
        ...


@dataclass(frozen=True)
class Lake:
    """Where the page looks. `jobs`: of each workflow, in order."""

    engine: Engine
    look: Callable[[], ReadView]
    context: Callable[[], PageContext]
    jobs: Mapping[str, Sequence[str]]


class Content:
    """What was read is kept for as long as it is true. Calls from several threads run side by side."""

    def __init__(self, panels: Sequence[Panel], lake: Lake) -> None:
        self.panels = {panel.name: panel for panel in panels}
        self.lake = lake
        self._kept = LruCache(KEPT)

    def view(self) -> View:
        """The page as it is now."""
        return View(self.panels, self.lake, self._kept)

    def panel(self, name: str) -> Panel:
        """Raises UnknownName."""
        if name not in self.panels:
            raise UnknownName("panel", name, self.panels)
        return self.panels[name]


class View:
    """The page at one moment; every part of it tells of the same versions and the same time."""

    def __init__(self, panels: Mapping[str, Panel], lake: Lake, kept: LruCache) -> None:
        self.panels = panels
        self._lake, self._kept = lake, kept
        self._look = lake.look()

    @cached_property
    def context(self) -> PageContext:
        return self._lake.context()

    @cached_property
    def days(self) -> Sequence[date]:
        return self._look.days()

    def choose(self, day: date | None = None, area: str = "") -> Choice | None:
        """`day` None: the newest with data; `area` "": the day's fullest. None in a lake without any data."""
        chosen = day or (self.days[-1] if self.days else None)
        if chosen is None:
            return None
        areas = (area,) if area else tuple(self.areas(chosen)[:1])
        return Choice(chosen, _of_its_kind(chosen, self.days), areas)

    def areas(self, day: date) -> list[str]:
        """The areas of a day, the fullest first; none when they cannot be read (their panels say why)."""
        try:
            return [str(row[_AREAS.column]) for row in self._rows(_AREAS, Choice(day))]
        except UnknownName:
            return []

    def outcome(self, panel: Panel, choice: Choice) -> PanelRows:
        """The usual range of other days is kept apart from the panel's rows, which change with every run."""
        try:
            rows = self._rows(panel, choice, lambda found: in_order(panel, found))
            return PanelRows(panel, rows, beside=self._beside(panel, choice) if rows else ())
        except MillraceError as error:
            return PanelRows(panel, error=error)

    def tag(self, panel: Panel, choice: Choice) -> str:
        """Another one as soon as the panel's payload may be; the time of day matters where a silence shows."""
        asked = [self._sight(asking, choice)[0] for asking in (panel, panel.beside) if asking is not None]
        until = self.until(choice) if panel.gap_after else None
        return hashlib.sha256(repr((asked, until)).encode()).hexdigest()[:16]

    def payload(self, panel: Panel, choice: Choice, *, table: bool = True) -> Payload:
        """A panel as the page's script takes it. Without `table` the place of the table is empty."""

        def make() -> tuple[Payload, bool]:
            outcome = self.outcome(panel, choice)
            return drawn(outcome, choice.day, self.until(choice), self.around, table=table), outcome.error is None

        key = ("payload", panel.name, choice.day, self.tag(panel, choice), table)
        return self._kept.keep(key, make, lambda made: made[1])[0]

    def head(self, choice: Choice) -> Payload:
        """All of the page but its panels: pieces of HTML, and what the pickers offer."""
        context = self.context
        told = [self.outcome(panel, choice) for panel in self.panels.values() if panel.headline or panel.coverage]
        return {
            "day": choice.day.isoformat(),
            "area": choice.areas[0] if choice.areas else "",
            "newest": self.days[-1].isoformat() if self.days else "",
            "days": [day.isoformat() for day in reversed(self.days)],
            "areas": sorted(self.areas(choice.day)),
            "tags": {name: self.tag(panel, choice) for name, panel in self.panels.items()},
            "title": f"{long_date(choice.day)} · {context.title}",
            "heading": long_date(choice.day),
            "banner": banner(context.feed, context.newest_snapshot, context.generated_at, context.zone),
            "figures": figure_strip(figures(told)),
            "provenance": provenance(
                context.lake, context.generated_at, context.newest_snapshot, context.last_run, context.zone
            ),
        }

    @property
    def around(self) -> DisplayContext:
        return DisplayContext(self.context.zone, self._lake.jobs)

    def until(self, choice: Choice) -> datetime:
        """Up to when the day could have data, to the minute."""
        now = self.context.generated_at.astimezone(self.context.zone).replace(tzinfo=None)
        return end_of_knowledge(choice.day, now).replace(second=0, microsecond=0)

    def _beside(self, panel: Panel, choice: Choice) -> list[Row]:
        """Nothing is asked where there is no other day to compare with."""
        beside = panel.beside
        if beside is None or (PanelParameter.DAYS in beside.given and not choice.days):
            return []
        return self._rows(beside, choice)

    def _rows(
        self, asking: PanelQuery, choice: Choice, finish: Callable[[list[Row]], list[Row]] = lambda rows: rows
    ) -> list[Row]:
        key, sight = self._sight(asking, choice)
        return self._kept.keep(key, lambda: finish(ask(asking, self._lake.engine, choice, sight.tables)))

    def _sight(self, asking: PanelQuery, choice: Choice) -> tuple[Hashable, VisibleTables]:
        """All that the rows depend on, as a key."""
        given = choice.parameters(asking.given)
        day = [choice.day] if PanelParameter.DAY in asking.given else []
        others = choice.days if PanelParameter.DAYS in asking.given else ()
        sight = self._look.sight(tables_of(asking.statement), frozenset((*day, *others)))
        return (asking.statement.name, *given.items(), sight.key), sight


def drawn(outcome: PanelRows, day: date, until: datetime, around: DisplayContext, *, table: bool = True) -> Payload:
    panel = outcome.panel
    return {
        "name": panel.name,
        "kind": panel.kind.value,
        "unit": panel.unit,
        "html": panel_section(outcome, day, until, around, table=table),
        "charts": charts(panel, outcome.rows, day, outcome.beside),
    }


def by_area(outcome: PanelRows) -> dict[str, PanelRows]:
    """The outcome of the area panel for several areas, as one for each."""
    column = ONE_AREA.category
    names = dict.fromkeys(str(row[column]) for row in outcome.rows)
    return {
        name: PanelRows(
            outcome.panel,
            [row for row in outcome.rows if row[column] == name],
            beside=[row for row in outcome.beside if row[column] == name],
        )
        for name in names
    }


def _of_its_kind(day: date, days: Sequence[date]) -> tuple[date, ...]:
    """Working days for a working day, weekends for a weekend; those nearest in time."""
    weekend = day.weekday() >= SATURDAY
    others = [other for other in days if other != day and (other.weekday() >= SATURDAY) == weekend]
    return tuple(sorted(sorted(others, key=lambda other: abs(other - day))[:COMPARED_DAYS]))
