from __future__ import annotations

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.errors import UsageError
from millrace.ingestors.http.fetcher import Request, Response, ScriptedFetcher
from millrace.ingestors.http.rate_budget import NO_LIMIT, BudgetedFetcher, RateBudgets, per_second
from millrace.ingestors.http.retry import polling_fetcher
from millrace.ingestors.ports import RateBudget
from tests.unit.ingestors.fakes import Time

SIX_IN_TEN = RateBudget(6, timedelta(seconds=10))


class Places(Time):
    """A clock that stands still, as for threads that come at once: each recorded sleep is the time of its request."""

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.sleeps.append(seconds)


def fullest(times: list[float], window: float) -> int:
    """The most requests in any window (open at its end)."""
    return max(sum(start <= time < start + window for time in times) for start in times)


def test_the_budget_is_used_at_once_and_then_the_window_slides() -> None:
    time = Time()
    budgets = RateBudgets(time, timer=time.timer)
    went = []
    for _ in range(13):
        budgets.wait("feed.example", SIX_IN_TEN)
        went.append(time.timer())
    assert went == pytest.approx([0.0] * 6 + [10.2] * 6 + [20.4])


def test_hosts_do_not_share_a_budget() -> None:
    time = Time()
    budgets = RateBudgets(time, timer=time.timer)
    for host in ("a.example", "b.example"):
        for _ in range(6):
            budgets.wait(host, SIX_IN_TEN)
    assert time.sleeps == []


def test_sources_on_one_host_share_its_window() -> None:
    time = Time()
    budgets = RateBudgets(time, timer=time.timer)
    for _ in range(6):
        budgets.wait("feed.example", SIX_IN_TEN)
    budgets.wait("feed.example", RateBudget(7, timedelta(seconds=10)))
    assert time.sleeps == []
    budgets.wait("feed.example", SIX_IN_TEN)
    assert time.sleeps == pytest.approx([10.2])


def test_requests_go_in_their_order_whatever_their_budget() -> None:
    time = Places()
    budgets = RateBudgets(time, timer=time.timer)
    for budget in (RateBudget(1, timedelta(seconds=100)),) * 2 + (RateBudget(3, timedelta(seconds=10)),) * 3:
        budgets.wait("feed.example", budget)
    assert time.sleeps == pytest.approx([102.0, 102.0, 102.0, 112.2])


def test_concurrent_polls_share_the_budget() -> None:
    time = Places()
    budgets = RateBudgets(time, timer=time.timer)
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: budgets.wait("feed.example", SIX_IN_TEN), range(3000)))
    finally:
        sys.setswitchinterval(switch)
    places = Counter(round(seconds / 10.2) for seconds in time.sleeps)
    assert sorted(places.values()) == [6] * 499  # and the first six did not wait


@settings(deadline=None)
@given(
    st.integers(1, 7),
    st.floats(0.5, 20),
    st.lists(st.floats(0, 5), min_size=1, max_size=40),
)
def test_no_window_holds_more_than_the_budget(requests: int, per: float, gaps: list[float]) -> None:
    time = Time()
    budgets = RateBudgets(time, timer=time.timer)
    went = []
    for gap in gaps:
        Time.sleep(time, gap)
        budgets.wait("feed.example", RateBudget(requests, timedelta(seconds=per)))
        went.append(time.timer())
    assert fullest(went, per) <= requests


@pytest.mark.parametrize(
    ("override", "sleeps"),
    [(per_second(0), []), (NO_LIMIT, []), (per_second(2), [0.51] * 19), (per_second(0.1), [10.2] * 19)],
)
def test_a_rate_replaces_the_budget(override: RateBudget, sleeps: list[float]) -> None:
    time = Time()
    budgets = RateBudgets(time, override, time.timer)
    for _ in range(20):
        budgets.wait("feed.example", SIX_IN_TEN)
    assert time.sleeps == pytest.approx(sleeps)


@pytest.mark.parametrize("rate", [-1.0, float("nan"), float("inf"), 1e-9])
def test_an_invalid_rate_is_refused(rate: float) -> None:
    with pytest.raises(UsageError, match="no limit"):
        per_second(rate)


def test_a_request_without_budget_does_not_wait() -> None:
    time = Time()
    fetcher = BudgetedFetcher(ScriptedFetcher([Response(200)] * 9), RateBudgets(time, timer=time.timer))
    for _ in range(9):
        fetcher.fetch(Request("http://feed.example/"))
    assert time.sleeps == []


def test_retries_take_from_the_budget_too() -> None:
    time = Time()
    answers = ScriptedFetcher([Response(500), Response(200)] * 3)
    fetcher = polling_fetcher(time, RateBudget(1, timedelta(seconds=100)), answers)
    assert fetcher.fetch(Request("http://feed.example/a")).tries == 2
    assert len(time.sleeps) == 2  # the retry's own wait, and the budget's
    assert time.sleeps[1] > 90


def test_the_budget_is_per_host_and_port() -> None:
    time = Time()
    fetcher = BudgetedFetcher(ScriptedFetcher([Response(200)] * 9), RateBudgets(time, timer=time.timer))
    one = RateBudget(1, timedelta(seconds=1))
    for url in ("http://feed.example/a", "http://FEED.example/b?c=1", "http://me:pw@feed.example/c"):
        fetcher.fetch(Request(url, budget=one))
    assert time.sleeps == pytest.approx([1.02, 1.02])
    fetcher.fetch(Request("http://feed.example:8080/a", budget=one))
    assert len(time.sleeps) == 2
