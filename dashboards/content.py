"""What the page shows: days and areas to choose from, each panel's content, the headline; kept while it is true."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from athena_sql.ports import Engine
from dashboards.charts import charts
from dashboards.fragments import banner, figure_strip, panel_section, provenance
from dashboards.operations import Surroundings
from dashboards.panel import Given, Panel
from dashboards.panels import AREAS, ONE_AREA
from dashboards.rows import Choice, Outcome, fetch
from dashboards.summaries import end_of_knowledge, figures, long_date
from glue_workflow.ports import RunRecord
from millrace.errors import UnknownName
from millrace.settings import FeedKind

COMPARED_DAYS = 20  # four weeks of working days
KEPT = 300
SATURDAY = 5

Payload = dict[str, Any]
T = TypeVar("T")


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


@dataclass(frozen=True)
class Lake:
    """Where the page looks. `days`: those with data, in order; `jobs`: of each workflow, in order.

    `version` of table names and dates is another as soon as what readers see there is; dates matter to tables that have
    partitions. Whatever a panel gave is kept under that version.
    """

    engine: Engine
    days: Callable[[], Sequence[date]]
    context: Callable[[], PageContext]
    version: Callable[[frozenset[str], frozenset[date]], Hashable]
    jobs: Mapping[str, Sequence[str]]


class Content:
    """Calls from several threads run side by side."""

    def __init__(self, panels: Sequence[Panel], lake: Lake) -> None:
        self.panels = {panel.name: panel for panel in panels}
        self.lake = lake
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def choose(self, day: date | None = None, area: str = "") -> Choice | None:
        """`day` None: the newest with data; `area` "": the day's fullest. None in a lake without any data."""
        days = self.lake.days()
        chosen = day or (days[-1] if days else None)
        if chosen is None:
            return None
        areas = (area,) if area else tuple(self.areas(chosen)[:1])
        return Choice(chosen, _of_its_kind(chosen, days), areas)

    def areas(self, day: date) -> list[str]:
        """The areas of a day, the fullest first; none when they cannot be read (their panels say why)."""
        key = ("areas", day, self.lake.version(frozenset({"prod.taxi_availability_by_area"}), frozenset({day})))
        return self._keep(key, lambda: self._areas(day))

    def panel(self, name: str) -> Panel:
        """Raises UnknownName."""
        if name not in self.panels:
            raise UnknownName("panel", name, self.panels)
        return self.panels[name]

    def outcome(self, panel: Panel, choice: Choice) -> Outcome:
        return self._keep(
            self._key(panel, choice), lambda: fetch(panel, self.lake.engine, choice), lambda found: found.error is None
        )

    def tag(self, panel: Panel, choice: Choice) -> str:
        """Another one as soon as the panel's payload may be; the time of day matters where a silence shows."""
        until = self._until(choice).replace(second=0, microsecond=0) if panel.gap_after else None
        return hashlib.sha256(repr((self._key(panel, choice), until)).encode()).hexdigest()[:16]

    def _key(self, panel: Panel, choice: Choice) -> Hashable:
        given = {*panel.given, *(panel.beside.given if panel.beside else ())}
        day, others = choice.day if Given.DAY in given else None, choice.days if Given.DAYS in given else ()
        areas = choice.areas if Given.AREAS in given else ()
        seen = self.lake.version(frozenset(panel.reads()), frozenset((*others, *([day] if day else []))))
        return (panel.name, day, others, areas, seen)

    def payload(self, panel: Panel, choice: Choice) -> Payload:
        """A panel as the page's script takes it."""
        return drawn(self.outcome(panel, choice), choice.day, self._until(choice), self.around)

    def head(self, choice: Choice) -> Payload:
        """All of the page but its panels: pieces of HTML, and what the pickers offer."""
        context = self.lake.context()
        told = [self.outcome(panel, choice) for panel in self.panels.values() if panel.headline or panel.coverage]
        days = self.lake.days()
        return {
            "day": choice.day.isoformat(),
            "area": choice.areas[0] if choice.areas else "",
            "newest": days[-1].isoformat() if days else "",
            "days": [day.isoformat() for day in reversed(days)],
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
    def around(self) -> Surroundings:
        return Surroundings(self.lake.context().zone, self.lake.jobs)

    def _until(self, choice: Choice) -> datetime:
        context = self.lake.context()
        return end_of_knowledge(choice.day, context.generated_at.astimezone(context.zone).replace(tzinfo=None))

    def _areas(self, day: date) -> list[str]:
        try:
            return [str(name) for name, _ in self.lake.engine.query(AREAS, {"day": day}).rows]
        except UnknownName:
            return []

    def _keep(self, key: Hashable, make: Callable[[], T], worth: Callable[[T], bool] = lambda _: True) -> T:
        """The version is looked up before the rows are read: newer rows under an older version are replaced at once."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: T = self._kept[key]
                return found
        made = make()
        if worth(made):
            with self._lock:
                self._kept[key] = made
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return made


def drawn(outcome: Outcome, day: date, until: datetime, around: Surroundings) -> Payload:
    panel = outcome.panel
    return {
        "name": panel.name,
        "kind": panel.kind.value,
        "unit": panel.unit,
        "html": panel_section(outcome, day, until, around),
        "charts": charts(panel, outcome.rows, day, outcome.beside),
    }


def by_area(outcome: Outcome) -> dict[str, Outcome]:
    """The outcome of the area panel for several areas, as one for each."""
    column = ONE_AREA.category
    names = dict.fromkeys(str(row[column]) for row in outcome.rows)
    return {
        name: Outcome(
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
