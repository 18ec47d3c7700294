"""For every panel: the types that its chart needs, the partitions and bytes that it reads, and the page's own rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.dashboards.data.rows import PanelRows
from millrace.dashboards.definitions.panel import COMPARED_DAYS, Panel, PanelKind, PanelParameter
from millrace.dashboards.html.content import PageContent, PageContext, PageInputs
from millrace.glue_workflow.run.recent_runs import RecentRuns
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.page import CatalogReadView
from tests.end_to_end.athena_api.athena_lake import finished, served
from tests.end_to_end.grafana.grafana_views import (
    MIDNIGHT,
    SINGAPORE,
    answered,
    choosing,
    drawn_panels,
    on_the_page,
    reuse_of,
)
from tests.end_to_end.grafana.year_lake import DAY, YEAR_TABLES, make_year
from tests.shipped import DASHBOARDS
from tests.unit.dashboards.grafana.expansion import Viewer

VIEWED_FROM = (UTC, SINGAPORE, ZoneInfo("America/New_York"))
ONE_DAY, HALF_AN_HOUR, MINUTE = timedelta(days=1), timedelta(minutes=30), timedelta(minutes=1)
UTC_MIDNIGHT = datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC)
RANGES = {
    "day": (MIDNIGHT, MIDNIGHT + ONE_DAY),
    "midnight in UTC": (UTC_MIDNIGHT - HALF_AN_HOUR, UTC_MIDNIGHT + HALF_AN_HOUR),
    "midnight in Singapore": (MIDNIGHT - HALF_AN_HOUR, MIDNIGHT + HALF_AN_HOUR),
}
DRAWN = {one.panel.name: one for one in drawn_panels()}


@dataclass(frozen=True)
class YearOfHistory:
    """The lake's folder, a client of the endpoint over it, and its page."""

    home: Path
    athena: Any
    page: PageContent

    def shown(self, panel: Panel) -> PanelRows:
        view = self.page.view()
        choice = view.choose(DAY, {"area": "ANG MO KIO"})
        assert choice
        return view.result(panel, choice)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[YearOfHistory]:
    home = tmp_path_factory.mktemp("year") / "lake"
    make_year(home)
    with (
        served(home) as endpoint,
        LocalRuntime.existing(Settings(home=home, feed="simulated")) as runtime,
    ):
        context = PageContext("year", "simulated", MIDNIGHT + 9 * ONE_DAY, SINGAPORE)

        def view() -> CatalogReadView:
            runs = RecentRuns(runtime.runs, ())
            return CatalogReadView(runtime.tables_with(runs), runs, runtime.pipelines, lambda _: context)

        engine = DuckDbEngine(runtime.tables, home)
        yield YearOfHistory(home, endpoint.client(), PageContent(DASHBOARDS, PageInputs(engine, view, {})))
        engine.close()


def bytes_of(home: Path, sql: str, days: set[date]) -> int:
    """As many as a statement may read that asks each table that it names for these days alone, and prod.area."""
    sizes = {
        name: sum(
            file.stat().st_size
            for day in days
            for file in (home / name.replace(".", "/") / "run=year-1" / f"dt={day}").glob("*")
        )
        for name in YEAR_TABLES
    }
    area = sum(file.stat().st_size for file in (home / "prod/area").glob("*/*.parquet"))
    return area + sum(size * len(re.findall(rf"{name}\b(?!_)", sql)) for name, size in sizes.items())


