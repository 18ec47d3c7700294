from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

from millrace.commit_points import CommitPoint
from millrace.errors import BadTime, DeliveryError, FeedUnavailable, UsageError
from millrace.firehose.envelope import from_line
from millrace.ingestors.http.fetcher import Response, ScriptedFetcher
from millrace.ingestors.http.requests_fetcher import RequestsFetcher
from millrace.ingestors.http.retry import polling_fetcher
from millrace.ingestors.polling.attempts import AttemptRecord
from millrace.ingestors.polling.backfill import backfill
from millrace.ingestors.polling.handler import PollHandler
from millrace.ingestors.polling.poll_requests import PollRequests
from millrace.ingestors.ports import POLLS, Observation, Outcome
from millrace.ingestors.sources.taxi_availability import SOURCE
from millrace.settings import Secret
from tests.recorded import RESPONSE, needs_recordings
from tests.unit.ingestors.fakes import NOW, MemoryQuarantine, MemoryStream, NoHistory, Time, body
from tests.unit.ingestors.loopback import reply, serving

SLOT = datetime(2024, 5, 30, 4, 30, tzinfo=UTC)


class HandlerBench:
    """A handler with its adapters in memory; `order` records the commit points, in order."""

    def __init__(self, *answers: Response | Exception, **settings: Any) -> None:
        self.order: list[str] = []
        self.fetcher = ScriptedFetcher(answers)
        self.stream = MemoryStream()
        self.quarantine = MemoryQuarantine()
        self.time = Time(NOW)
        self.handler = PollHandler(
            self.fetcher,
            self.stream,
            self.quarantine,
            self.time,
            reached=self._reached,
            timer=self.time.timer,
            **settings,
        )

    def _reached(self, point: CommitPoint) -> None:
        self.order.append(f"{point} {len(self.quarantine.kept)} kept {len(self.stream.calls)} put")

    @property
    def attempts(self) -> list[dict[str, Any]]:
        return [json.loads(bytes(from_line(r.data).payload)) for r in self.stream.records if r.source == POLLS]


def test_a_snapshot_and_its_attempt_are_delivered_in_one_call() -> None:
    bench = HandlerBench(Response(200, body(3), tries=2))
    result = bench.handler.poll(SOURCE, SLOT + timedelta(microseconds=999_999))
    [[snapshot, attempt]] = bench.stream.calls
    assert (snapshot.source, attempt.source) == ("taxi_availability", "polls")
    assert (snapshot.dt, snapshot.hour) == (attempt.dt, attempt.hour) == ("2024-05-30", "12")
    assert bench.attempts == [
        {
            "poll_id": result.poll_id,
            "source": "taxi_availability",
            "requested_at": "2024-05-30 04:30:00",
            "polled_at": "2024-05-30 04:30:10",
            "outcome": "delivered",
            "snapshot_id": snapshot.snapshot_id,
            "observed_at": "2024-05-30 04:29:58",
            "http_status": 200,
            "tries": 2,
            "duration_ms": 0,
            "bytes": len(body(3)),
            "entities": 3,
            "reason": "",
            "interval_seconds": 60,
            "stale_after_seconds": 600,
        }
    ]
    assert len(result.poll_id) == 32
    assert (result.source, result.requested_at, result.outcome) == ("taxi_availability", SLOT, Outcome.DELIVERED)
    assert (result.observed_at, result.dt) == (datetime(2024, 5, 30, 4, 29, 58, tzinfo=UTC), "2024-05-30")
    assert (result.entities, result.duplicate, result.reason) == (3, False, "")
    assert (result.snapshot_id, result.status, result.tries) == (snapshot.snapshot_id, 200, 2)


@needs_recordings
def test_the_recorded_response_is_delivered_with_every_digit() -> None:
    payload = RESPONSE.read_bytes()
    bench = HandlerBench(Response(200, payload))
    result = bench.handler.poll(SOURCE, datetime(2019, 2, 1, 6, 30, tzinfo=UTC), historical=True)
    assert (result.entities, result.dt) == (2549, "2019-02-01")
    assert result.snapshot_id == f"taxi_availability-20190201T062958Z-{hashlib.sha256(payload).hexdigest()[:16]}"
    envelope = from_line(bench.stream.records[0].data)
    assert bytes(envelope.payload) == payload
    assert envelope.observed_at_local == "2019-02-01 14:29:58"


