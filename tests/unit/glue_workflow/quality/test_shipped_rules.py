"""The shipped rule files, on good data and on each fault that their rules are for."""

# ruff: noqa: DTZ001  (an engine gives and takes naive UTC)

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from millrace.athena_sql.ports import Column, Value
from millrace.errors import UnknownName
from millrace.glue_workflow.quality.evaluation.evaluator import evaluate
from millrace.glue_workflow.quality.evaluation.history import FakeHistory
from millrace.glue_workflow.quality.language.printing import print_ruleset
from millrace.glue_workflow.quality.loading.parsing import parse
from tests.shipped import PIPELINES, TABLES
from tests.unit.glue_workflow.quality.duckdb_engine import SampleEngine

StagedRows = list[tuple[Value, ...]]

START = datetime(2024, 5, 30, 4)
POLL = [
    Column("poll_id", "string"), Column("source", "string"), Column("requested_at", "timestamp"),
    Column("polled_at", "timestamp"), Column("outcome", "string"), Column("recorded_outcome", "string"),
    Column("acceptance", "string"), Column("snapshot_id", "string"),
    Column("observed_at", "timestamp"), Column("hour_local", "timestamp"), Column("http_status", "int"),
    Column("tries", "int"), Column("duration_ms", "int"), Column("bytes", "bigint"), Column("entities", "int"),
    Column("reason", "string"), Column("interval_seconds", "int"), Column("stale_after_seconds", "int"),
    Column("source_object", "string"), Column("loaded_at", "timestamp"), Column("run_id", "string"),
    Column("dt", "date"),
]  # fmt: skip

TAXI = list(TABLES.table("staging.taxi_position").columns)
RAIN = list(TABLES.table("staging.rain_station").columns)


@pytest.fixture
def engine() -> Iterator[SampleEngine]:
    made = SampleEngine()
    yield made
    made.close()


def taxi(minute: int = 0, taxi: int = 0, **other: Value) -> tuple[Value, ...]:
    at = START + timedelta(minutes=minute)
    row: dict[str, Value] = {
        "observed_at": at, "observed_at_local": at + timedelta(hours=8),
        "longitude": Decimal("103.6") + Decimal(taxi) / 1000, "latitude": Decimal("1.3"),
        "snapshot_id": f"taxi-{at:%H%M}", "source_object": "raw/a", "loaded_at": START, "run_id": "r",
        "dt": date(2024, 5, 30),
    }  # fmt: skip
    return tuple((row | other).values())


def rain(minute: int = 0, station: int = 0, **other: Value) -> tuple[Value, ...]:
    at = START + timedelta(minutes=minute)
    row: dict[str, Value] = {
        "observed_at": at, "observed_at_local": at + timedelta(hours=8), "station_id": f"S{station}", "name": "x",
        "longitude": Decimal("103.8"), "latitude": Decimal("1.3"), "rainfall_mm": Decimal(station) / 10,
        "snapshot_id": f"rain-{at:%H%M}", "source_object": "raw/a", "repetition": 1, "loaded_at": START, "run_id": "r",
        "dt": date(2024, 5, 30),
    }  # fmt: skip
    return tuple((row | other).values())


def poll(number: int = 0, **other: Value) -> tuple[Value, ...]:
    row = dict.fromkeys(column.name for column in POLL) | {
        "poll_id": f"p{number}", "source": "taxi", "requested_at": START, "polled_at": START, "outcome": "accepted",
        "recorded_outcome": "delivered", "acceptance": "accepted", "snapshot_id": "s", "observed_at": START, "tries": 1,
        "duration_ms": 5, "reason": "", "interval_seconds": 60,
    }  # fmt: skip
    return tuple((row | other).values())


def troubles(
    engine: SampleEngine, name: str, table: str, columns: Sequence[Column], rows: StagedRows
) -> dict[str, str]:
    engine.add(table, columns, rows)
    results = evaluate(
        PIPELINES.ruleset(PIPELINES.refinement(name)),
        engine=engine,
        table=table,
        columns=columns,
        history=FakeHistory(),
        logical_time=START,
    )
    assert [result.message for result in results if result.verdict == "error"] == []
    return {result.rule.split("\n")[0]: result.action for result in results if result.action != "none"}


