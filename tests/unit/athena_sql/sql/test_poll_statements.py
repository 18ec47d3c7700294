from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from millrace.athena_sql.ports import ViewData
from millrace.glue_workflow.lake_tables import utc_offsets
from tests.shipped import TABLES
from tests.unit.athena_sql.sql_lake import SINGAPORE, SqlLake, attempt

DAY = "2024-05-30"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"2024-05-{text}")


@pytest.fixture
def polls(lake: SqlLake) -> SqlLake:
    lake.tables.data["ops.polls"] = ViewData(TABLES.statement("ops.polls"))
    lake.tables.data["ops.utc_offsets"] = utc_offsets({"taxi_availability": SINGAPORE})
    return lake


def freshness(lake: SqlLake, *partitions: str) -> list[dict[str, Any]]:
    lake.build("staging.poll", *(partitions or (DAY,)))
    lake.build("prod.poll_freshness", *(partitions or (DAY,)))
    return lake.sql("SELECT * FROM prod.poll_freshness ORDER BY source, hour_start").dicts()


def column(rows: list[dict[str, Any]], *names: str) -> list[Any]:
    return [tuple(row[name] for name in names) if len(names) > 1 else row[names[0]] for row in rows]


def test_an_attempt_is_a_row_with_every_field(polls: SqlLake) -> None:
    record = attempt(1, "2024-05-30 08:30:05", observed="2024-05-30 08:29:58", polled="2024-05-30 08:30:06")
    [key] = polls.deliver("polls", [record])
    assert polls.sql("SELECT * FROM ops.polls").dicts() == [
        {
            "poll_id": "poll-0001",
            "source": "taxi_availability",
            "requested_at": utc("30 00:30:05"),
            "polled_at": utc("30 00:30:06"),
            "outcome": "accepted",
            "recorded_outcome": "delivered",
            "acceptance": "accepted",
            "snapshot_id": "taxi_availability-2024-05-30 00:29:58",
            "observed_at": utc("30 00:29:58"),
            "hour_local": utc("30 08:00:00"),
            "hour_start": utc("30 00:00:00"),
            "http_status": 200,
            "tries": 1,
            "duration_ms": 120,
            "bytes": 90_000,
            "entities": 4_000,
            "reason": "",
            "interval_seconds": 60,
            "stale_after_seconds": 300,
            "source_object": key,
            "dt": date(2024, 5, 30),
        }
    ]


def test_fields_that_a_failed_attempt_lacks_are_null(polls: SqlLake) -> None:
    polls.deliver("polls", [attempt(1, "2024-05-30 00:10:00", "failed")])
    polls.build("staging.poll", DAY)
    [row] = polls.sql("SELECT * FROM staging.poll").dicts()
    assert [
        row[name]
        for name in (
            "outcome",
            "recorded_outcome",
            "acceptance",
            "snapshot_id",
            "observed_at",
            "http_status",
            "entities",
        )
    ] == [
        "failed",
        "failed",
        None,
        None,
        None,
        None,
        None,
    ]
    assert (row["hour_local"], row["hour_start"]) == (utc("30 00:00:00"), utc("29 16:00:00"))
    assert (row["reason"], row["run_id"], row["dt"]) == ("not plausible", "run-1", date(2024, 5, 30))


def test_of_the_attempts_that_gave_one_snapshot_the_first_is_accepted(polls: SqlLake) -> None:
    same = "2024-05-30 08:00:00"
    polls.deliver(
        "polls",
        [attempt(3, "2024-05-30 08:02:00", observed=same), attempt(2, "2024-05-30 08:01:00", observed=same)],
        [attempt(1, "2024-05-30 08:01:00", observed=same), attempt(4, "2024-05-30 08:03:00", "quarantined")],
    )
    polls.build("staging.poll", DAY)
    assert polls.rows("SELECT poll_id, outcome, recorded_outcome, acceptance FROM staging.poll ORDER BY poll_id") == [
        ("poll-0001", "accepted", "delivered", "accepted"),  # polled when the second was; the lower id goes first
        ("poll-0002", "duplicate", "delivered", "duplicate"),
        ("poll-0003", "duplicate", "delivered", "duplicate"),
        ("poll-0004", "quarantined", "quarantined", None),
    ]


