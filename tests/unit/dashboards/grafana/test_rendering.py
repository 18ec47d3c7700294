"""Dashboards as Grafana has them: what follows from a definition, and what is refused."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.athena_sql.ports import Statement
from millrace.dashboards.data.zones import LocalZones
from millrace.dashboards.definitions.panel import Band, Dashboard, Panel, PanelKind, Picker, Series, Tone, Window
from millrace.dashboards.grafana.fields import colour
from millrace.dashboards.grafana.kinds import KINDS
from millrace.dashboards.grafana.layout import COLUMNS, HEIGHTS, numbers, places
from millrace.dashboards.grafana.parameters import LakeFacts
from millrace.dashboards.grafana.rendering import rendered, undrawable
from millrace.dashboards.grafana.targets import Json
from millrace.dashboards.html.shell import asset
from millrace.errors import DefinitionError
from tests.unit.dashboards.grafana.expansion import Viewer

SINGAPORE, BERLIN = ZoneInfo("Asia/Singapore"), ZoneInfo("Europe/Berlin")
FACTS = LakeFacts(LocalZones(SINGAPORE, {"prod.bikes": SINGAPORE, "prod.trams": BERLIN}), frozenset({"prod.bikes"}))
ON_A_STAGE = replace(FACTS, databases={"prod": "millrace_dev_prod"})
RANGE = ("first_day", "last_day", "since", "until")
BIKES = Panel(
    name="bikes",
    title="Bikes",
    description="Bikes that stand.",
    kind=PanelKind.TIME_SERIES,
    unit="bikes",
    statement=Statement(
        "bikes.standing",
        "SELECT at_local, bikes FROM prod.bikes "
        "WHERE dt BETWEEN :first_day AND :last_day AND at >= :since AND at < :until",
    ),
    time="at_local",
    series=(Series("bikes", "Bikes"),),
    parameters=RANGE,
    gap_after=timedelta(minutes=10),
)
PLACE = Picker("place", "Place", Statement("bikes.places", "SELECT place FROM prod.bikes WHERE dt = :day"), "place")
OF_PLACE = replace(
    BIKES,
    name="bikes-of-a-place",
    statement=Statement(
        "bikes.of", "SELECT place, at_local, bikes FROM prod.bikes WHERE dt = :day AND place IN (:place)"
    ),
    category="place",
    parameters=("day", "place"),
)
USUAL = Band(
    Statement("bikes.usual", "SELECT slot, low, median, high, days FROM prod.bikes WHERE dt IN (:days)"), minutes=15
)


def content(*panels: Panel, pickers: tuple[Picker, ...] = (), facts: LakeFacts = FACTS) -> Json:
    return dict(rendered("bikes", Dashboard("Bikes", panels, pickers), facts).content)


def variables(found: Json) -> dict[str, Json]:
    return {one["name"]: one for one in found["templating"]["list"]}


def sql(found: Json, target: int = 0) -> str:
    return " ".join(found["panels"][0]["targets"][target]["rawSQL"].split())


def test_a_query_has_the_range_as_dates_and_instants_and_gives_instants_in_utc() -> None:
    assert sql(content(BIKES)) == (
        'SELECT ("at_local" - INTERVAL \'28800\' SECOND) AS "time", CAST("bikes" AS DOUBLE) AS "bikes" '
        "FROM ( SELECT at_local, bikes FROM prod.bikes WHERE "
        "dt BETWEEN (DATE $__rawTimeFrom('yyyy-MM-dd') - INTERVAL '1' DAY)"
        " AND (DATE $__rawTimeTo('yyyy-MM-dd') + INTERVAL '1' DAY)"
        " AND at >= $__timeFrom() AND at < $__timeTo() ) AS panel "
        'WHERE "at_local" IS NOT NULL ORDER BY "time" LIMIT 10000'
    )


def test_where_a_panel_has_instants_they_are_the_time_and_its_zone_does_not_matter() -> None:
    trams = replace(BIKES.statement, sql="SELECT at, at_local, bikes FROM prod.trams")
    found = content(replace(BIKES, statement=trams, instant="at", parameters=(), limit=50))
    assert sql(found).startswith('SELECT "at" AS "time", CAST("bikes" AS DOUBLE)')
    assert sql(found).endswith("LIMIT 50")


def test_on_a_stage_tables_are_in_its_databases() -> None:
    assert "FROM millrace_dev_prod.bikes" in sql(content(BIKES, facts=ON_A_STAGE))


def test_a_panel_of_one_day_has_a_variable_of_the_days_that_there_are() -> None:
    assert [*variables(content(BIKES))] == ["datasource"]
    found = variables(content(OF_PLACE, pickers=(PLACE,)))
    assert [*found] == ["datasource", "day", "place"]
    assert "FROM prod.bikes WHERE dt BETWEEN (DATE" in " ".join(found["day"]["query"]["rawSQL"].split())
    assert found["place"]["query"]["rawSQL"].count("${day:sqlstring}") == 1


def test_a_picker_takes_many_values_unless_a_usual_range_is_shown_for_one() -> None:
    many = variables(content(OF_PLACE, pickers=(PLACE,)))["place"]
    one = variables(content(replace(OF_PLACE, overlay=USUAL), pickers=(PLACE,)))["place"]
    assert [(each["multi"], each["includeAll"]) for each in (many, one)] == [(True, True), (False, False)]


def test_hours_can_be_chosen_where_a_panel_has_a_window() -> None:
    window = Window(time(8), time(20, 30), "Shop, open")
    found = content(replace(BIKES, window=window), replace(BIKES, name="others"))
    hours = variables(found)["hours"]
    assert hours["query"] == "All day : all, Shop open (08:00–20:30) : window"
    with_it, without = (" ".join(panel["targets"][0]["rawSQL"].split()) for panel in found["panels"])
    assert "${hours:sqlstring} = 'all' OR (hour(\"at_local\") * 3600" in with_it
    assert 'second("at_local") < 73800)' in with_it
    assert "hours" not in without


def test_a_usual_range_is_an_area_on_the_day_at_the_end_of_the_range() -> None:
    found = content(replace(BIKES, overlay=USUAL))
    assert "AT TIME ZONE 'Asia/Singapore' AS DATE)" in sql(found, target=1)
    of_a_day = replace(BIKES.statement, sql="SELECT at_local, bikes FROM prod.bikes WHERE dt = :day")
    chosen = sql(content(replace(BIKES, overlay=USUAL, parameters=("day",), statement=of_a_day)), target=1)
    assert "dt BETWEEN DATE ${day:sqlstring} - INTERVAL '28' DAY" in chosen
    assert "TIME ZONE" not in chosen
    filled = {
        one["matcher"]["options"]: each["value"]
        for one in found["panels"][0]["fieldConfig"]["overrides"]
        for each in one["properties"]
        if each["id"] == "custom.fillBelowTo"
    }
    assert filled == {"high": "low"}


def test_no_line_is_drawn_over_a_gap_and_no_data_is_no_number() -> None:
    [panel] = content(BIKES)["panels"]
    defaults = panel["fieldConfig"]["defaults"]
    assert (defaults["custom"]["insertNulls"], defaults["custom"]["spanNulls"]) == (600_000, False)
    assert defaults["noValue"] == "no data"


def test_the_file_is_the_same_each_time_and_a_panels_number_stays_when_others_come() -> None:
    dashboard = Dashboard("Bikes", (BIKES,))
    first, second = (rendered("bikes", dashboard, FACTS).text() for _ in range(2))
    assert first == second
    assert first.endswith("}\n")
    assert json.loads(first)["uid"] == "millrace-bikes"
    before = {panel["title"]: panel["id"] for panel in content(BIKES)["panels"]}
    after = {panel["title"]: panel["id"] for panel in content(replace(BIKES, name="a", title="A"), BIKES)["panels"]}
    assert before["Bikes"] == after["Bikes"]


def test_a_long_name_gives_a_uid_that_grafana_takes_and_no_other_name_has() -> None:
    names = ["b" * 50, "b" * 51]
    uids = {rendered(name, Dashboard("Bikes", (BIKES,)), FACTS).uid for name in names}
    assert sorted(map(len, uids)) == [40, 40]


REUSED = replace(BIKES, reuse=timedelta(minutes=15))


def test_a_result_to_be_reused_has_the_same_text_a_minute_later() -> None:
    [target] = content(REUSED)["panels"][0]["targets"]
    arguments = target["connectionArgs"]
    assert (arguments["resultReuseEnabled"], arguments["resultReuseMaxAgeInMinutes"]) == (True, 15)
    until = datetime(2024, 5, 30, 15, 59, 30, tzinfo=UTC)
    minute, day = timedelta(minutes=1), timedelta(days=1)
    of_each = [Viewer(at - day, at) for at in (until, until + minute)]
    assert len({viewer.sees(target["rawSQL"]) for viewer in of_each}) == 1
    assert len({viewer.sees(sql(content(BIKES))) for viewer in of_each}) == 2
    seen = " ".join(of_each[0].sees(target["rawSQL"]).split())
    assert (
        "at >= CAST(DATE '2024-05-29' AS TIMESTAMP) AND at < CAST(DATE '2024-05-30' + INTERVAL '1' DAY AS TIME" in seen
    )


def test_every_kind_of_panel_is_drawn() -> None:
    assert {*KINDS} == {*HEIGHTS} == {*PanelKind}


def test_colours_are_those_of_the_page() -> None:
    css = asset("page.css")
    for tone in Tone:
        assert re.search(rf"--{tone.value}: light-dark\(#\w+, {colour(tone)}\)", css)


TRAMS = replace(BIKES, statement=replace(BIKES.statement, sql="SELECT at_local, bikes FROM prod.trams"), parameters=())


@pytest.mark.parametrize(
    ("panel", "facts", "said"),
    [
        (TRAMS, FACTS, "the panel bikes: its times are local ones, and in Europe/Berlin clocks change."),
        (
            replace(BIKES, statement=replace(BIKES.statement, sql="SELECT * FROM prod.bikes WHERE x = '${place}'")),
            FACTS,
            "the panel bikes: Grafana takes '${place}' for a variable.",
        ),
        (
            replace(BIKES, statement=replace(BIKES.statement, sql="SELECT * FROM ops.runs"), instant="at"),
            ON_A_STAGE,
            "the panel bikes: ops.runs is no table of Athena's on a stage.",
        ),
        (replace(BIKES, reuse=timedelta(seconds=90)), FACTS, "its reuse is 0:01:30. Give whole minutes"),
        (replace(BIKES, reuse=timedelta(days=8)), FACTS, "its reuse is 8 days, 0:00:00. Give whole minutes"),
        (replace(REUSED, kind=PanelKind.STAT), FACTS, "has whole days, and nothing in it cuts the time"),
        (replace(REUSED, overlay=USUAL), FACTS, "the usual range of the range's end changes each second"),
    ],
)
def test_what_grafana_cannot_draw_is_refused_with_the_reason(panel: Panel, facts: LakeFacts, said: str) -> None:
    dashboard = Dashboard("Bikes", (panel, replace(BIKES, name="others")))
    with pytest.raises(DefinitionError) as refused:
        rendered("bikes", dashboard, facts)
    assert said in str(refused.value)
    found = undrawable(dashboard, facts)
    assert [*found] == ["bikes"]
    assert found["bikes"].message in str(refused.value)


def test_a_path_into_json_is_no_variable() -> None:
    statement = replace(
        BIKES.statement, sql="SELECT json_extract_scalar(x, '$.a[0]') AS bikes, at_local FROM prod.bikes"
    )
    assert not undrawable(Dashboard("Bikes", (replace(BIKES, statement=statement, parameters=()),)), FACTS)


@pytest.mark.parametrize("name", ["hours", "datasource"])
def test_a_picker_with_the_name_of_another_variable_is_refused(name: str) -> None:
    statement = Statement(
        "bikes.of", f"SELECT place, at_local, bikes FROM prod.bikes WHERE dt = :day AND place IN (:{name})"
    )
    panel = replace(OF_PLACE, statement=statement, parameters=("day", name))
    with pytest.raises(DefinitionError, match=f"a variable '{name}' of its own"):
        content(panel, pickers=(replace(PLACE, name=name),))


def test_a_day_of_tables_without_days_is_refused() -> None:
    statement = Statement("trams.of", "SELECT at, at_local, bikes FROM prod.trams WHERE x = :day")
    with pytest.raises(DefinitionError, match="takes :day, and none of its tables has days"):
        content(replace(BIKES, statement=statement, instant="at", parameters=("day",)))


_PANELS = st.lists(st.tuples(st.sampled_from([*PanelKind]), st.booleans()), max_size=12).map(
    lambda kinds: [
        replace(BIKES, name=f"p{index}", kind=kind, half_width=half) for index, (kind, half) in enumerate(kinds)
    ]
)


@given(_PANELS)
def test_panels_stand_in_their_order_within_the_grid_and_never_over_each_other(panels: list[Panel]) -> None:
    found = [place for _, place in places(panels)]
    assert all(place["x"] + place["w"] <= COLUMNS for place in found)
    assert [(place["y"], place["x"]) for place in found] == sorted((place["y"], place["x"]) for place in found)
    for one, other in combinations(found, 2):
        assert one["y"] + one["h"] <= other["y"] or one["x"] + one["w"] <= other["x"]


def test_panels_have_numbers_of_their_own() -> None:
    names = [f"panel-{number}" for number in range(60_000)]  # of which two have one digest
    found = numbers(names)
    assert len({*found.values()}) == len(names)
    assert min(found.values()) > 0
    assert max(found.values()) < 2**31