def days_of(parameters: tuple[str, ...], viewer: Viewer) -> set[date]:
    """The partitions that these parameters are about."""
    found = {DAY} if PanelParameter.DAY in parameters else set()
    if PanelParameter.DAYS in parameters:
        before = (DAY - timedelta(days=back) for back in range(1, COMPARED_DAYS + 1))
        found |= {day for day in before if (day.weekday() >= 5) == (DAY.weekday() >= 5)}
    if PanelParameter.FIRST_DAY in parameters:
        first, last = (at.astimezone(UTC).date() for at in (viewer.since, viewer.until))
        found |= {first - ONE_DAY + timedelta(days=after) for after in range((last - first).days + 3)}
    return found


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("asked", RANGES)
def test_a_panel_reads_its_partitions_alone_and_gives_what_its_chart_needs(
    year: YearOfHistory, name: str, asked: str
) -> None:
    one = DRAWN[name]
    viewer = choosing(year.athena, one.dashboard, *RANGES[asked])
    for target in one.drawn["targets"]:
        texts = {seen_from(viewer, zone).sees(target["rawSQL"]) for zone in VIEWED_FROM}
        assert len(texts) == 1, "the text does not depend on the viewer's zone"
        overlay = one.panel.overlay if target["refId"] == "B" else None
        [sql] = texts
        execution = finished(year.athena, sql)
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
        scanned = execution["Statistics"]["DataScannedInBytes"]
        days = days_of((overlay or one.panel).parameters, viewer)
        assert scanned <= min(one.panel.budget, bytes_of(year.home, sql, days))
        assert scanned > 0 or not reads_the_year(sql)
        types, _ = answered(year.athena, execution["QueryExecutionId"])
        assert_drawable(one.panel, target["refId"], types)


def seen_from(viewer: Viewer, zone: Any) -> Viewer:
    return Viewer(viewer.since.astimezone(zone), viewer.until.astimezone(zone), viewer.chosen)


def assert_drawable(panel: Panel, ref: str, types: dict[str, str]) -> None:
    """Grafana draws lines from one time and numbers, named by texts, and a map from places in degrees."""
    if panel.kind is PanelKind.MAP:
        assert (types["longitude"], types["latitude"]) in (("double", "double"), ("decimal", "decimal"))
        assert "varchar" in types.values() if ref == "B" else [*types.values()] == ["double"] * 3
    elif panel.time and panel.kind not in (PanelKind.RUNS, PanelKind.RESULTS):
        assert types.pop("time") == "timestamp"
        assert [*types.values()].count("varchar") == bool(panel.category)
        assert {*types.values()} - {"varchar"} == {"double"}
    else:
        assert {*panel.columns()} <= {*types}


def reads_the_year(sql: str) -> bool:
    """Others are of runs and polls, of which this lake has none."""
    return any(name in sql for name in YEAR_TABLES)


def is_of_the_day(row: Sequence[object]) -> bool:
    """Whether a chart of the day shows the row: one that begins with another time, or names another date, is outside.

    Panels about all sources read a day more on each side, since each source has a date of its own.
    """
    found = re.search(r"(\d{4}-\d\d-\d\d)( \d\d:\d\d:\d\d)?", str(row[0]))
    if found is None:
        return True
    if not found[2]:
        return found[1] == str(DAY)
    at = datetime.fromisoformat(found[0]).replace(tzinfo=UTC)
    return MIDNIGHT <= at < MIDNIGHT + ONE_DAY


@pytest.mark.parametrize("name", DRAWN)
def test_a_panel_gives_what_the_page_shows(year: YearOfHistory, name: str) -> None:
    one = DRAWN[name]
    viewer = choosing(year.athena, one.dashboard, *RANGES["day"])
    shown = year.shown(one.panel)
    assert shown.error is None
    for target in one.drawn["targets"]:
        execution = finished(year.athena, viewer.sees(target["rawSQL"]))
        _, found = answered(year.athena, execution["QueryExecutionId"])
        expected = on_the_page(shown, target["refId"])
        seen = [row for row in found if is_of_the_day(row)]
        assert sorted(map(str, seen)) == sorted(map(str, expected))
        assert seen or not reads_the_year(one.panel.statement.sql)


@pytest.mark.parametrize("name", [name for name, one in DRAWN.items() if one.panel.reuse])
def test_a_refresh_a_minute_later_is_given_the_same_result(year: YearOfHistory, name: str) -> None:
    one = DRAWN[name]
    viewer = choosing(year.athena, one.dashboard, *RANGES["day"])
    later = Viewer(viewer.since + MINUTE, viewer.until + MINUTE, viewer.chosen)
    for target in one.drawn["targets"]:
        texts = [each.sees(target["rawSQL"]) for each in (viewer, later)]
        assert texts[0] == texts[1]
        finished(year.athena, texts[0], **reuse_of(target))
        again = finished(year.athena, texts[1], **reuse_of(target))["Statistics"]
        assert again["ResultReuseInformation"]["ReusedPreviousResult"]
        assert again["DataScannedInBytes"] == 0
