"""What the page shows: what readers choose from, the content of each panel, the headline figures.

Rows and payloads are cached under the versions of the partitions that they were read from (snapshot isolation: a
`PageView` reads the catalog's pointers once), so a cached value is always right: a new version has a new key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from millrace.athena_sql.ports import Engine, TableData
from millrace.athena_sql.tables import tables_named
from millrace.dashboards.data.charts import charts
from millrace.dashboards.data.rows import PageChoice, PanelQuery, PanelRows, Row, fetch_rows, in_order
from millrace.dashboards.data.zones import LocalZones
from millrace.dashboards.definitions.panel import (
    COMPARED_DAYS,
    OF_THE_DAY,
    Dashboard,
    Panel,
    PanelKind,
    PanelParameter,
    Picker,
    picked_by,
)
from millrace.dashboards.html.fragments import FeedAge, banner, figure_strip, panel_section, picker_problems, provenance
from millrace.dashboards.html.operations import DisplayContext, Ranks
from millrace.dashboards.html.summaries import figures, long_date
from millrace.errors import MillraceError, UnknownName
from millrace.glue_workflow.ports import RunRecord
from millrace.lru_cache import LruCache
from millrace.settings import FeedKind

CACHE_SIZE = 150  # rows and payloads of about ten days
SATURDAY = 5

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PageContext:
    """Facts about the lake that stand around the panels. `generated_at` has a zone; `zone` is that of the page itself.

    `feeds`: the sources, with the newest snapshot of each. `table_zones`: the zone of a table's local times, by table.
    """

    lake: str
    feed: FeedKind
    generated_at: datetime
    zone: ZoneInfo
    feeds: tuple[FeedAge, ...] = ()
    last_run: RunRecord | None = None
    title: str = "Millrace"
    table_zones: Mapping[str, ZoneInfo] = field(default_factory=dict)

    @property
    def zones(self) -> LocalZones:
        return LocalZones(self.zone, self.table_zones, {one.source: one.zone for one in self.feeds if one.zone})


@dataclass(frozen=True, slots=True)
class VisibleTables:
    """The versions of some tables that readers see.

    `key`: cache key; changes whenever any of these table versions does. `tables`: their data, with only the partitions
    that were asked for, so that a statement costs the same whatever the history. The engine reads a table that is
    missing here by itself. `more`: gives further ones, which are read only for a result that is not kept.
    """

    key: Hashable
    tables: Mapping[str, TableData] = field(default_factory=dict)
    more: Callable[[], Mapping[str, TableData]] = dict


class ReadView(Protocol):
    """The lake at one moment: every call sees the same versions."""

    def days(self) -> Sequence[date]:
        """The days with data, in order."""
        ...

    def visible(self, tables: frozenset[str], days: frozenset[date]) -> VisibleTables:
        """These tables; those with partitions are limited to these days."""
        ...

    def context(self) -> PageContext:
        """What stands around the panels."""
        ...


@dataclass(frozen=True)
class PageInputs:
    """What the page is made from. `jobs`: those of each workflow, as they are drawn."""

    engine: Engine
    read_view: Callable[[], ReadView]
    jobs: Mapping[str, Ranks]


class PageContent:
    """The panels over one lake, and the cache that all views share. Safe for calls from several threads."""

    def __init__(self, dashboards: Sequence[Dashboard], inputs: PageInputs) -> None:
        self.dashboards = dashboards
        self.panels = _in_sections(dashboards)
        self._inputs = inputs
        self._cache = LruCache(CACHE_SIZE)

    def view(self) -> PageView:
        """The page as it is now."""
        return PageView(self.dashboards, self._inputs, self._cache)

    def panel(self, name: str) -> Panel:
        """Raises UnknownName."""
        if name not in self.panels:
            raise UnknownName("panel", name, self.panels)
        return self.panels[name]


class PageView:
    """The page at one moment: all of its parts show the same versions and the same time."""

    def __init__(self, dashboards: Sequence[Dashboard], inputs: PageInputs, cache: LruCache) -> None:
        self.dashboards = dashboards
        self.panels = _in_sections(dashboards)
        self.pickers = {picker.name: picker for dashboard in dashboards for picker in dashboard.pickers}
        self._inputs, self._cache = inputs, cache
        self._read_view = inputs.read_view()
        self._picked_from: dict[tuple[str, date], list[str] | MillraceError] = {}

    @cached_property
    def context(self) -> PageContext:
        return self._read_view.context()

    @cached_property
    def days(self) -> Sequence[date]:
        return self._read_view.days()

    def choose(self, day: date | None = None, picked: Mapping[str, str] | None = None) -> PageChoice | None:
        """The chosen day (None: the newest with data) and values of pickers (without one: the picker's first option).

        None for an empty lake.
        """
        chosen = day or (self.days[-1] if self.days else None)
        if chosen is None:
            return None
        given = picked or {}
        values = {name: (given[name],) if given.get(name) else self._first(name, chosen) for name in self.pickers}
        return PageChoice(chosen, _comparable_days(chosen, self.days), values)

    def _first(self, picker: str, day: date) -> tuple[str, ...]:
        return tuple(self.options(picker, day)[:1])

    def options(self, picker: str, day: date) -> list[str]:
        """The options of a picker on a day, the default first; none if their table does not exist, or it failed."""
        found = self._options_or_error(picker, day)
        return [] if isinstance(found, MillraceError) else found

    def failed_pickers(self, day: date) -> dict[str, MillraceError]:
        """Why pickers have no options on a day, by name. A table that does not exist yet is no failure."""
        found = {name: self._options_or_error(name, day) for name in self.pickers}
        return {
            name: error
            for name, error in found.items()
            if isinstance(error, MillraceError) and not isinstance(error, UnknownName)
        }

    def _options_or_error(self, picker: str, day: date) -> list[str] | MillraceError:
        """Each is asked for once: the head and every panel of a picker need them, and a failure is not in the cache."""
        if (picker, day) not in self._picked_from:
            query = self.pickers[picker]
            try:
                found: list[str] | MillraceError = [
                    str(row[query.column]) for row in self._rows(query, PageChoice(day))
                ]
            except MillraceError as error:
                found = error
            self._picked_from[picker, day] = found
        return self._picked_from[picker, day]

    def picker_of(self, panel: Panel) -> Picker | None:
        """The picker whose choice a panel takes, if any."""
        return next((self.pickers[name] for name in picked_by(panel)), None)

    def result(self, panel: Panel, choice: PageChoice) -> PanelRows:
        """The rows; those of the overlay under a cache key of their own, since other days rarely change.

        Without a picked value, a panel of a failed picker has the picker's error.
        """
        picker = self.picker_of(panel)
        if picker and not choice.picked.get(picker.name):
            failed = self.failed_pickers(choice.day).get(picker.name)
            if failed:
                return PanelRows(panel, error=failed)
        try:
            rows = self._rows(panel, choice, panel)
            return PanelRows(panel, rows, overlay=self._overlay(panel, choice) if rows else ())
        except MillraceError as error:
            return PanelRows(panel, error=error)

    def etag(self, panel: Panel, choice: PageChoice) -> str:
        """ETag of the panel's payload, made without reading rows.

        The time of day is part of it for a panel that shows since when data is missing.
        """
        queries = [query for query in (panel, panel.overlay) if query is not None]
        keys = [self._visible(query, self._in_zone(query, choice))[0] for query in queries]
        expected_until = self.expected_until(panel, choice) if panel.gap_after else None
        return hashlib.sha256(repr((keys, expected_until)).encode()).hexdigest()[:16]

    def payload(self, panel: Panel, choice: PageChoice, *, table: bool = True) -> Payload:
        """A panel as the page's script takes it; with an empty table element unless `table`. Errors are not cached."""

        def make() -> tuple[Payload, bool]:
            result = self.result(panel, choice)
            until = self.expected_until(panel, choice)
            payload = payload_of(result, choice.day, until, self.display, table=table)
            return payload, result.error is None

        key = ("payload", panel.name, choice.day, self.etag(panel, choice), table)
        return self._cache.get_or_make(key, make, lambda made: made[1])[0]

    def head(self, choice: PageChoice) -> Payload:
        """Everything on the page except its panels: pieces of HTML, and the options of the pickers."""
        context = self.context
        every = [panel for dashboard in self.dashboards for panel in dashboard.panels]
        with_figures = [panel for panel in every if panel.kind is PanelKind.STAT or panel.headline or panel.coverage]
        return {
            "day": choice.day.isoformat(),
            "picked": {name: values[0] if values else "" for name, values in choice.picked.items()},
            "newest": self.days[-1].isoformat() if self.days else "",
            "days": [day.isoformat() for day in reversed(self.days)],
            "options": {name: sorted(self.options(name, choice.day)) for name in self.pickers},
            "tags": {name: self.etag(panel, choice) for name, panel in self.panels.items()},
            "title": f"{long_date(choice.day)} · {context.title}",
            "heading": long_date(choice.day),
            "problems": picker_problems(
                {self.pickers[name].label: error for name, error in self.failed_pickers(choice.day).items()}
            ),
            "banner": banner(context.feed, context.feeds, context.generated_at, context.zone),
            "figures": figure_strip(figures([self.result(panel, choice) for panel in with_figures], context.zones)),
            "provenance": provenance(context.lake, context.generated_at, context.feeds, context.last_run, context.zone),
        }

    @property
    def display(self) -> DisplayContext:
        return DisplayContext(self.context.zones, self._inputs.jobs)

    def expected_until(self, panel: Panel, choice: PageChoice) -> datetime:
        """The panel's local time up to which the day could have data, to the minute: its end, or now while it lasts."""
        now = self.context.generated_at.astimezone(self.context.zones.of_panel(panel)).replace(tzinfo=None)
        end_of_day = datetime.combine(choice.day + timedelta(days=1), time.min)
        return min(end_of_day, now).replace(second=0, microsecond=0)

    def _overlay(self, panel: Panel, choice: PageChoice) -> list[Row]:
        """The rows of the panel's overlay. Without comparable days no statement is run."""
        overlay = panel.overlay
        if overlay is None or (PanelParameter.DAYS in overlay.parameters and not choice.days):
            return []
        return self._rows(overlay, choice)

    def _rows(self, query: PanelQuery, choice: PageChoice, order: Panel | None = None) -> list[Row]:
        """The rows, in the panel's order where one is given; shared by queries of the same SQL, columns and order."""
        local = self._in_zone(query, choice)
        key, visible = self._visible(query, local)

        def make() -> list[Row]:
            tables = {**visible.tables, **visible.more()}
            rows = fetch_rows(query, self._inputs.engine, local, tables)
            return in_order(order, rows) if order else rows

        ordered_by = (order.time, order.instant) if order else ()
        return self._cache.get_or_make((key, *query.columns(), ordered_by), make)

    def _visible(self, query: PanelQuery, choice: PageChoice) -> tuple[Hashable, VisibleTables]:
        """The tables that a query reads, and a cache key of everything that its rows depend on."""
        values = choice.values_of(query.parameters)
        day = [choice.day] if OF_THE_DAY.intersection(query.parameters) else []
        others = choice.days if PanelParameter.DAYS in query.parameters else ()
        visible = self._read_view.visible(tables_named(query.statement.sql), frozenset((*day, *others)))
        return (query.statement.sql, *values.items(), visible.key), visible

    def _in_zone(self, query: PanelQuery, choice: PageChoice) -> PageChoice:
        """The choice with its day in the zone of the query's tables."""
        zones = self.context.zones
        return replace(choice, zone=zones.of_tables(query.statement.sql) or zones.page)


def payload_of(
    result: PanelRows, day: date, expected_until: datetime, display: DisplayContext, *, table: bool = True
) -> Payload:
    panel = result.panel
    return {
        "name": panel.name,
        "kind": panel.kind.value,
        "unit": panel.unit,
        "html": panel_section(result, day, expected_until, display, table=table),
        "charts": [
            chart | {"zone": display.zones.of_chart(panel, chart.get("name", "")).key}
            for chart in charts(panel, result.rows, day, result.overlay)
        ],
    }


def split_by_category(result: PanelRows) -> dict[str, PanelRows]:
    """The rows of several categories, such as all options of a picker, as one result per category, by its text."""
    column = result.panel.category
    rows, overlay = _by_text(result.rows, column), _by_text(result.overlay, column)
    return {name: PanelRows(result.panel, found, overlay=overlay.get(name, ())) for name, found in rows.items()}


def _by_text(rows: Sequence[Row], column: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row[column]), []).append(row)
    return found


def _in_sections(dashboards: Sequence[Dashboard]) -> dict[str, Panel]:
    """The panels that have a section of the page, by name; the others are headline figures."""
    panels = (panel for dashboard in dashboards for panel in dashboard.panels)
    return {panel.name: panel for panel in panels if panel.kind is not PanelKind.STAT}


def _comparable_days(day: date, days: Sequence[date]) -> tuple[date, ...]:
    """Working days for a working day, days of weekends for one of a weekend: those of the four weeks before it."""
    weekend = day.weekday() >= SATURDAY
    before = (other for other in days if 0 < (day - other).days <= COMPARED_DAYS)
    return tuple(sorted(other for other in before if (other.weekday() >= SATURDAY) == weekend))
