"""The contract of the rate reservations. A new adapter is one entry in ADAPTERS."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millrace.ingestors.http.rate_budget import MemoryReservations, RateBudgets
from millrace.ingestors.http.shared_reservations import DynamoReservations
from millrace.ingestors.ports import RateBudget, RateReservations
from millrace.state.dynamo_keys import RATE, Key
from tests.contracts import aws
from tests.unit.ingestors.fakes import Time

HOST = "feed.example"
ADAPTERS: dict[str, Callable[[Time], RateReservations]] = {
    "memory": lambda time: MemoryReservations(time.timer),
    "dynamo": lambda time: DynamoReservations(aws.new_place().state(), time.timer),
}


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture(params=ADAPTERS)
def reservations(request: pytest.FixtureRequest, time: Time) -> RateReservations:
    return ADAPTERS[request.param](time)


def test_the_window_is_full_and_then_slides(reservations: RateReservations) -> None:
    found = [reservations.reserve(HOST, 2, 10.0) for _ in range(5)]
    assert found == pytest.approx([0, 0, 10, 10, 20])
    assert reservations.reserve("another.example", 2, 10.0) == 0


def test_a_longer_window_sees_what_went_before(reservations: RateReservations, time: Time) -> None:
    reservations.reserve(HOST, 1, 100.0)
    time.sleep(60.0)
    assert reservations.reserve(HOST, 5, 1.0) == 0
    time.sleep(10.0)
    assert reservations.reserve(HOST, 2, 100.0) == pytest.approx(30.0)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 4), st.lists(st.floats(0, 5), min_size=1, max_size=15))
@pytest.mark.parametrize("name", ADAPTERS)
def test_no_window_holds_more_than_the_budget(name: str, requests: int, gaps: list[float]) -> None:
    time, per = Time(), 7.0
    made, went = ADAPTERS[name](time), []
    for gap in gaps:
        time.sleep(gap)
        time.sleep(made.reserve(HOST, requests, per))
        went.append(time.timer())
    assert max(sum(start <= one < start + per - 0.01 for one in went) for start in went) <= requests


def test_processes_that_come_at_once_share_the_window_through_the_table() -> None:
    place, time = aws.new_place(), Time()

    def process(_: int) -> list[float]:
        own = DynamoReservations(place.state(), time.timer)
        return [own.reserve(HOST, 3, 10.0) for _ in range(3)]

    with ThreadPoolExecutor(4) as pool:
        waits = sorted(one for found in pool.map(process, range(4)) for one in found)
    assert waits == pytest.approx([0, 0, 0, 10, 10, 10, 20, 20, 20, 30, 30, 30])


def test_what_is_out_of_every_window_is_forgotten(time: Time) -> None:
    table = aws.new_place().state()
    budgets = RateBudgets(time, reservations=DynamoReservations(table, time.timer))
    for _ in range(20):
        budgets.wait(HOST, RateBudget(2, timedelta(seconds=10)))
    assert len((table.get(Key(RATE, HOST)) or b"").split(b",")) < 6
