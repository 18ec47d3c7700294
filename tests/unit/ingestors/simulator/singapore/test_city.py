"""What the simulated city publishes: when, how much, where, in which form."""

from __future__ import annotations

import csv
import json
import math
import re
import statistics
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.ingestors.simulator.singapore.city import SINGAPORE, SimulatedCity
from millrace.ingestors.simulator.singapore.demand import rain
from millrace.ingestors.simulator.singapore.land import cell_of, on_land, street_cells

RECORDED = Path(__file__).parents[6] / "shared/data"
DAY = datetime(2024, 5, 30, tzinfo=SINGAPORE)  # a Thursday
CITY = SimulatedCity(1)

instants = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)).map(lambda time: time.replace(tzinfo=UTC))  # noqa: DTZ001


def document(instant: datetime, city: SimulatedCity = CITY) -> Any:
    return json.loads(city.snapshot(instant).document)


def taxis(instant: datetime, city: SimulatedCity = CITY) -> list[tuple[float, float]]:
    return [(x, y) for x, y in document(instant, city)["features"][0]["geometry"]["coordinates"]]


def count(instant: datetime, city: SimulatedCity = CITY) -> int:
    return int(document(instant, city)["features"][0]["properties"]["taxi_count"])


@pytest.fixture(scope="module")
def recorded_text() -> str:
    path = next(RECORDED.glob("taxi-availability-2019-02-01T142958.json"), None)
    return path.read_text() if path else pytest.skip("the recorded response is not beside the project")


@pytest.fixture(scope="module")
def recorded_days() -> list[dict[str, str]]:
    path = next(RECORDED.glob("taxi-counts-2019-01-01--10.csv"), None)
    if path is None:
        pytest.skip("the recorded counts are not beside the project")
    with path.open() as file:
        return [row for row in csv.DictReader(file) if int(row["taxi_count"]) > 500]


class TestTime:
    def test_a_day_polled_once_a_minute_gives_1440_snapshots_of_that_day(self) -> None:
        times = [CITY.snapshot_time(DAY + timedelta(minutes=minute)) for minute in range(1, 1441)]
        assert len(set(times)) == 1440
        assert {time.astimezone(SINGAPORE).date() for time in times} == {DAY.date()}

    @given(instants)
    def test_it_lies_1_to_16_seconds_before_a_half_minute(self, instant: datetime) -> None:
        assert 1 <= -CITY.snapshot_time(instant).timestamp() % 30 <= 16

    @settings(max_examples=25)
    @given(instants)
    def test_the_snapshot_is_the_newest_at_that_time(self, instant: datetime) -> None:
        taken = CITY.snapshot_time(instant)
        age = instant - taken
        assert timedelta(0) <= age < timedelta(seconds=45)
        between = range(math.floor(age.total_seconds()) + 1)
        assert {CITY.snapshot_time(taken + timedelta(seconds=second)) for second in between} == {taken}

    def test_there_is_one_snapshot_for_every_half_minute(self) -> None:
        times = {CITY.snapshot_time(DAY + timedelta(seconds=second)) for second in range(3600)}
        assert len(times) in (120, 121)

    def test_the_first_seconds_of_a_day_get_the_previous_days_snapshot(self) -> None:
        assert CITY.snapshot_time(DAY).astimezone(SINGAPORE).date() == DAY.date() - timedelta(days=1)

    def test_the_seconds_are_irregular(self) -> None:
        seconds = Counter(CITY.snapshot_time(DAY + timedelta(minutes=minute)).second for minute in range(1, 500))
        assert set(seconds) == set(range(44, 60))

    def test_the_document_carries_its_time_with_singapores_offset(self) -> None:
        text = document(DAY + timedelta(hours=14.5))["features"][0]["properties"]["timestamp"]
        assert re.fullmatch(r"2024-05-30T14:29:\d\d\+08:00", text)
        assert datetime.fromisoformat(text) == CITY.snapshot_time(DAY + timedelta(hours=14.5))


class TestDeterminism:
    @settings(max_examples=25, deadline=None)
    @given(instants)
    def test_the_same_seed_and_time_give_the_same_bytes_whatever_was_asked_before(self, instant: datetime) -> None:
        assert CITY.snapshot(instant).document == OTHER.snapshot(instant).document

    def test_concurrent_requests_in_any_order_change_nothing(self) -> None:
        asked = [DAY + timedelta(minutes=17 * k % 1440) for k in range(60)]
        city = SimulatedCity(1)
        alone = [CITY.snapshot(instant).document for instant in asked]
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(lambda instant: city.snapshot(instant).document, asked)) == alone

    def test_every_request_within_a_snapshots_life_gets_the_same_bytes(self) -> None:
        taken = CITY.snapshot_time(DAY + timedelta(hours=9))
        assert CITY.snapshot(taken).document == CITY.snapshot(taken + timedelta(seconds=13)).document

    def test_another_seed_is_another_day(self) -> None:
        mine, yours = taxis(DAY), taxis(DAY, SimulatedCity(2))
        assert len(set(mine) & set(yours)) < len(mine) / 100

    def test_some_taxis_wait_and_the_others_move_on(self) -> None:
        noon = DAY + timedelta(hours=12)
        now, soon, later = (set(taxis(noon + timedelta(minutes=m))) for m in (0, 1, 60))
        assert 0.2 < len(now & soon) / len(now) < 0.6
        assert len(now & later) / len(now) < 0.1


