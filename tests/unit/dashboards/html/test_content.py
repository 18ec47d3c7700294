"""Rows are read again when a version that they depend on changes, and only then."""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from millrace.athena_sql.ports import Result, Statement
from millrace.dashboards.data.rows import PageChoice
from millrace.dashboards.definitions.panel import Dashboard, Panel, PanelKind, PanelParameter, Picker, Series
from millrace.dashboards.html.content import PageContent, PageContext
from millrace.dashboards.html.fragments import FeedAge
from millrace.dashboards.html.preview import render
from millrace.dashboards.shipped.operations import FRESHNESS, QUALITY
from millrace.dashboards.shipped.taxis import ONE_AREA, TAXIS_AVAILABLE
from millrace.errors import DefinitionError, MillraceError, QueryError
from tests.doubles.reading_engine import GivenParameters, GivenTables
from tests.unit.dashboards.fake_day import DAY, OTHER_DAYS, FakeEngine, FakeTable, content_of, engine_of_the_day

CONTEXT = PageContext("lake", "simulated", datetime(2024, 6, 2, 1, tzinfo=UTC), ZoneInfo("Asia/Singapore"))
NOON = datetime(2024, 5, 30, 12)  # noqa: DTZ001 - a local time, as a table has it


class VersionedLake:
    """Versions that a test changes; it records what was read."""

    def __init__(self) -> None:
        self.pointers: dict[str, int] = {}
        self.reads: list[tuple[frozenset[str], frozenset[date]]] = []

    def version(self, tables: frozenset[str], days: frozenset[date]) -> str:
        self.reads.append((tables, days))
        return repr(sorted((name, self.pointers.get(name, 0)) for name in tables))


def times_run(engine: FakeEngine, name: str) -> int:
    return sum(statement == name for statement, _ in engine.queries)


def show(content: PageContent) -> None:
    view = content.view()
    choice = view.choose(DAY)
    assert choice
    view.payload(TAXIS_AVAILABLE, choice)


def test_a_version_is_read_once() -> None:
    engine, lake = engine_of_the_day(), VersionedLake()
    content = content_of(engine, CONTEXT, version=lake.version)
    show(content)
    show(content)
    assert times_run(engine, "dashboards.taxis_available") == 1
    lake.pointers["staging.taxi_position"] = 1
    show(content)
    assert times_run(engine, "dashboards.taxis_available") == 1, "the panel does not read that table"
    lake.pointers["prod.taxi_availability"] = 1
    show(content)
    assert times_run(engine, "dashboards.taxis_available") == 2


def test_an_error_is_not_cached() -> None:
    engine = engine_of_the_day(taxis=QueryError("no."))
    content = content_of(engine, CONTEXT)
    show(content)
    show(content)
    assert times_run(engine, "dashboards.taxis_available") == 2


def test_a_panel_depends_only_on_the_partitions_that_it_reads() -> None:
    lake = VersionedLake()
    content = content_of(engine_of_the_day(), CONTEXT, version=lake.version)
    view = content.view()
    choice = view.choose(DAY)
    assert choice
    lake.reads.clear()
    view.payload(TAXIS_AVAILABLE, choice)
    assert {days for _, days in lake.reads} == {frozenset({DAY}), frozenset(OTHER_DAYS[1:])}
    lake.reads.clear()
    view.payload(QUALITY, choice)
    assert {days for _, days in lake.reads} == {frozenset()}


def test_the_etag_changes_when_a_panel_must_be_fetched_again() -> None:
    lake = VersionedLake()
    view = content_of(engine_of_the_day(), CONTEXT, version=lake.version).view()
    first, other = view.choose(DAY), view.choose(DAY, {"area": "Bedok"})
    assert first
    assert other
    tag = view.etag(TAXIS_AVAILABLE, first)
    assert view.etag(TAXIS_AVAILABLE, other) == tag
    assert view.etag(ONE_AREA, other) != view.etag(ONE_AREA, first)
    lake.pointers["prod.taxi_availability"] = 1
    assert view.etag(TAXIS_AVAILABLE, first) != tag


def test_a_run_of_one_day_keeps_the_cached_rows_of_other_days() -> None:
    versions = {DAY: 1}
    engine = engine_of_the_day()
    content = content_of(
        engine, CONTEXT, version=lambda _, days: repr([(day, versions.get(day)) for day in sorted(days)])
    )
    show(content)
    versions[DAY] = 2
    show(content)
    assert (times_run(engine, "dashboards.taxis_available"), times_run(engine, "dashboards.taxis_usual")) == (2, 1)


def test_a_weekend_is_compared_with_weekends() -> None:
    choice = content_of(engine_of_the_day(), CONTEXT).view().choose(date(2024, 5, 26))
    assert choice
    assert choice.days == (OTHER_DAYS[0],)