GOOD = [taxi(minute, number) for minute in range(3) for number in range(100)]
TWO_SNAPSHOTS = [*GOOD, taxi(1, snapshot_id="other")]
REPEATED = [taxi(0, 0)] * 100


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (GOOD, []),
        ([], [("RowCount > 0", "stop")]),
        ([*GOOD, taxi(1, observed_at=None)], [("IsComplete \"observed_at\"", "stop")]),
        (
            [*GOOD, taxi(1, longitude=None)],
            [("Completeness \"longitude\"", "set_aside"), ("ColumnValues \"longitude\"", "set_aside")],
        ),
        ([*GOOD, taxi(1, latitude=Decimal("1.5"))], [("ColumnValues \"latitude\"", "set_aside")]),
        ([*GOOD, *[taxi(2, n, latitude=Decimal(5)) for n in range(20)]], [("ColumnValues \"latitude\"", "stop")]),
        (TWO_SNAPSHOTS, [("CustomSql", "stop")]),
        (REPEATED, [("Uniqueness", "warn")]),
    ],
)  # fmt: skip
def test_the_taxi_rules(engine: SampleEngine, rows: StagedRows, expected: list[tuple[str, str]]) -> None:
    found = troubles(engine, "taxi_availability", "staging.taxi_position", TAXI, rows)
    assert len(found) == len(expected)
    for (rule, action), (start, wanted) in zip(found.items(), expected, strict=True):
        assert rule.startswith(start)
        assert action == wanted


SHOWER = [rain(minute, station) for minute in (0, 5) for station in range(60)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (SHOWER, []),
        ([], [("RowCount > 0", "stop")]),
        ([*SHOWER, rain(5, 60, station_id=None)], [('IsComplete "station_id"', "stop"), ("IsPrimaryKey", "warn")]),
        ([*SHOWER, rain(5, 60, longitude=None)], [('ColumnValues "longitude"', "set_aside")]),
        ([*SHOWER, rain(5, 60, rainfall_mm=None)], [('ColumnValues "rainfall_mm"', "set_aside")]),
        ([*SHOWER, rain(5, 60, rainfall_mm=Decimal(-1))], [('ColumnValues "rainfall_mm"', "set_aside")]),
        ([*SHOWER, *[rain(10, n, latitude=Decimal(5)) for n in range(60)]], [('ColumnValues "latitude"', "stop")]),
        ([*SHOWER, rain(5, 59)], [("IsPrimaryKey", "warn")]),
        ([*SHOWER, rain(5, 60, snapshot_id="other")], [("CustomSql", "stop")]),
    ],
)
def test_the_rain_rules(engine: SampleEngine, rows: StagedRows, expected: list[tuple[str, str]]) -> None:
    found = troubles(engine, "rainfall", "staging.rain_station", RAIN, rows)
    assert len(found) == len(expected)
    for (rule, action), (start, wanted) in zip(found.items(), expected, strict=True):
        assert rule.startswith(start)
        assert action == wanted


FAILED = {"outcome": "failed", "snapshot_id": None, "observed_at": None}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([poll(1), poll(2, outcome="duplicate"), poll(3, **FAILED, reason="timeout")], []),
        ([], ["RowCount > 0"]),
        ([poll(1), poll(1)], ['IsUnique "poll_id"']),
        ([poll(1, outcome="lost", reason="x")], ['ColumnValues "outcome" in $outcomes']),
        ([poll(1, snapshot_id=None)], ["IsComplete \"snapshot_id\" where \"outcome in ('accepted', 'duplicate')\""]),
        ([poll(1, **FAILED)], ["ColumnLength \"reason\" > 0 where \"outcome in ('quarantined', 'failed')\""]),
        (
            [poll(1, acceptance="lost"), poll(2, **FAILED, reason="x", recorded_outcome="failed", acceptance=None)],
            ['ColumnValues "acceptance" in ["accepted", "duplicate"] where "recorded_outcome = \'delivered\'"'],
        ),
        ([poll(1, tries=-1)], ['ColumnValues "tries" >= 0']),
    ],
)
def test_the_poll_rules(engine: SampleEngine, rows: StagedRows, expected: list[str]) -> None:
    assert list(troubles(engine, "polls", "staging.poll", POLL, rows)) == expected


@pytest.mark.parametrize(
    ("name", "table", "columns", "rows", "scans"),
    [
        (
            "taxi_availability",
            "staging.taxi_position",
            TAXI,
            GOOD,
            3,
        ),  # one shared; CustomSql and Uniqueness need theirs
        ("polls", "staging.poll", POLL, [poll(1)], 1),
    ],
)
def test_rules_that_can_share_a_scan_do(
    engine: SampleEngine, name: str, table: str, columns: Sequence[Column], rows: StagedRows, scans: int
) -> None:
    troubles(engine, name, table, columns, rows)
    assert sum(statement.sql.count('FROM "staging".') for statement in engine.ran) == scans


def test_every_shipped_rule_file_can_be_loaded() -> None:
    assert list(PIPELINES.rules) == ["polls", "rainfall", "taxi_availability"]
    for workflow in PIPELINES.refinements.values():
        ruleset = PIPELINES.ruleset(workflow)
        assert ruleset.rules
        assert parse(print_ruleset(ruleset)) == ruleset
    with pytest.raises(UnknownName, match="Choose one of: polls, rainfall, taxi_availability"):
        PIPELINES.ruleset(replace(PIPELINES.refinement("polls"), rules="nothing"))