def test_an_attempt_record_delivered_again_is_one_attempt(polls: SqlLake) -> None:
    record = attempt(1, "2024-05-30 08:00:00")
    polls.deliver("polls", [record, record], [record])
    assert polls.rows("SELECT count(*), min(outcome), max(outcome) FROM ops.polls") == [(1, "accepted", "accepted")]


def test_a_predicate_on_dt_skips_the_objects_of_other_days(polls: SqlLake) -> None:
    _, other = polls.deliver("polls", [attempt(1, "2024-05-30 08:00:00")], [attempt(2, "2024-05-31 08:00:00")])
    (polls.root / other).write_bytes(gzip.compress(b"not a record\n"))
    assert polls.rows("SELECT poll_id FROM ops.polls WHERE dt = DATE '2024-05-30'") == [("poll-0001",)]


def test_an_hour_without_a_gap(polls: SqlLake) -> None:
    polls.deliver("polls", [attempt(minute, f"2024-05-30 08:{minute:02d}:00") for minute in range(60)])
    [row] = freshness(polls)
    assert row == {
        "source": "taxi_availability",
        "hour_start": utc("30 00:00:00"),
        "hour_local": utc("30 08:00:00"),
        "expected": 60,
        "attempted": 60,
        "accepted": 60,
        "duplicate": 0,
        "quarantined": 0,
        "failed": 0,
        "gaps": 0,
        "longest_gap_minutes": 0,
        "loaded_at": utc("31 01:02:03"),
        "run_id": "run-1",
        "dt": date(2024, 5, 30),
    }


def test_irregular_seconds_make_no_gap(polls: SqlLake) -> None:
    jitter = [0, 14, -14, 0, 29, 1]
    seconds = [8 * 3600 + 60 + 60 * minute + late for minute, late in enumerate(jitter)]
    times = [f"2024-05-30 {at // 3600:02d}:{at // 60 % 60:02d}:{at % 60:02d}" for at in seconds]
    polls.deliver("polls", [attempt(number, time) for number, time in enumerate(times)])
    assert column(freshness(polls), "expected", "accepted", "gaps") == [(6, 6, 0)]


def test_a_feed_that_lags_behind_makes_no_gap_at_the_end(polls: SqlLake) -> None:
    polls.deliver(
        "polls",
        [
            attempt(minute, f"2024-05-30 08:0{minute}:00", observed=f"2024-05-30 08:0{minute - 1}:20")
            for minute in (1, 2)
        ],
    )
    assert column(freshness(polls), "expected", "accepted", "gaps") == [(2, 2, 0)]


def test_a_slot_beyond_the_windows_end_counts_in_its_last_hour(polls: SqlLake) -> None:
    # After 08:58:20, slots at 08:59:20 and 09:00:20; the last attempt is 95 seconds later, which is nearer to two.
    times = {"2024-05-30 08:57:20": "delivered", "2024-05-30 08:58:20": "delivered", "2024-05-30 08:59:55": "failed"}
    polls.deliver("polls", [attempt(number, time, outcome) for number, (time, outcome) in enumerate(times.items())])
    assert column(freshness(polls), "expected", "accepted", "failed", "gaps") == [(4, 2, 1, 2)]


def test_missing_slots_count_in_their_own_hours(polls: SqlLake) -> None:
    # 08:58, then nothing until 11:01: missing are 08:59, all of 09 and 10, and 11:00.
    polls.deliver("polls", [attempt(1, "2024-05-30 08:57:00"), attempt(2, "2024-05-30 08:58:00")])
    polls.deliver("polls", [attempt(3, "2024-05-30 11:01:00")])
    rows = freshness(polls)
    assert column(rows, "hour_local") == [utc(f"30 {hour:02d}:00:00") for hour in (8, 9, 10, 11)]
    assert column(rows, "expected", "attempted", "gaps", "longest_gap_minutes") == [
        (3, 2, 1, 123),
        (60, 0, 60, 123),
        (60, 0, 60, 123),
        (2, 1, 1, 123),
    ]


def test_failures_at_the_edges_of_the_window_are_gaps(polls: SqlLake) -> None:
    outcomes = ["failed", "quarantined", "delivered", "delivered", "failed"]
    polls.deliver(
        "polls", [attempt(minute, f"2024-05-30 08:{minute:02d}:00", outcome) for minute, outcome in enumerate(outcomes)]
    )
    [row] = freshness(polls)
    assert column([row], "expected", "attempted", "accepted", "quarantined", "failed") == [(5, 5, 2, 1, 2)]
    assert column([row], "gaps", "longest_gap_minutes") == [(3, 2)]


