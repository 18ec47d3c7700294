from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.errors import FeedUnavailable, ResponseTooLarge
from millrace.ingestors.http.fetcher import Request, Response, ScriptedFetcher
from millrace.ingestors.http.requests_fetcher import RequestsFetcher
from millrace.ingestors.http.retry import RetryingFetcher, default_policy, retry_after
from millrace.retry_policy import (
    Policy,
    RetryState,
    after_seconds,
    after_tries,
    at_least_retry_after,
    either,
    exponential,
    jittered,
)
from millrace.settings import Secret
from tests.unit.ingestors.fakes import NOW, Time
from tests.unit.ingestors.loopback import reply, serving

GOOD = Response(200, b"{}")
REQUEST = Request("http://feed.example/taxis", headers={"x-api-key": Secret("k3y")})
CUT = FeedUnavailable("http://feed.example/taxis answered 200, but its body was cut", tries=1, status=200, body=b"{")


def fetch(*answers: Response | Exception, policy: Policy | None = None) -> tuple[Response | FeedUnavailable, Time, int]:
    """The outcome of these answers, the clock, and the number of requests."""
    time, scripted = Time(), ScriptedFetcher(answers)
    fetcher = RetryingFetcher(scripted, policy or default_policy(lambda: 1.0), time, time.timer)
    try:
        outcome: Response | FeedUnavailable = fetcher.fetch(REQUEST)
    except FeedUnavailable as error:
        outcome = error
    return outcome, time, len(scripted.requests)


@pytest.mark.parametrize("bad", [Response(429), Response(500), Response(503), CUT])
def test_a_transient_fault_is_tried_again(bad: Response | Exception) -> None:
    outcome, time, requests = fetch(bad, bad, GOOD)
    assert outcome == Response(200, b"{}", tries=3)
    assert requests == 3
    assert time.sleeps == [1.0, 2.0]


@pytest.mark.parametrize("status", [301, 304, 400, 401, 403, 404, 410, 451])
def test_a_permanent_error_is_not_tried_again(status: int) -> None:
    outcome, time, requests = fetch(Response(status, b'{"errorMsg":"Data not found"}'), GOOD)
    assert isinstance(outcome, FeedUnavailable)
    assert (outcome.status, outcome.tries, requests, time.sleeps) == (status, 1, 1, [])
    assert f"answered {status}" in outcome.message
    assert "Data not found" in outcome.message


def test_a_body_over_the_limit_is_not_asked_for_again() -> None:
    outcome, _, requests = fetch(ResponseTooLarge("too much", tries=1, status=200, body=b"x"), GOOD)
    assert isinstance(outcome, ResponseTooLarge)
    assert (outcome.tries, outcome.status, outcome.body, requests) == (1, 200, b"x", 1)


def test_tries_are_bounded_and_the_error_quotes_the_last_answer() -> None:
    outcome, time, requests = fetch(CUT, Response(500), CUT, Response(502, b"<html>bad gateway" + b"x" * 100_000), GOOD)
    assert isinstance(outcome, FeedUnavailable)
    assert (outcome.status, outcome.tries, requests) == (502, 4, 4)
    assert outcome.message.startswith("http://feed.example/taxis answered 502 Bad Gateway: '<html>bad gateway")
    assert outcome.message.endswith("(4 tries).")
    assert len(outcome.body) == 65536
    assert time.sleeps == [1.0, 2.0, 4.0]


def test_a_connection_fault_keeps_its_message_and_gets_the_number_of_tries() -> None:
    outcome, _, _ = fetch(CUT, CUT, CUT, CUT)
    assert isinstance(outcome, FeedUnavailable)
    assert (outcome.tries, outcome.status, outcome.body) == (4, 200, b"{")
    assert outcome.message == f"{CUT.message} (4 tries)."


@pytest.mark.parametrize("header", ["7", format_datetime(NOW + timedelta(seconds=7), usegmt=True)])
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed(header: str, status: int) -> None:
    outcome, time, _ = fetch(Response(status, headers={"retry-after": header}), GOOD)
    assert outcome == Response(200, b"{}", tries=2)
    assert sum(time.sleeps) == pytest.approx(7.0, abs=1)
    assert sum(time.sleeps) >= 6.0


def test_retry_after_beyond_the_bound_ends_the_tries_at_once() -> None:
    outcome, time, requests = fetch(Response(429, headers={"retry-after": "3600"}), GOOD)
    assert isinstance(outcome, FeedUnavailable)
    assert (outcome.status, requests, time.sleeps) == (429, 1, [])
    assert "asks to wait 3600 s" in outcome.message


def test_a_repeated_key_is_masked() -> None:
    outcome, _, _ = fetch(Response(403, b"the key k3y is not valid"))
    assert "the key *** is not valid" in str(outcome)


def test_over_real_http_a_429_is_waited_out() -> None:
    time = Time()
    answers = iter([reply(429, b"slow down", Retry_After="9"), reply(200, b"{}")])
    with serving(lambda handler: next(answers)(handler)) as server:
        fetcher = RetryingFetcher(RequestsFetcher(), default_policy(), time, time.timer)
        assert fetcher.fetch(Request(server.url)).tries == 2
        fetcher.close()
    assert time.sleeps == [9.0]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "Thu, 30 May 2024 04:30:00 GMT"}, 0.0),  # past
        ({"retry-after": "Thu, 30 May 2024 04:30:30 GMT"}, 20.0),
        ({"retry-after": "Thu, 30 May 2024 04:30:30 GMT", "date": "Thu, 30 May 2024 04:30:25 GMT"}, 5.0),
        ({"retry-after": "Thu, 30 May 2024 04:30:30 -0000", "date": "never"}, 20.0),
    ],
)
def test_retry_after_is_read_against_the_servers_clock(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(Response(429, headers=headers), NOW) == seconds


@settings(deadline=None)
@given(st.text(), st.text())
def test_any_header_is_read_or_ignored(text: str, date: str) -> None:
    asked = retry_after(Response(429, headers={"retry-after": text, "date": date}), NOW)
    assert asked is None or asked >= 0


def tried(number: int, elapsed: float = 0.0, retry_after: float | None = None) -> RetryState:
    return RetryState(number, elapsed, retry_after)


def test_policies_combine() -> None:
    wait = exponential(1.0, 10.0)
    assert [wait(tried(n)) for n in (1, 2, 3, 4, 5, 5000)] == [1, 2, 4, 8, 10, 10]
    assert at_least_retry_after(wait)(tried(1, retry_after=5.0)) == 5.0
    assert at_least_retry_after(wait)(tried(4, retry_after=5.0)) == 8.0
    stop = either(after_tries(3), after_seconds(10.0))
    assert [stop(tried(n), 1.0) for n in (1, 2, 3)] == [False, False, True]
    assert [stop(tried(1, elapsed), 4.0) for elapsed in (6.0, 6.1)] == [False, True]


def test_jitter_spreads_between_half_and_whole() -> None:
    random = Random(1)
    waits = [jittered(exponential(8.0, 8.0), random.random)(tried(1)) for _ in range(200)]
    assert 4.0 <= min(waits) < 4.2
    assert 7.8 < max(waits) <= 8.0


@settings(deadline=None)
@given(st.lists(st.sampled_from([Response(500), Response(429, headers={"retry-after": "11"}), CUT, GOOD]), min_size=9))
def test_whatever_happens_no_try_begins_after_45_seconds(answers: list[Response | Exception]) -> None:
    _, time, requests = fetch(*answers)
    assert requests <= 4
    assert sum(time.sleeps) <= 45.0