OTHER = SimulatedCity(1)


class TestForm:
    def test_around_the_coordinates_it_has_the_recorded_documents_form(self, recorded_text: str) -> None:
        def frame(text: str) -> str:
            without_taxis = re.sub(r"\[\[.*\]\]", "[[]]", text)
            return re.sub(r'"timestamp": "[^"]+", "taxi_count": \d+', "", without_taxis)

        assert frame(CITY.snapshot(DAY).document.decode()) == frame(recorded_text.strip())

    @settings(max_examples=10, deadline=None)
    @given(instants)
    def test_the_count_is_that_of_the_coordinates_which_are_sorted_by_longitude(self, instant: datetime) -> None:
        positions = taxis(instant)
        assert CITY.snapshot(instant).entities == count(instant) == len(positions)
        assert 1_500 <= len(positions) <= 6_500
        assert [x for x, _ in positions] == sorted(x for x, _ in positions)

    def test_every_number_is_written_in_its_shortest_form(self) -> None:
        text = CITY.snapshot(DAY).document.decode()
        for number in re.findall(r"\d+\.\d+", text):
            assert repr(float(number)) == number

    def test_the_digits_are_mixed_as_in_the_recording(self, recorded_text: str) -> None:
        def lengths(text: str) -> Counter[int]:
            return Counter(len(number.replace(".", "")) for number in re.findall(r"\[(\d+\.\d+),", text))

        mine, theirs = lengths(CITY.snapshot(DAY).document.decode()), lengths(recorded_text)
        assert set(mine) >= {n for n, times in theirs.items() if times > 50}
        assert mine[15] / mine.total() == pytest.approx(theirs[15] / theirs.total(), abs=0.1)
        assert {8, 15} <= set(mine) <= set(range(4, 16))

    def test_a_few_taxis_stand_at_the_same_place(self) -> None:
        for hour in range(24):
            positions = taxis(DAY + timedelta(hours=hour))
            assert 1 <= len(positions) - len(set(positions)) <= 60


class TestDemand:
    def test_the_free_taxis_follow_the_recorded_day(self, recorded_days: list[dict[str, str]]) -> None:
        recorded: dict[int, list[int]] = defaultdict(list)
        for row in recorded_days:
            recorded[int(row["hour"])].append(int(row["taxi_count"]))
        days = [DAY + timedelta(days=day) for day in range(0, 28, 5)]
        mine = [statistics.mean(count(day + timedelta(hours=hour, minutes=30)) for day in days) for hour in range(24)]
        theirs = [statistics.mean(recorded[hour]) for hour in range(24)]
        assert statistics.correlation(mine, theirs) > 0.8

    def test_the_rush_hours_of_a_working_day_leave_fewer_free_taxis(self) -> None:
        days = [DAY + timedelta(days=7 * week) for week in range(5)]
        morning, noon, evening, night = (
            statistics.mean(count(day + timedelta(hours=hour)) for day in days) for hour in (8, 11, 18, 23)
        )
        assert morning < 0.75 * noon
        assert evening < 0.85 * noon
        assert noon < night

    def test_a_sunday_morning_has_no_rush(self) -> None:
        def rush(day: datetime) -> float:
            return count(day + timedelta(hours=8)) / count(day + timedelta(hours=11))

        thursdays = [DAY + timedelta(days=7 * week) for week in range(5)]
        sundays = [day + timedelta(days=3) for day in thursdays]
        assert statistics.mean(map(rush, sundays)) > statistics.mean(map(rush, thursdays)) + 0.15

    def test_it_changes_smoothly_from_minute_to_minute(self) -> None:
        counts = [count(DAY + timedelta(hours=7, minutes=minute)) for minute in range(1, 181)]
        steps = [abs(b - a) / a for a, b in pairwise(counts)]
        assert max(steps) < 0.08
        assert statistics.mean(steps) < 0.015
        assert len(set(counts)) > 100

    def test_rain_takes_taxis_off_the_street(self) -> None:
        start = int(DAY.timestamp())
        wetness = {minute: rain(1, start + 60 * minute) for minute in range(0, 30 * 1440, 5)}
        assert 0.02 < sum(value > 0.1 for value in wetness.values()) / len(wetness) < 0.2
        worst = max(wetness, key=wetness.__getitem__)
        before = max(minute for minute in wetness if minute < worst and not wetness[minute])
        assert count(DAY + timedelta(minutes=worst)) < 0.75 * count(DAY + timedelta(minutes=before))


