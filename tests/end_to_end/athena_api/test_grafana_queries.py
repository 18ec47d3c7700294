"""Every query of the rendered dashboards, with macros and variables as Grafana puts them in, through the endpoint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.foreign_texts import foreign_text
from millrace.dashboards.data.zones import LocalZones
from millrace.dashboards.grafana.parameters import LakeFacts, texts_of
from millrace.dashboards.grafana.targets import Json
from millrace.infra.project.project import Project
from millrace.project.folder import shipped_folder
from millrace.usecases.definitions.dashboards import rendered_dashboards
from tests.end_to_end.athena_api.athena_lake import finished, make_lake, rows, served
from tests.unit.dashboards.grafana.expansion import Viewer

NOON = datetime(2024, 5, 30, 12, tzinfo=timezone(timedelta(hours=8)))
SINGAPORE, VIEWED_FROM = ZoneInfo("Asia/Singapore"), ZoneInfo("America/New_York")
PANELS = [
    (one.content, panel)
    for one in rendered_dashboards(Project(shipped_folder())).values()
    for panel in one.content["panels"]
]


@pytest.fixture(scope="module")
def athena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    home = tmp_path_factory.mktemp("athena") / "lake"
    make_lake(home)
    with served(home) as endpoint:
        yield endpoint.client()


def viewer(athena: Any, dashboard: Mapping[str, Any], panel: Json) -> Viewer:
    """Who looks at the hour from noon, with the first options of variables, and all of those that take many.

    Runs and results of rules are of the machine's time, and looked at in the hour of it.
    """
    asked = " ".join(query["rawSQL"] for query in panel["targets"])
    of_runs = any(name in asked for name in ("started_at >=", "evaluated_at >="))
    since = datetime.now(UTC) - timedelta(minutes=59) if of_runs else NOON
    around = Viewer(since.astimezone(VIEWED_FROM), (since + timedelta(hours=1)).astimezone(VIEWED_FROM))
    chosen: dict[str, list[str]] = {}
    for one in dashboard["templating"]["list"]:
        if one["type"] == "query" and (one["name"] == "day" or f"${{{one['name']}:" in asked):
            sql = Viewer(around.since, around.until, chosen).sees(one["query"]["rawSQL"])
            options = [str(row[0]) for row in rows(athena, sql)]
            assert options, one["name"]
            chosen[one["name"]] = options if one["multi"] else options[:1]
        elif one["type"] == "custom":
            chosen[one["name"]] = [one["current"]["value"]]
    return Viewer(around.since, around.until, chosen)


@pytest.mark.parametrize(("dashboard", "panel"), PANELS, ids=[panel["title"] for _, panel in PANELS])
def test_every_query_of_a_panel_gives_what_its_chart_needs(
    athena: Any, dashboard: Mapping[str, Any], panel: Json
) -> None:
    eyes = viewer(athena, dashboard, panel)
    for query in panel["targets"]:
        sql = eyes.sees(query["rawSQL"])
        execution = finished(athena, sql)
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
        answer = athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])["ResultSet"]
        types = {column["Name"]: column["Type"] for column in answer["ResultSetMetadata"]["ColumnInfo"]}
        if query["format"] == 0:
            assert types.pop("time") == "timestamp"
            assert {*types.values()} <= {"double", "varchar"}
            assert "double" in types.values()
        is_usual_range = query["refId"] == "B" and panel["type"] == "timeseries"
        # Of one day; of a feed that was not polled; of a feed that gives nothing wrong.
        without_data = is_usual_range or "prod.rainfall" in sql or panel["title"] == "Rows set aside"
        assert (len(answer["Rows"]) > 1) is not without_data


def test_the_level_is_told_at_its_instants_in_utc(athena: Any) -> None:
    [(dashboard, panel)] = [one for one in PANELS if one[1]["title"] == "Taxis available"]
    found = rows(athena, viewer(athena, dashboard, panel).sees(panel["targets"][0]["rawSQL"]))
    assert [(at, float(hundreds or "nan")) for at, hundreds in found] == [
        (f"{NOON + timedelta(minutes=minute, seconds=-2, hours=-8):%Y-%m-%d %H:%M:%S}.000", (minute % 7 + 1) / 100)
        for minute in range(30)
    ]


@pytest.mark.parametrize(("hours", "count"), [("all", 30), ("window", 30)])
def test_business_hours_have_the_snapshots_of_noon(athena: Any, hours: str, count: int) -> None:
    [(dashboard, panel)] = [one for one in PANELS if one[1]["title"] == "Taxis available"]
    eyes = viewer(athena, dashboard, panel)
    sql = Viewer(eyes.since, eyes.until, {**eyes.chosen, "hours": [hours]}).sees(panel["targets"][0]["rawSQL"])
    assert len(rows(athena, sql)) == count
    night = sql.replace(">= 28800", ">= 72000").replace("< 72000", "< 86400")
    assert len(rows(athena, night)) == (count if hours == "all" else 0)


@pytest.mark.parametrize(
    ("days_later", "count"),
    [(0, 0), (1, 30), (2, 0), (28, 30), (29, 0)],
    ids=["same", "Friday", "Saturday", "28", "29"],
)
def test_comparable_days_are_those_before_the_local_day_of_the_ranges_end(
    athena: Any, days_later: int, count: int
) -> None:
    """The range ends at midnight in Singapore, which is the end of a day there, and 16:00 in UTC."""
    until = NOON + timedelta(days=days_later, hours=12)
    statement = Statement("test", "SELECT count(*) FROM prod.taxi_availability WHERE dt IN (:days)")
    facts = LakeFacts(LocalZones(SINGAPORE), frozenset())
    sql = foreign_text(statement, texts_of(["days"], SINGAPORE, facts))
    assert rows(athena, Viewer(until - timedelta(days=1), until).sees(sql)) == [[str(count)]]


def test_a_gap_in_polling_is_marked_with_its_source(athena: Any) -> None:
    dashboard, panel = PANELS[0]
    [query] = [one["target"] for one in dashboard["annotations"]["list"] if "target" in one]
    eyes = viewer(athena, dashboard, panel)
    assert rows(athena, eyes.sees(query["rawSQL"])) == [], "no poll is missing"
    all_hours = query["rawSQL"].replace("gaps > 0", "gaps >= 0")
    [[at, tags, text], *_] = rows(athena, eyes.sees(all_hours))
    assert (at, tags) == ("2024-05-30 04:00:00.000", "taxi_availability")
    assert text == "taxi_availability: 0 snapshots missing, at most 0 minutes between two"