def test_an_attempt_lies_in_the_partition_of_its_snapshot_also_when_that_is_another_day() -> None:
    bench = HandlerBench(Response(200, body(timestamp="2024-05-29T23:59:44+08:00")))
    result = bench.handler.poll(SOURCE, datetime(2024, 5, 29, 16, 0, tzinfo=UTC), historical=True)
    assert [(record.dt, record.hour) for record in bench.stream.records] == [("2024-05-29", "23")] * 2
    assert result.dt == "2024-05-29"
    assert bench.attempts[0]["requested_at"] == "2024-05-29 16:00:00"


def test_the_same_snapshot_again_is_a_duplicate_and_another_attempt() -> None:
    bench = HandlerBench(Response(200, body()), Response(200, body()))
    first, second = (bench.handler.poll(SOURCE, SLOT) for _ in range(2))
    assert (first.duplicate, second.duplicate) == (False, True)
    assert first.snapshot_id == second.snapshot_id
    assert first.poll_id != second.poll_id
    assert len(bench.attempts) == 2


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise ValueError


def raising(error: BaseException) -> Callable[[object], Observation]:
    def read(_: object) -> Observation:
        raise error

    return read


def endless(document: object) -> Observation:
    return endless(document)


def gives(*values: Any, **others: Any) -> Callable[[Any], Observation]:
    return lambda _: Observation(*values, **others)


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (raising(RuntimeError("no such feature")), "RuntimeError: no such feature"),
        (raising(ValueError("\ud800 and \0")), r"ValueError: \ud800 and \0"),
        (raising(Unspeakable()), "Unspeakable: its message cannot be shown"),
        (raising(StopIteration()), "StopIteration"),
        (raising(DeliveryError("not the stream's")), "DeliveryError: not the stream's"),
        (raising(ExceptionGroup("two", [KeyError(), KeyError()])), "ExceptionGroup: two"),
        (endless, "RecursionError"),
        (lambda _: dict[str, Any]()["gone"], "KeyError"),
        (lambda _: None, "TypeError: its result is None, not an Observation"),
        (gives(None, 3), "TypeError: observed_at is None, neither a text nor a datetime"),
        (gives(1717027200, 3), "TypeError: observed_at is 1717027200, neither a text nor a datetime"),
        (gives("2024-05-30T12:29:58+08:00", "3"), "TypeError: the number of entities is '3'"),
        (gives("2024-05-30T12:29:58+08:00", 3.0), "TypeError: the number of entities is 3.0"),
        (gives("2024-05-30T12:29:58+08:00", 3, [None]), "AttributeError"),
        (gives("2024-05-30T12:29:58+08:00", 3, status=0), "TypeError: the status is 0, not a text"),
    ],
)
def test_whatever_a_sources_read_does_the_response_is_quarantined_with_its_bytes(read: Any, words: str) -> None:
    bench = HandlerBench(Response(200, body()))
    result = bench.handler.poll(replace(SOURCE, read=read), SLOT)
    assert result.outcome is Outcome.QUARANTINED
    said = "unreadable: the read function of the source taxi_availability gives an error: "
    assert result.reason.startswith(said + words)
    [item] = bench.quarantine.kept
    assert (item.code, item.body, len(bench.attempts)) == ("unreadable", body(), 1)
    assert bench.attempts[0]["reason"] == result.reason


def test_memory_that_is_short_is_no_fault_of_the_response() -> None:
    bench = HandlerBench(Response(200, body()))
    with pytest.raises(MemoryError):
        bench.handler.poll(replace(SOURCE, read=raising(MemoryError())), SLOT)
    assert (bench.quarantine.kept, bench.attempts) == ([], [])


class Doubtful(msgspec.Struct):
    type: str

    def __post_init__(self) -> None:
        raise KeyError(self.type)