def test_a_source_without_a_single_snapshot_misses_every_slot(polls: SqlLake) -> None:
    polls.deliver("polls", [attempt(minute, f"2024-05-30 08:{minute:02d}:00", "failed") for minute in (0, 1, 2)])
    assert column(freshness(polls), "expected", "accepted", "failed", "gaps") == [(3, 0, 3, 3)]


def test_a_frozen_feed_is_a_gap_for_as_long_as_it_was_asked(polls: SqlLake) -> None:
    polls.deliver(
        "polls",
        [
            attempt(hour, f"2024-05-{day} {hour % 24:02d}:00:00", observed="2024-05-30 22:00:00", interval_seconds=3600)
            for hour, day in ((22, 30), (23, 30), (24, 31), (25, 31))
        ],
    )
    rows = freshness(polls)
    assert column(rows, "hour_local", "expected", "accepted", "duplicate", "gaps") == [
        (utc("30 22:00:00"), 1, 1, 3, 0),
        (utc("30 23:00:00"), 1, 0, 0, 1),  # the day ends at midnight, and so does the window
    ]


def test_a_day_begins_at_midnight_in_singapore(polls: SqlLake) -> None:
    polls.deliver("polls", [attempt(1, "2024-05-29 23:58:00"), attempt(2, "2024-05-29 23:59:00")])
    polls.deliver("polls", [attempt(3, "2024-05-30 00:00:00")])
    rows = freshness(polls, "2024-05-29", DAY)
    assert column(rows, "dt", "hour_start", "hour_local", "expected", "accepted", "gaps") == [
        (date(2024, 5, 29), utc("29 15:00:00"), utc("29 23:00:00"), 2, 2, 0),
        (date(2024, 5, 30), utc("29 16:00:00"), utc("30 00:00:00"), 1, 1, 0),
    ]


def test_sources_are_counted_separately(polls: SqlLake) -> None:
    polls.deliver(
        "polls",
        [attempt(1, "2024-05-30 08:00:00"), attempt(2, "2024-05-30 08:01:00")],
        [
            attempt(3, "2024-05-30 08:00:00", source="carpark", interval_seconds=300),
            attempt(4, "2024-05-30 08:15:00", source="carpark", interval_seconds=300),
        ],
    )
    assert column(freshness(polls), "source", "expected", "accepted", "gaps", "longest_gap_minutes") == [
        ("carpark", 4, 2, 2, 15),
        ("taxi_availability", 2, 2, 0, 0),
    ]


# A zone, a local day on which its clocks change (or not), and how many hours long that day is.
DAYS = {
    "forward in New York": ("America/New_York", "2024-03-10", 23.0),
    "back in New York": ("America/New_York", "2024-11-03", 25.0),
    "no midnight in Sao Paulo": ("America/Sao_Paulo", "2018-11-04", 23.0),
    "two midnights in Sao Paulo": ("America/Sao_Paulo", "2018-02-17", 25.0),
    "no midnight in Cairo": ("Africa/Cairo", "2024-04-26", 23.0),
    "two midnights in Cairo": ("Africa/Cairo", "2024-10-31", 25.0),
    "no midnight in Beirut": ("Asia/Beirut", "2024-03-31", 23.0),
    "two midnights in Beirut": ("Asia/Beirut", "2024-10-26", 25.0),
    "half an hour forward on Lord Howe Island": ("Australia/Lord_Howe", "2024-10-06", 23.5),
    "half an hour back on Lord Howe Island": ("Australia/Lord_Howe", "2024-04-07", 24.5),
    "a half-hour offset in Kolkata": ("Asia/Kolkata", "2024-11-03", 24.0),
    "an ordinary day in New York": ("America/New_York", "2024-11-04", 24.0),
}


