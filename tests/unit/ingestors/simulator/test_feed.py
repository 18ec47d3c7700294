"""The simulated feed's answers, without a socket."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.clock import ManualClock
from millrace.ingestors.ports import RateBudget
from millrace.ingestors.simulator.feed import FeedResponse, SimulatedFeed, requested_time
from millrace.ingestors.simulator.simulation import SimulatedSnapshot
from tests.doubles.simulated_feeds import TAXIS

PATH = "/v1/transport/taxi-availability"
NOW = datetime(2024, 5, 30, 0, 30, tzinfo=UTC)


class Echo:
    """A simulated world whose document states the requested instant."""

    def snapshot(self, instant: datetime) -> SimulatedSnapshot:
        return SimulatedSnapshot(instant, 1, instant.isoformat().encode())


def feed(**more: Any) -> SimulatedFeed:
    return SimulatedFeed(TAXIS, Echo(), ManualClock(NOW), **more)


def test_without_date_time_it_is_the_clocks_now() -> None:
    assert feed().answer(PATH) == FeedResponse(body=b"2024-05-30T00:30:00+00:00")


def test_date_time_is_singapores_time() -> None:
    assert feed().answer(f"{PATH}?date_time=2024-05-30T08:00:00").body == b"2024-05-30T00:00:00+00:00"
    assert feed().answer(f"{PATH}?date_time=2024-05-30T08%3A00%3A00").body == b"2024-05-30T00:00:00+00:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2024-05-30",
        "2024-05-30T08:00",
        "2024-05-30 08:00:00",
        "2024-05-30T08:00:00Z",
        "2024-05-30T08:00:00%2B08:00",
        "2024-5-30T08:00:00",
        "2024-02-30T08:00:00",
        "2024-05-30T24:00:00",
        "２０２４-05-30T08:00:00",
    ],
)
def test_a_bad_date_time_is_the_apis_parameter_error(text: str) -> None:
    response = feed().answer(f"{PATH}?date_time={text}")
    assert response.status == 400
    document = json.loads(response.body)
    assert (document["code"], document["name"], document["data"]) == (4, "ERROR_PARAMS", None)
    assert document["errorMsg"].startswith("Invalid date format")


@given(st.datetimes(datetime(1983, 1, 1), datetime(9998, 1, 1)))  # noqa: DTZ001 - local times of the source
def test_every_local_time_is_read_back(local: datetime) -> None:
    local = local.replace(microsecond=0)
    assert requested_time(TAXIS, local.isoformat()).replace(tzinfo=None) == local - timedelta(hours=8)


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_an_error(text: str) -> None:
    assert feed().answer(f"{PATH}?date_time={text}").status in (200, 400, 404)


@pytest.mark.parametrize("year", ["0001-01-01", "1969-12-31", "9999-12-31"])
def test_a_time_beyond_all_data_is_not_found(year: str) -> None:
    assert feed().answer(f"{PATH}?date_time={year}T23:59:59").status == 404


@pytest.mark.parametrize(
    "target", ["/", "/v1/transport", "/v1/transport/carpark-availability", "/v2" + PATH, "//[", ""]
)
def test_another_path_is_not_found(target: str) -> None:
    response = feed().answer(target)
    assert response.status == 404
    assert json.loads(response.body) == {
        "code": 17,
        "name": "REAL_TIME_API_DATA_NOT_FOUND",
        "data": None,
        "errorMsg": "Data not found",
    }


class TestRateLimit:
    @pytest.mark.parametrize("limit", [None, RateBudget(0, timedelta(seconds=10))])
    def test_it_is_off_unless_asked_for(self, limit: RateBudget | None) -> None:
        unlimited = feed(rate_limit=limit)
        assert {unlimited.answer(PATH).status for _ in range(100)} == {200}

    def test_beyond_the_budget_it_is_429_with_the_seconds_to_wait(self) -> None:
        clock = ManualClock(NOW)
        limited = SimulatedFeed(TAXIS, Echo(), clock, rate_limit=RateBudget(6, timedelta(seconds=10)))
        statuses = []
        for _ in range(7):
            statuses.append(limited.answer(PATH).status)
            clock.sleep(0.5)
        assert statuses == [200] * 6 + [429]

        refused = limited.answer(PATH)
        assert refused.headers == (("Retry-After", "7"),)  # the first was admitted 3.5 s ago
        assert json.loads(refused.body) == {
            "code": 24,
            "name": "TOO_MANY_REQUESTS",
            "data": None,
            "errorMsg": "Rate limit exceeded",
        }

    def test_after_the_announced_wait_it_admits_again(self) -> None:
        clock = ManualClock(NOW)
        limited = SimulatedFeed(TAXIS, Echo(), clock, rate_limit=RateBudget(1, timedelta(seconds=10)))
        limited.answer(PATH)
        wait = int(dict(limited.answer(PATH).headers)["Retry-After"])
        clock.sleep(wait - 1)
        assert limited.answer(PATH).status == 429
        clock.sleep(1)
        assert [limited.answer(PATH).status for _ in range(2)] == [200, 429]