@pytest.mark.parametrize(("schema", "words"), [(Doubtful, "KeyError: 'FeatureCollection'"), ({}, "TypeError")])
def test_a_schema_that_raises_an_error_of_its_own_quarantines_the_response(schema: Any, words: str) -> None:
    bench = HandlerBench(Response(200, body()))
    result = bench.handler.poll(replace(SOURCE, schema=schema), SLOT)
    assert result.reason.startswith(f"unreadable: the schema of the source taxi_availability gives an error: {words}")
    assert (len(bench.quarantine.kept), len(bench.attempts)) == (1, 1)


def test_a_backfill_goes_on_past_a_read_that_raises() -> None:
    bench = HandlerBench(*[Response(200, body())] * 3)
    reads = iter([raising(KeyError("gone")), SOURCE.read, endless])
    source = replace(SOURCE, read=lambda document: next(reads)(document))
    later = SLOT - timedelta(minutes=2)
    summary = backfill(bench.handler, source, later, SLOT, timedelta(minutes=1), history=NoHistory(), workers=1)
    assert (summary.quarantined, summary.accepted, len(bench.attempts)) == (2, 1, 3)


def test_a_rejected_response_is_in_quarantine_before_its_attempt_is_delivered() -> None:
    page = b"<html>down</html>"
    bench = HandlerBench(Response(200, page))
    result = bench.handler.poll(SOURCE, SLOT)
    assert bench.order == ["quarantine.written 1 kept 0 put"]
    [item], [attempt] = bench.quarantine.kept, bench.attempts
    assert (item.item_id, item.source, item.dt, item.code) == (result.poll_id, SOURCE.name, "2024-05-30", "not_json")
    assert (item.body, item.quarantined_at, item.attempt) == (page, NOW, attempt)
    assert attempt["outcome"] == "quarantined"
    assert attempt["reason"] == f"not_json: {item.reason}" == result.reason
    assert (attempt["snapshot_id"], attempt["observed_at"], attempt["entities"]) == (None, None, None)
    assert (attempt["http_status"], attempt["bytes"]) == (200, len(page))
    assert (bench.stream.records[0].dt, bench.stream.records[0].hour) == ("2024-05-30", "12")
    assert (result.outcome, result.entities, result.dt, result.status) == (Outcome.QUARANTINED, None, None, 200)


def test_a_feed_that_returns_nothing_is_a_failed_attempt() -> None:
    bench = HandlerBench(
        FeedUnavailable("no answer (4 tries).", tries=4, status=503, body=b"busy"), FeedUnavailable("x", tries=1)
    )
    result = bench.handler.poll(SOURCE, SLOT)
    bench.handler.poll(SOURCE, SLOT)
    first, second = bench.attempts
    assert (first["outcome"], first["reason"], first["http_status"]) == ("failed", "no answer (4 tries).", 503)
    assert (first["tries"], first["bytes"], second["http_status"], second["bytes"]) == (4, 4, None, 0)
    assert bench.quarantine.kept == []
    assert (result.outcome, result.reason, result.status, result.tries) == (Outcome.FAILED, first["reason"], 503, 4)


@pytest.mark.parametrize("answer", [Response(200, body()), Response(200, b""), FeedUnavailable("x", tries=1)])
def test_a_poll_that_cannot_be_made_durable_fails_loudly(answer: Response | Exception) -> None:
    bench = HandlerBench(answer)
    bench.stream.broken = True
    with pytest.raises(DeliveryError):
        bench.handler.poll(SOURCE, SLOT)


def test_every_attempt_has_exactly_the_declared_fields() -> None:
    bench = HandlerBench(Response(200, body()), Response(200, b""), FeedUnavailable("x", tries=1))
    for _ in range(3):
        bench.handler.poll(SOURCE, SLOT)
    for attempt in bench.attempts:
        assert list(attempt) == list(AttemptRecord.__struct_fields__)


