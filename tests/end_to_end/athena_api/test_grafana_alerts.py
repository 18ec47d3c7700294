"""Every alert's query, with macros as Grafana puts them in, through the endpoint: on a lake that is well, and on one
that is not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from millrace.infra.project.project import Project
from millrace.infra.runtime.local import LocalRuntime
from millrace.project.folder import shipped_folder
from millrace.settings import Settings
from millrace.usecases.audit import audit_rows
from millrace.usecases.definitions.dashboards import rendered_alerts
from millrace.usecases.polls import poll_once
from tests.end_to_end.athena_api.athena_lake import Served, finished, served
from tests.end_to_end.feed import response, serving
from tests.end_to_end.small_lake import NOON, SOURCE, answer, lake_at, run
from tests.unit.dashboards.grafana.expansion import Viewer

RULES = {one.uid.removeprefix("millrace-"): one.content for one in rendered_alerts(Project(shipped_folder()))}
WEEK = timedelta(days=7)
TABLE = "staging.taxi_position"
MINUTES = 14  # two rounds of the feed's numbers
END = NOON + timedelta(minutes=MINUTES)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some minutes from noon of a day, and of the same day of the two weeks before; run and audited."""
    home = tmp_path_factory.mktemp("alerts") / "lake"
    with serving(answer) as url, lake_at(home, url) as runtime:
        for week in range(3):
            poll_from(runtime, NOON - week * WEEK, MINUTES)
        run(runtime)
        run(runtime, "polls")
        assert audit_rows(runtime, [], lambda done, of: None)[1] == []
    return home


def poll_from(runtime: LocalRuntime, at: datetime, minutes: int) -> None:
    for minute in range(minutes):
        assert poll_once(runtime, SOURCE, (at + timedelta(minutes=minute)).isoformat()).delivered


@dataclass(frozen=True)
class AlertNumbers:
    """What a rule finds: the number of each series, by its labels, and the series for which it fires."""

    numbers: Mapping[str, float]
    firing: frozenset[str]


def told(endpoint: Served, name: str, now: datetime) -> AlertNumbers:
    """The rule at a moment, as Grafana evaluates it: the newest number of each series, against the threshold."""
    rule = RULES[name]
    query, reduced, compared = rule["data"]
    span, evaluator = query["relativeTimeRange"], compared["model"]["conditions"][0]["evaluator"]
    ends = now.astimezone(ZoneInfo("America/New_York"))
    eyes = Viewer(ends - timedelta(seconds=span["from"]), ends - timedelta(seconds=span["to"]))
    athena = endpoint.client()
    execution = finished(athena, eyes.sees(query["model"]["rawSQL"]))
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    answered = athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])["ResultSet"]
    types = [column["Type"] for column in answered["ResultSetMetadata"]["ColumnInfo"]]
    assert types == ["timestamp", "varchar", "double"], "a number, its series and its time: what Grafana reduces"
    rows = [[datum["VarCharValue"] for datum in row["Data"]] for row in answered["Rows"][1:]]
    numbers = {series: float(number) for _, series, number in rows}
    assert len(numbers) == len(rows), "one number per series"
    assert (reduced["model"]["reducer"], evaluator["type"]) == ("last", "gt")
    [limit] = evaluator["params"]
    return AlertNumbers(numbers, frozenset(series for series, number in numbers.items() if number > limit))


@pytest.fixture(scope="module")
def well(home: Path) -> Iterator[Served]:
    with served(home) as endpoint:
        yield endpoint


@pytest.mark.parametrize(
    ("name", "now", "numbers"),
    [
        ("stale-data", END, {SOURCE}),
        ("unusual-level", END, {SOURCE}),
        ("quality-failure", None, {TABLE, "staging.poll"}),
        ("ledger-out-of-balance", None, {f"raw.{SOURCE}"}),
    ],
)
def test_on_a_lake_that_is_well_no_alert_fires(
    well: Served, name: str, now: datetime | None, numbers: set[str]
) -> None:
    """Rules and audits are of the machine's time, polls of the feed's."""
    found = told(well, name, now or datetime.now(UTC) + timedelta(seconds=2))
    assert {*found.numbers} >= numbers
    assert found.firing == frozenset()


def no_poll_since(runtime: LocalRuntime) -> datetime:
    return END + timedelta(minutes=65)


def nothing_new(runtime: LocalRuntime) -> datetime:
    """Polls go on, and the feed's newest snapshot stays the same, for longer than the source's objective."""
    newest = answer(END - timedelta(minutes=1))
    with serving(lambda asked: newest) as url, lake_at(runtime.home, url) as polled:
        for minute in range(0, 13, 3):
            poll_once(polled, SOURCE, (END + timedelta(minutes=minute)).isoformat())
        run(polled, "polls")
    return END + timedelta(minutes=13)


def failed_rule(runtime: LocalRuntime) -> datetime:
    """A newer run of one table with a rule that failed, and one that only warns."""
    [passed, *_] = runtime.runs.quality(table=TABLE)
    at = datetime.now(UTC)
    failed = replace(passed, run_id="later", verdict="fail", action="stop", evaluated_at=at)
    runtime.runs.save_quality([failed, replace(failed, rule="another", action="warn")])
    return at + timedelta(seconds=1)


def many_more_taxis(runtime: LocalRuntime) -> datetime:
    """Seven minutes with ten times as many taxis as usual at most."""

    def crowded(asked: datetime | None) -> tuple[int, bytes]:
        assert asked is not None
        return 200, response([f"[{103.8 + taxi / 1000:.3f},1.35]" for taxi in range(70)], asked)

    with serving(crowded) as url, lake_at(runtime.home, url) as polled:
        poll_from(polled, END, 7)
        run(polled, "polls")
    return END + timedelta(minutes=7)


def lost_object(runtime: LocalRuntime) -> datetime:
    """The raw objects of one day are gone."""
    shutil.rmtree(next((runtime.home / "raw").rglob(f"dt={NOON:%Y-%m-%d}")))
    assert audit_rows(runtime, [], lambda done, of: None)[1] != []
    return datetime.now(UTC) + timedelta(seconds=2)


@pytest.fixture
def copy(home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(home, tmp_path / "lake"))


@pytest.mark.parametrize(
    ("name", "make", "series"),
    [
        ("stale-data", no_poll_since, SOURCE),
        ("stale-data", nothing_new, SOURCE),
        ("quality-failure", failed_rule, TABLE),
        ("unusual-level", many_more_taxis, SOURCE),
        ("ledger-out-of-balance", lost_object, f"raw.{SOURCE}"),
    ],
)
def test_on_a_lake_that_is_unwell_the_alert_fires(
    copy: Path, name: str, make: Callable[[LocalRuntime], datetime], series: str
) -> None:
    with LocalRuntime.existing(Settings(home=copy, feed="simulated")) as runtime:
        now = make(runtime)
    with served(copy) as endpoint:
        found = told(endpoint, name, now)
    assert found.firing == {series}, found.numbers


def test_where_no_audit_was_made_in_two_days_there_is_no_data_which_fires(well: Served) -> None:
    assert told(well, "ledger-out-of-balance", datetime.now(UTC) + timedelta(days=2, minutes=1)).numbers == {}
    assert RULES["ledger-out-of-balance"]["noDataState"] == "Alerting"
