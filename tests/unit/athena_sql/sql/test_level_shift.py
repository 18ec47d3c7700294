"""prod.taxi_availability.suspect: hand-made days, a plain-Python model, and the recorded days."""

from __future__ import annotations

import csv
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millrace.athena_sql.ports import Column, RowData, Statement, Value, ViewData
from tests.recorded import COUNTS, needs_recordings
from tests.shipped import TABLES
from tests.unit.athena_sql.sql_lake import RUN, SqlLake

START = datetime(2024, 5, 30, 4)  # noqa: DTZ001 - stored times are naive UTC
COUNTED = (
    Column("observed_at", "timestamp"),
    Column("snapshot_id", "string"),
    Column("dt", "date"),
    Column("taxis", "int"),
)
Day = Sequence[tuple[datetime, int]]


def suspects(lake: SqlLake, *days: Day) -> list[datetime]:
    """The times of suspect counts. Each day is a partition; its counts become staged rows inside the engine."""
    rows: list[Mapping[str, Value]] = [
        {"observed_at": at, "snapshot_id": f"{at}", "dt": date(2024, 5, 30 + number), "taxis": count}
        for number, day in enumerate(days)
        for at, count in day
    ]
    staged = Statement(
        "staged",
        "SELECT observed_at, observed_at AS observed_at_local, snapshot_id, dt FROM test.counts"
        " INNER JOIN (SELECT n FROM UNNEST(sequence(1, 6000)) AS t (n)) AS numbers ON n <= taxis",
    )
    partitions = [date(2024, 5, 30 + number) for number in range(len(days))]
    found = lake.engine.query(
        TABLES.statement("prod.taxi_availability"),
        {**RUN, "partitions": partitions},
        {"staging.taxi_position": ViewData(staged), "test.counts": RowData(COUNTED, tuple(rows))},
    ).dicts()
    assert [row["taxis"] for row in found] == [count for day in days for _, count in day]
    return [row["observed_at"] for row in found if row["suspect"]]  # type: ignore[misc]


def every(minutes: int, counts: Sequence[int], start: datetime = START) -> Day:
    return [(start + timedelta(minutes=minutes * number), count) for number, count in enumerate(counts)]


def places(lake: SqlLake, minutes: int, counts: Sequence[int]) -> list[int]:
    """The positions of the suspect counts, of counts that are this many minutes apart."""
    day = [at for at, _ in every(minutes, counts)]
    return [day.index(at) for at in suspects(lake, every(minutes, counts))]


@pytest.mark.parametrize(
    ("minutes", "counts", "expected"),
    [
        (5, [30] * 6 + [5] + [30] * 3, [6]),
        (5, [30] * 6 + [9] + [30] * 3, [6]),
        (5, [30] * 6 + [10] + [30] * 3, []),  # a third is not under a third
        (5, [30] * 5 + [5] + [30] * 3, [5]),
        (5, [30] * 4 + [5] + [30] * 3, []),  # four snapshots are too few to judge by
        (5, [30] * 6 + [5] * 3 + [30] * 3, [6, 7, 8]),  # back 15 minutes after the fall
        (5, [30] * 6 + [5] * 4 + [30] * 3, []),  # 20 minutes: no part of it is flagged
        (5, [30] * 6 + [5] * 9, []),  # a lasting change of level
        (5, [30] * 6 + [5], []),  # not back yet
        (1, [30] * 5 + [5] * 30, []),  # the median soon follows, which is no recovery
        (5, [30, 30, 30, 36, 36, 36, 10, 33], [6]),  # median 33: 10 is under 11
        (5, [30, 30, 30, 33, 33, 33, 11, 33], []),  # median 31.5: 11 is not under 10.5
        (5, [31, 31, 31, 33, 33, 33, 10, 33], [6]),  # median 32: 10 is under 10.67
        (5, [30] * 13 + [90] * 7 + [21] + [90], [20]),  # of the hour before only: median 90 of 7 in 12
        (5, [5] * 6 + [30] * 6, []),  # a rise is no fall
    ],
)
def test_a_short_fall_is_suspect(lake: SqlLake, minutes: int, counts: list[int], expected: list[int]) -> None:
    assert places(lake, minutes, counts) == expected


def test_the_hour_before_leaves_out_what_is_older(lake: SqlLake) -> None:
    old = every(5, [30] * 8)
    later = old[-1][0] + timedelta(hours=1, seconds=1)
    assert suspects(lake, [*old, (later, 5), (later + timedelta(minutes=1), 30)]) == []


def test_a_partition_does_not_depend_on_the_others_in_the_batch(lake: SqlLake) -> None:
    first = every(5, [30] * 12)
    second = every(5, [5, 30, 30], first[-1][0] + timedelta(minutes=5))
    assert suspects(lake, first, second) == []


def model(day: Day) -> list[datetime]:
    found = []
    for at, count in day:
        before = [c for t, c in day if at - timedelta(hours=1) <= t < at]
        if len(before) < 5 or 3 * count >= statistics.median(before):
            continue
        normal = [t for t, c in day if 3 * c >= statistics.median(before)]
        earlier = [t for t in normal if at - timedelta(hours=1) <= t < at]
        after = [t for t in normal if t > at]
        fall = min(t for t, _ in day if t > max(earlier))
        if after and min(after) <= fall + timedelta(minutes=15):
            found.append(at)
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(30, 900), st.sampled_from([1, 2, 3, 4, 9, 10, 11, 30, 31, 33])), min_size=1, max_size=40
    )
)
def test_the_statement_agrees_with_a_plain_model(lake: SqlLake, steps: list[tuple[int, int]]) -> None:
    at, day = START, []
    for seconds, count in steps:
        at += timedelta(seconds=seconds)
        day.append((at, count))
    assert suspects(lake, day) == model(day)


@needs_recordings
def test_the_recorded_falls_are_flagged_the_500_among_them(lake: SqlLake) -> None:
    by_day: dict[date, list[tuple[datetime, int]]] = defaultdict(list)
    with COUNTS.open() as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["time"])
            if int(row["taxi_count"]):  # an empty answer is in quarantine
                by_day[at.date()].append((at, int(row["taxi_count"])))
    counts = {at: count for day in by_day.values() for at, count in day}
    flagged = {at: counts[at] for day in by_day.values() for at in model(day)}
    # 06:40 to 07:20 on 2 January: 1371 1385 754 3000 1500 500 967 1374 1500; on the 5th 4342 4364 1356 4330 4126.
    assert [(f"{at:%d %H:%M}", count) for at, count in flagged.items()] == [
        ("02 06:45", 754),
        ("02 07:00", 500),
        ("02 07:05", 967),
        ("05 16:55", 1356),
    ]
    for fall in flagged:
        near = [one for one in by_day[fall.date()] if abs(one[0] - fall) <= timedelta(minutes=90)]
        assert fall in suspects(lake, near)
        assert suspects(lake, near) == model(near)