DISTRICT = Picker(
    "district",
    "District",
    Statement("bikes.districts", "SELECT district FROM prod.bikes WHERE dt = :day ORDER BY bikes DESC"),
    "district",
)
BIKES = Panel(
    name="bikes",
    title="Bikes",
    description="Bikes in a district.",
    kind=PanelKind.TIME_SERIES,
    unit="bikes",
    statement=Statement(
        "bikes.one_district",
        "SELECT district, at_local, bikes FROM prod.bikes WHERE dt = :day AND district IN (:district)",
    ),
    time="at_local",
    series=(Series("bikes", "Bikes"),),
    category="district",
    parameters=(PanelParameter.DAY, "district"),
)


def bikes_page(*others: Dashboard) -> PageContent:
    names: FakeTable = (["district"], [("North",), ("South",)])
    rows: FakeTable = (["district", "at_local", "bikes"], [("North", NOON, 7), ("South", NOON, 9)])
    engine = FakeEngine({"bikes.districts": names, "bikes.one_district": rows})
    return content_of(engine, CONTEXT, dashboards=[Dashboard("Bikes of a town", (BIKES,), (DISTRICT,)), *others])


def test_a_panel_shows_the_first_option_of_its_picker_or_the_picked_one() -> None:
    view = bikes_page().view()
    first, other = view.choose(DAY), view.choose(DAY, {"district": "South"})
    assert first
    assert other
    assert (first.picked, other.picked) == ({"district": ("North",)}, {"district": ("South",)})
    assert [row["bikes"] for row in view.result(BIKES, other).rows] == [9]
    head = view.head(other)
    assert (head["picked"], head["options"]) == ({"district": "South"}, {"district": ["North", "South"]})


class EngineBySql(FakeEngine):
    """Answers each statement by its text, whatever its name."""

    def answer(self, statement: Statement, parameters: GivenParameters, tables: GivenTables) -> Result:
        return super().answer(replace(statement, name=statement.sql), parameters, tables)


def test_statements_of_one_name_are_two_when_they_differ() -> None:
    docks = replace(BIKES, name="docks", statement=replace(BIKES.statement, sql="SELECT docks FROM prod.bikes"))
    broken = replace(docks, name="broken", series=(Series("lost", "Lost"),))
    answers: dict[str, FakeTable | MillraceError] = {
        DISTRICT.statement.sql: (["district"], [("North",)]),
        BIKES.statement.sql: (["district", "at_local", "bikes"], [("North", NOON, 7)]),
        "SELECT docks FROM prod.bikes": (["district", "at_local", "bikes"], [("North", NOON, 30)]),
    }
    dashboard = Dashboard("Bikes of a town", (BIKES, docks, broken), (DISTRICT,))
    view = content_of(EngineBySql(answers), CONTEXT, dashboards=[dashboard]).view()
    choice = view.choose(DAY)
    assert choice
    assert [row["bikes"] for panel in (BIKES, docks) for row in view.result(panel, choice).rows] == [7, 30]
    assert "gives no column lost" in str(view.result(broken, choice).error), "the columns are those of each panel"
    assert view.etag(BIKES, choice) != view.etag(docks, choice)


def test_the_pages_form_and_file_have_every_picker() -> None:
    html = render(bikes_page(), DAY).html
    assert '<label>District <select name="district"' in html
    assert "<label>Area" not in html
    assert '"options":{"district":["North","South"]}' in html
    assert "Bikes: North" in html


def test_the_file_has_a_panel_for_each_option_of_a_column_that_is_no_text() -> None:
    numbers: FakeTable = (["district"], [(1,), (2,)])
    rows: FakeTable = (["district", "at_local", "bikes"], [(1, NOON, 7), (2, NOON, 9), (1, NOON, 8)])
    engine = FakeEngine({"bikes.districts": numbers, "bikes.one_district": rows})
    content = content_of(engine, CONTEXT, dashboards=[Dashboard("Bikes", (BIKES,), (DISTRICT,))])
    packed = re.search(r'id="others">([^<]*)<', render(content, DAY).html)
    assert packed
    panels = json.loads(gzip.decompress(base64.b64decode(packed[1])))[DAY.isoformat()]["panels"]
    drawn = {name: panel["charts"][0]["lines"][0]["y"] for name, panel in panels.items()}
    assert drawn == {"bikes|1": [7.0, 8.0], "bikes|2": [9.0]}


