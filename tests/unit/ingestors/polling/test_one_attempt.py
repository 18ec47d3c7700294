"""Whatever a feed sends, a poll ends as exactly one recorded attempt, and bytes of a body are kept."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from millrace.firehose.envelope import from_line
from millrace.ingestors.http.requests_fetcher import RequestsFetcher, Timeouts
from millrace.ingestors.http.retry import polling_fetcher
from millrace.ingestors.polling.handler import PollHandler
from millrace.ingestors.polling.poll_requests import PollRequests
from millrace.ingestors.ports import POLLS, Outcome
from millrace.ingestors.sources.taxi_availability import SOURCE
from tests.unit.ingestors.fakes import NOW, MemoryBodies, MemoryQuarantine, MemoryStream, Time, body
from tests.unit.ingestors.loopback import Loopback, raw, serving

FEED = replace(SOURCE, origin=replace(SOURCE.feed, body_limit=100_000))
GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body()), body())

line = st.binary(max_size=30) | st.sampled_from(
    [b"gzip", b"chunked", b"-1", b"9" * 30, b"close", b"http://[::1", b"\xe9"]
)
name = st.sampled_from([b"Content-Length", b"Content-Encoding", b"Transfer-Encoding", b"Location", b"Retry-After"])
headers = st.lists(st.tuples(name | st.sampled_from([b"Date", b"Set-Cookie", b"Connection", b""]), line), max_size=4)
status = st.sampled_from([b"200", b"302", b"204", b"103", b"429", b"500", b"600", b"-1", b""]) | st.binary(max_size=4)
content = st.sampled_from([body(), gzip.compress(body()), b"{}", b"3\r\nabc\r\n0\r\n\r\n"]) | st.binary(max_size=50)
answers = st.builds(
    lambda status, headers, content: (
        b"HTTP/1.1 %b X\r\n" % status + b"".join(b"%b: %b\r\n" % one for one in headers) + b"\r\n" + content
    ),
    status,
    headers,
    content,
)
mutated = st.builds(
    lambda at, cut, new: GOOD[:at] + new + GOOD[at + cut :],
    st.integers(0, len(GOOD)),
    st.integers(0, 30),
    st.binary(max_size=8),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Loopback]:
    with serving(raw(b"")) as found:
        yield found


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=100) | answers | mutated)
@example(b"HTTP/1.1 302 Found\r\nLocation: /\xe9\r\nContent-Length: 0\r\n\r\n")
@example(b"HTTP/1.1 302 Found\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n")
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")
@example(GOOD)
def test_a_poll_is_one_attempt_whatever_comes_back(server: Loopback, answer: bytes) -> None:
    server.answer = raw(answer)
    time, stream, quarantine, bodies = Time(NOW), MemoryStream(), MemoryQuarantine(), MemoryBodies()
    fetcher = polling_fetcher(time, fetcher=RequestsFetcher(Timeouts(connect=1.0, read=1.0)))
    requests = PollRequests(time, {FEED.name: server.url})
    handler = PollHandler(fetcher, stream, quarantine, time, requests=requests, failed_bodies=bodies)
    result = handler.poll(FEED, NOW)
    handler.close()
    [attempt] = [json.loads(bytes(from_line(one.data).payload)) for one in stream.records if one.source == POLLS]
    assert (attempt["outcome"], attempt["reason"]) == (result.outcome, result.reason)
    assert bool(attempt["reason"]) == (result.outcome is not Outcome.DELIVERED)
    assert len(quarantine.kept) == (result.outcome is Outcome.QUARANTINED)
    assert attempt["bytes"] == sum(map(len, [*bodies.kept, *(one.body for one in quarantine.kept)])) or (
        result.outcome is Outcome.DELIVERED
    )