def test_the_duration_is_measured() -> None:
    bench = HandlerBench()

    class Slow(ScriptedFetcher):
        def fetch(self, request: Any) -> Response:
            bench.time.sleep(1.2345)
            return Response(200, body())

    handler = PollHandler(Slow([]), bench.stream, bench.quarantine, bench.time, timer=bench.time.timer)
    handler.poll(SOURCE, SLOT)
    assert bench.attempts[0]["duration_ms"] == 1234
    assert bench.attempts[0]["polled_at"] == "2024-05-30 04:30:11"


def test_the_time_asked_for_is_the_sources_local_time() -> None:
    bench = HandlerBench(Response(200, body()), Response(200, body()))
    elsewhere = SLOT.astimezone(timezone(timedelta(hours=-3)))
    assert bench.handler.poll(SOURCE, elsewhere, historical=True).requested_at == SLOT
    bench.handler.poll(SOURCE, SLOT)
    assert [dict(request.params) for request in bench.fetcher.requests] == [{"date_time": "2024-05-30T12:30:00"}, {}]


def test_an_impossible_request_is_not_sent() -> None:
    bench = HandlerBench()
    with pytest.raises(UsageError, match="past time"):
        bench.handler.poll(replace(SOURCE, origin=replace(SOURCE.feed, history_parameter=None)), SLOT, historical=True)
    with pytest.raises(BadTime, match="no time zone"):
        bench.handler.poll(SOURCE, SLOT.replace(tzinfo=None))
    assert bench.fetcher.requests == []


@pytest.mark.parametrize(
    ("at", "message"),
    [
        (NOW + timedelta(minutes=6), "in the future"),
        (datetime(2091, 1, 1, tzinfo=UTC), "in the future"),
        (datetime.max.replace(tzinfo=timezone(-timedelta(hours=8))), "in the future"),
        (datetime(1970, 1, 1, tzinfo=UTC), "before 2000-01-01"),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=8))), "before 2000-01-01"),
    ],
)
@pytest.mark.parametrize("historical", [False, True])
def test_a_time_that_no_snapshot_can_have_is_not_asked_for(at: datetime, message: str, historical: bool) -> None:
    """Its attempt would lie in a partition of that time, and the feed's health would count from it."""
    bench = HandlerBench(Response(200, b"no results"))
    with pytest.raises(BadTime, match=message):
        bench.handler.poll(SOURCE, at, historical=historical)
    assert (bench.fetcher.requests, bench.stream.calls, bench.quarantine.kept) == ([], [], [])


def test_settings_replace_the_address_and_give_the_key() -> None:
    key = Secret("k3y")
    bench = HandlerBench(
        Response(200, b"your key k3y is over its limit"),
        requests=PollRequests(
            Time(NOW),
            urls={SOURCE.name: "http://127.0.0.1:9/x", "other": "http://other.example"},
            api_keys={SOURCE.name: key},
        ),
    )
    result = bench.handler.poll(SOURCE, SLOT)
    [request] = bench.fetcher.requests
    assert request.url == "http://127.0.0.1:9/x"
    assert request.headers == {"x-api-key": key}
    assert (request.budget, request.body_limit) == (SOURCE.feed.budget, 8 * 1024 * 1024)
    assert "k3y" not in result.reason + bench.quarantine.kept[0].reason + str(bench.attempts)
    plain = HandlerBench(Response(200, body()))
    plain.handler.poll(SOURCE, SLOT)
    assert (plain.fetcher.requests[0].url, plain.fetcher.requests[0].headers) == (SOURCE.feed.url, {})


def test_it_polls_over_real_http() -> None:
    time, stream, quarantine = Time(), MemoryStream(), MemoryQuarantine()
    answers = iter([reply(503, b"busy"), reply(200, body(40)), reply(404, b"gone"), reply(200, b"no")])
    with serving(lambda handler: next(answers)(handler)) as server:
        fetcher = polling_fetcher(time, fetcher=RequestsFetcher())
        requests = PollRequests(time, {SOURCE.name: server.url})
        handler = PollHandler(fetcher, stream, quarantine, time, requests=requests)
        outcomes = [handler.poll(SOURCE, SLOT).outcome for _ in range(3)]
        fetcher.close()
    assert outcomes == [Outcome.DELIVERED, Outcome.FAILED, Outcome.QUARANTINED]
    assert len(stream.records) == 4