class TestPlaces:
    def test_no_taxi_is_in_the_sea(self) -> None:
        for seed in range(3):
            assert all(on_land(x, y) for x, y in taxis(DAY + timedelta(days=seed, hours=8 * seed), SimulatedCity(seed)))

    def test_the_recorded_taxis_are_on_land_too(self, recorded_text: str) -> None:
        positions = json.loads(recorded_text)["features"][0]["geometry"]["coordinates"]
        assert sum(on_land(x, y) for x, y in positions) >= 0.998 * len(positions)

    @pytest.mark.parametrize(
        "position",
        [
            (103.85, 1.20),  # the anchorage
            (103.73, 1.47),  # Johor
            (104.05, 1.35),  # east of Changi
            (103.59, 1.30),  # west of Tuas
            (103.96, 1.405),  # Pulau Ubin and the strait before it
            (103.74, 1.295),  # between Jurong and its island
            (103.95, 1.295),  # off East Coast
            (103.845, 1.262),  # the harbour
        ],
    )
    def test_the_surrounding_sea_is_not_land(self, position: tuple[float, float]) -> None:
        assert not on_land(*position)

    def test_every_taxi_is_near_where_recorded_ones_were(self, recorded_text: str) -> None:
        recorded = json.loads(recorded_text)["features"][0]["geometry"]["coordinates"]
        squares = {(math.floor(x / 0.02), math.floor(y / 0.02)) for x, y in recorded}
        near = {(x + dx, y + dy) for x, y in squares for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
        assert all((math.floor(x / 0.02), math.floor(y / 0.02)) in near for x, y in taxis(DAY + timedelta(hours=10)))

    def test_the_sectors_shares_are_those_of_the_ten_recorded_days(self, recorded_days: list[dict[str, str]]) -> None:
        for hour in (2, 7, 10, 14, 18, 22):
            rows = [row for row in recorded_days if int(row["hour"]) == hour]
            total = sum(int(row["taxi_count"]) for row in rows)
            positions = taxis(DAY + timedelta(hours=hour, minutes=20))
            mine = Counter(_sector(x, y) for x, y in positions)
            for sector in range(1, 10):
                theirs = sum(int(row[f"sector_{sector}"]) for row in rows) / total
                assert mine[sector] / len(positions) == pytest.approx(theirs, abs=0.06)

    def test_the_airport_has_its_queue_and_the_centre_is_dense(self) -> None:
        positions = taxis(DAY + timedelta(hours=14))
        queue = sum(103.983 < x < 103.993 and 1.350 < y < 1.363 for x, y in positions)
        centre = sum(103.82 < x < 103.87 and 1.26 < y < 1.32 for x, y in positions)
        assert 0.04 < queue / len(positions) < 0.15
        assert 0.2 < centre / len(positions) < 0.5

    @pytest.mark.parametrize(
        ("west", "east", "south", "north"),
        [
            (103.795, 103.815, 1.355, 1.395),  # the central nature reserve
            (103.856, 103.858, 1.284, 1.287),  # Marina Bay
            (103.995, 104.005, 1.330, 1.370),  # the airport's eastern runways
            (103.907, 103.915, 1.350, 1.370),  # Paya Lebar's runway
        ],
    )
    def test_there_is_no_street_and_no_taxi_in_nature_and_on_airfields(
        self, west: float, east: float, south: float, north: float
    ) -> None:
        columns, rows = (range(round(a * 1000), round(b * 1000)) for a, b in ((west, east), (south, north)))
        assert not {cell_of(x, y) for x in columns for y in rows} & street_cells()
        everyone = [taxi for hour in range(0, 24, 4) for taxi in taxis(DAY + timedelta(hours=hour))]
        assert not [(x, y) for x, y in everyone if west < x < east and south < y < north]


def test_a_snapshot_costs_little() -> None:
    """The limit is 8 ms of CPU for 4,000 taxis; the best of many, because the machine may have other work."""

    def cost(minute: int) -> float:
        start = time.thread_time()
        CITY.snapshot(DAY + timedelta(days=100, hours=12, minutes=minute))
        return time.thread_time() - start

    assert min(cost(minute) for minute in range(30)) < 0.008


def _sector(x: float, y: float) -> int:
    """One of the recorded counts' nine sectors, row by row from the north-west."""
    column = sum(x >= edge for edge in (103.77, 103.93))
    row = sum(y < edge for edge in (1.37, 1.26))
    return 3 * row + column + 1