def test_a_broken_picker_says_so_in_its_place_and_the_rest_of_the_page_works() -> None:
    side = replace(DISTRICT, name="side", label="<Side>", statement=Statement("bikes.sides", "SELECT nothing"))
    taken = replace(BIKES, name="sides", parameters=(PanelParameter.DAY, "side"))
    answers: dict[str, FakeTable | MillraceError] = {
        "bikes.districts": (["district"], [("North",), ("South",)]),
        "bikes.one_district": (["district", "at_local", "bikes"], [("North", NOON, 7), ("South", NOON, 9)]),
        "bikes.sides": QueryError("no column nothing."),
    }
    dashboard = Dashboard("Bikes of a town", (BIKES, taken), (DISTRICT, side))
    engine = FakeEngine(answers)
    content = content_of(engine, CONTEXT, dashboards=[dashboard])
    rendered = render(content, DAY)
    html = rendered.html
    assert [(label, str(error)) for label, error in rendered.failed_pickers] == [("<Side>", "no column nothing.")]
    assert times_run(engine, "bikes.sides") == len(OTHER_DAYS) + 1, "once for each day of the file"
    assert '<h1 id="heading">Thursday 30 May 2024</h1>' in html
    form = html[html.index('id="pickers"') : html.index("</form>")]
    assert "The picker &lt;Side&gt; failed.</strong> no column nothing." in form
    assert '<option value="North" selected>North</option>' in form
    assert "This panel failed.</strong> no column nothing." in html[html.index('id="sides"') :]
    view = content.view()
    choice, given = view.choose(DAY), view.choose(DAY, {"side": "South"})
    assert choice
    assert given
    assert [row["bikes"] for row in view.result(BIKES, choice).rows] == [7]
    assert [row["bikes"] for row in view.result(taken, given).rows] == [9], "an address may name a value"
    assert not view.failed_pickers(DAY).get("district")


def test_the_legend_of_several_lines_names_them_and_adds_up_nothing() -> None:
    lines = replace(BIKES, parameters=("day",), series=(Series("bikes", "Bikes"), Series("docks", "Docks")))
    rows: FakeTable = (["district", "at_local", "bikes", "docks"], [("North", NOON, 7, 70), ("North", NOON, 8, 80)])
    content = content_of(FakeEngine({"bikes.one_district": rows}), CONTEXT, dashboards=[Dashboard("Bikes", (lines,))])
    assert re.findall(r'<li><i class="swatch tone-(\w+)"></i>(.*?)</li>', render(content, DAY).html) == [
        ("accent", "Bikes"),
        ("warning", "Docks"),
    ]


def test_several_dashboards_are_each_under_their_title() -> None:
    second, third = (Dashboard(name, (replace(BIKES, name=name, parameters=("day",)),)) for name in ("two", "three"))
    assert 'class="dashboard"' not in render(bikes_page(second), DAY).html
    html = render(bikes_page(second, third), DAY).html
    titles = [html.index(f'<h2 class="dashboard">{title}</h2>') for title in ("Bikes of a town", "two", "three")]
    assert titles == sorted(titles)


@pytest.mark.parametrize(
    ("panel", "pickers", "said"),
    [
        (replace(BIKES, parameters=("day", "area")), [DISTRICT], "bikes takes :area, which nobody picks"),
        (replace(BIKES, category=""), [DISTRICT], "without a category of its own"),
        (replace(BIKES, parameters=("district", "side")), [DISTRICT, replace(DISTRICT, name="side")], "one picker"),
        (replace(BIKES, parameters=("day",)), [replace(DISTRICT, name="day")], "'day' cannot be a picker's"),
        (BIKES, [DISTRICT, DISTRICT], "'district' cannot be a picker's"),
    ],
)
def test_a_dashboard_that_cannot_be_is_refused(panel: Panel, pickers: list[Picker], said: str) -> None:
    with pytest.raises(DefinitionError, match="'Bikes'") as refused:
        Dashboard("Bikes", (panel,), tuple(pickers))
    assert said in str(refused.value)


def test_each_feed_that_has_stopped_is_named() -> None:
    ages = [timedelta(minutes=20), timedelta(minutes=20), None]
    feeds = tuple(
        FeedAge(name, CONTEXT.generated_at - age if age else None, timedelta(minutes=limit))
        for (name, limit), age in zip((("bikes", 10), ("cars", 30), ("ferries", 10)), ages, strict=True)
    )
    live = replace(CONTEXT, feed="live", feeds=feeds)
    html = render(content_of(engine_of_the_day(), live), DAY).html
    assert re.findall(r"No data of (\w+) since", html) == ["bikes"]
    assert "cars" in html[html.index("Newest snapshot") :]