def instants(zone: ZoneInfo, day: str, minutes: int) -> list[datetime]:
    """Every so many minutes, the instants whose local date is this day."""
    noon = datetime.fromisoformat(f"{day} 12:00:00").replace(tzinfo=UTC)
    near = [noon + timedelta(minutes=minutes * step) for step in range(-48 * 60 // minutes, 48 * 60 // minutes)]
    return [at for at in near if f"{at.astimezone(zone):%Y-%m-%d}" == day]


def local_hours(zone: ZoneInfo, times: list[datetime]) -> list[tuple[datetime, datetime]]:
    """Start in UTC and local time of each run of minutes with the same local hour and offset."""
    found: dict[tuple[Any, ...], tuple[datetime, datetime]] = {}
    for at in times:
        there = at.astimezone(zone)
        found.setdefault((there.hour, there.utcoffset()), (at.replace(tzinfo=None), there.replace(tzinfo=None)))
    return sorted(found.values())


@pytest.mark.parametrize(("name", "day", "length"), DAYS.values(), ids=DAYS)
def test_each_hour_of_a_day_has_its_local_time_and_its_slots(
    polls: SqlLake, name: str, day: str, length: float
) -> None:
    zone = ZoneInfo(name)
    polls.tables.data["ops.utc_offsets"] = utc_offsets({"taxi_availability": zone})
    slots = instants(zone, day, 5)
    assert len(slots) == length * 12
    attempts = [attempt(number, at.isoformat(), interval_seconds=300, zone=zone) for number, at in enumerate(slots)]
    polls.deliver("polls", attempts)
    rows = freshness(polls, day)
    assert column(rows, "hour_start", "hour_local") == local_hours(zone, instants(zone, day, 1))
    assert column(rows, "attempted") == column(rows, "accepted") == column(rows, "expected")
    assert sum(column(rows, "expected")) == length * 12
    assert set(column(rows, "gaps")) == {0}


@pytest.mark.parametrize(("name", "day", "length"), DAYS.values(), ids=DAYS)
def test_a_gap_over_the_whole_day_is_missing_in_every_hour(polls: SqlLake, name: str, day: str, length: float) -> None:
    zone = ZoneInfo(name)
    polls.tables.data["ops.utc_offsets"] = utc_offsets({"taxi_availability": zone})
    slots = instants(zone, day, 5)
    ends = (slots[0], slots[-1])
    polls.deliver("polls", [attempt(at.hour, at.isoformat(), interval_seconds=300, zone=zone) for at in ends])
    rows = freshness(polls, day)
    assert column(rows, "hour_start", "hour_local") == local_hours(zone, instants(zone, day, 1))
    assert sum(column(rows, "expected")) == length * 12
    assert sum(column(rows, "gaps")) == length * 12 - 2
    assert set(column(rows, "longest_gap_minutes")) == {length * 60 - 5}


@pytest.mark.parametrize(("name", "day", "length"), DAYS.values(), ids=DAYS)
def test_a_frozen_feed_is_a_gap_to_the_end_of_its_local_day(polls: SqlLake, name: str, day: str, length: float) -> None:
    zone = ZoneInfo(name)
    polls.tables.data["ops.utc_offsets"] = utc_offsets({"taxi_availability": zone})
    first = instants(zone, day, 5)[0]
    polls.deliver(
        "polls",
        [
            attempt(
                hour,
                (first + timedelta(hours=hour)).isoformat(),
                observed=first.isoformat(),
                zone=zone,
                interval_seconds=300,
            )
            for hour in range(48)
        ],
    )
    rows = freshness(polls, day)
    assert sum(column(rows, "expected")) == length * 12
    assert sum(column(rows, "gaps")) == length * 12 - 1


def test_attempts_of_a_source_that_is_gone_go_by_their_own_offset(polls: SqlLake) -> None:
    polls.tables.data["ops.utc_offsets"] = utc_offsets({"another": ZoneInfo("America/New_York")})
    polls.deliver("polls", [attempt(1, "2024-05-30 00:00:00"), attempt(2, "2024-05-30 23:59:00")])
    rows = freshness(polls)
    assert column(rows, "hour_local") == [utc(f"30 {hour:02d}:00:00") for hour in range(24)]
    assert [sum(column(rows, name)) for name in ("expected", "attempted", "gaps")] == [1440, 2, 1438]


def test_attempts_from_before_a_source_moved_to_another_zone_are_all_counted(polls: SqlLake) -> None:
    polls.tables.data["ops.utc_offsets"] = utc_offsets({"taxi_availability": ZoneInfo("America/New_York")})
    polls.deliver("polls", [attempt(1, "2024-05-30 00:00:00"), attempt(2, "2024-05-30 23:59:00")])
    polls.deliver("polls", [attempt(3, "2024-05-30 23:58:00", zone=ZoneInfo("America/New_York"))])
    rows = freshness(polls)
    assert sum(column(rows, "attempted")) == 3