TRAMS = replace(
    BIKES,
    name="trams",
    title="Trams",
    statement=Statement("trams.day", "SELECT at_local, trams FROM prod.trams WHERE dt = :day"),
    series=(Series("trams", "Trams"),),
    category="",
    headline=Series("trams", "trams"),
    gap_after=timedelta(minutes=30),
    parameters=(PanelParameter.DAY,),
)
FERRIES = replace(
    TRAMS, name="ferries", title="Ferries", statement=Statement("ferries.day", "SELECT * FROM prod.ferries")
)


def two_zones() -> tuple[PageContent, PageChoice]:
    """Trams in Singapore and ferries in UTC at one moment, 12:10 and 04:10; their rows are of ten minutes before."""
    now, singapore, utc = datetime(2024, 5, 30, 4, 10, tzinfo=UTC), ZoneInfo("Asia/Singapore"), ZoneInfo("UTC")
    at_four = NOON.replace(hour=4)
    names, counts = (
        ["source", "hour_local", "hour_start"],
        ["expected", "accepted", "duplicate", "quarantined", "failed", "gaps"],
    )
    polls: FakeTable = (
        [*names, *counts, "longest_gap_minutes"],
        [("ferries", at_four, at_four, 60, 60, 0, 0, 0, 0, 0), ("trams", NOON, at_four, 60, 60, 0, 0, 0, 0, 0)],
    )
    engine = FakeEngine(
        {
            "trams.day": (["at_local", "trams"], [(NOON, 7)]),
            "ferries.day": (["at_local", "trams"], [(at_four, 9)]),
            "dashboards.freshness": polls,
        }
    )
    context = PageContext(
        "lake",
        "live",
        now,
        singapore,
        feeds=(
            FeedAge("trams", now - timedelta(minutes=10), zone=singapore),
            FeedAge("ferries", now - timedelta(minutes=40), zone=utc),
        ),
        table_zones={"prod.trams": singapore, "prod.ferries": utc},
    )
    dashboard = Dashboard("Two cities", (TRAMS, FERRIES, FRESHNESS))
    return content_of(engine, context, dashboards=[dashboard]), PageChoice(DAY)


def test_the_times_of_a_panel_are_in_the_zone_of_what_it_shows() -> None:
    content, choice = two_zones()
    view = content.view()
    shown = {panel.name: view.payload(panel, choice) for panel in (TRAMS, FERRIES, FRESHNESS)}
    zones = {name: [chart["zone"] for chart in payload["charts"]] for name, payload in shown.items()}
    assert zones == {"trams": ["Asia/Singapore"], "ferries": ["UTC"], "freshness": ["UTC", "Asia/Singapore"]}
    assert not [name for name, payload in shown.items() if "No data since" in payload["html"]]


def test_each_source_is_stale_by_its_own_clock() -> None:
    content, choice = two_zones()
    head = content.view().head(choice)
    banner, figures, provenance = (re.sub("<[^>]*>", "", head[name]) for name in ("banner", "figures", "provenance"))
    assert re.findall(r"No data of (\w+) since (.*?)\.", banner) == [("ferries", "30 May 2024, 03:30 UTC")]
    assert "9 trams at 04:00 UTC" in figures
    assert "7 trams at 12:00Peak" in figures
    assert "30 May 2024, 12:00 of trams, 30 May 2024, 03:30 UTC of ferries" in provenance


def test_a_panel_over_a_range_takes_the_chosen_day_in_the_zone_of_its_tables() -> None:
    singapore, berlin = ZoneInfo("Asia/Singapore"), ZoneInfo("Europe/Berlin")
    sql = "SELECT at_local, trams FROM {} WHERE dt BETWEEN :first_day AND :last_day AND at >= :since AND at < :until"
    panels = tuple(
        replace(
            TRAMS,
            name=name,
            statement=Statement(f"{name}.range", sql.format(f"prod.{name}")),
            parameters=("first_day", "last_day", "since", "until"),
        )
        for name in ("trams", "ferries")
    )
    empty: FakeTable = (["at_local", "trams"], [])
    engine = FakeEngine({"trams.range": empty, "ferries.range": empty})
    context = replace(CONTEXT, table_zones={"prod.trams": singapore, "prod.ferries": berlin})
    view = content_of(engine, context, dashboards=[Dashboard("Two cities", panels)]).view()
    clocks_change = date(2024, 3, 31)
    for panel in panels:
        view.result(panel, PageChoice(clocks_change))
    same = {"first_day": clocks_change, "last_day": clocks_change}
    bounds = {
        "trams": ("2024-03-30T16:00", "2024-03-31T16:00"),
        "ferries": ("2024-03-30T23:00", "2024-03-31T22:00"),  # an hour shorter
    }
    assert engine.queries == [
        (f"{name}.range", {**same, "since": datetime.fromisoformat(since), "until": datetime.fromisoformat(until)})
        for name, (since, until) in bounds.items()
    ]
