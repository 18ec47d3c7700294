"""A source of another shape gets every check from its declaration alone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import pytest

from millrace.errors import FeedUnavailable, PayloadRejected
from millrace.ingestors.health.alerts import FeedMonitor
from millrace.ingestors.health.feed_health import MemoryHealth
from millrace.ingestors.http.fetcher import Response, ScriptedFetcher
from millrace.ingestors.polling.handler import PollHandler
from millrace.ingestors.polling.payload import read_payload
from millrace.ingestors.ports import Box, HttpFeed, Observation, Outcome, Plausibility, Position, RateBudget, Source
from millrace.schema_drift import undeclared_fields
from tests.unit.ingestors.fakes import NOW, MemoryQuarantine, MemoryStream, Time, body


class Gauge(msgspec.Struct):
    station: Annotated[str, msgspec.Meta(min_length=1)]
    at: Position
    level: Annotated[float, msgspec.Meta(ge=0, le=50)]


class Gauges(msgspec.Struct):
    time: str
    gauges: list[Gauge]


def read(answer: Gauges) -> Observation:
    return Observation(answer.time, len(answer.gauges), [gauge.at for gauge in answer.gauges])


RIVER = Source(
    name="river_levels",
    title="River levels",
    origin=HttpFeed("http://river.example/levels", RateBudget(1, timedelta(seconds=1)), history_parameter="at"),
    schedule="rate(10 minutes)",
    timezone=ZoneInfo("Europe/Zurich"),
    schema=Gauges,
    read=read,
    plausibility=Plausibility(2, 4, box=Box(5.9, 10.5, 45.8, 47.9), outside=0.0, behind=timedelta(minutes=30)),
    entities_path="$.gauges",
    stale_after=timedelta(hours=1),
)


def levels(time: str = "2024-05-30T04:30:00Z", count: int = 2, **gauge: object) -> bytes:
    one = {"station": "A", "at": [7.6, 47.5], "level": 2.5, **gauge}
    return json.dumps({"time": time, "gauges": [one] * count}).encode()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (levels(count=1), "too_few"),
        (levels(count=5), "too_many"),
        (levels(count=0), "empty"),
        (levels(level=51), "wrong_type"),
        (levels(level="2.5"), "wrong_type"),
        (levels(station=""), "wrong_type"),
        (levels(at=[47.5, 7.6]), "outside_box"),
        (levels(at=[7.6]), "missing_field"),
        (levels("2024-05-30T04:36:00Z"), "timestamp_ahead"),
        (levels("1999-12-31T00:00:00Z"), "timestamp_too_old"),
        (levels("2024-05-30T04:30:00"), "timestamp_without_offset"),
        (b'{"time": "2024-05-30T04:30:00Z"}', "missing_field"),
        (b"<html>", "not_json"),
    ],
)
def test_what_it_declares_is_enforced(answer: bytes, code: str) -> None:
    with pytest.raises(PayloadRejected) as caught:
        read_payload(RIVER, answer, NOW)
    assert caught.value.code in (code, "wrong_type" if code == "missing_field" else code)


def test_what_it_allows_passes() -> None:
    assert read_payload(RIVER, levels(), NOW).entities == 2


@pytest.mark.parametrize(
    ("observed_at", "code"),
    [
        (datetime(2024, 5, 30, 6, 30, tzinfo=ZoneInfo("Europe/Zurich")), None),
        (datetime(2024, 5, 30, 4, 36, tzinfo=UTC), "timestamp_ahead"),
        (datetime(1999, 12, 31, tzinfo=UTC), "timestamp_too_old"),
        (datetime(2024, 5, 30, 4, 30), "timestamp_without_offset"),  # noqa: DTZ001
        (datetime.max.replace(tzinfo=ZoneInfo("Etc/GMT+12")), "timestamp_unreadable"),
    ],
)
def test_a_source_may_give_an_instant_in_place_of_a_text(observed_at: datetime, code: str | None) -> None:
    source = replace(RIVER, read=lambda answer: Observation(observed_at, len(answer.gauges)))
    if code is None:
        parsed = read_payload(source, levels(), NOW)
        assert (parsed.observed_at, parsed.observed_at.tzinfo) == (observed_at, UTC)
        return
    with pytest.raises(PayloadRejected) as caught:
        read_payload(source, levels(), NOW)
    assert caught.value.code == code


def test_observed_at_may_go_back_as_far_as_declared_and_no_further() -> None:
    newest = datetime(2024, 5, 30, 5, 0, tzinfo=UTC)
    assert read_payload(RIVER, levels(), NOW, newest).entities == 2
    with pytest.raises(PayloadRejected, match="0:30:01 before the newest") as caught:
        read_payload(RIVER, levels(), NOW, newest + timedelta(seconds=1))
    assert caught.value.code == "timestamp_back"
    anything = replace(RIVER, plausibility=replace(RIVER.plausibility, behind=None))
    assert read_payload(anything, levels(), NOW, newest + timedelta(days=99)).entities == 2


def test_only_a_poll_for_the_current_time_must_not_go_back() -> None:
    answers = [levels("2024-05-30T04:30:00Z"), levels("2024-05-29T04:30:00Z"), levels("2024-05-29T04:30:00Z")]
    fetcher, quarantine = ScriptedFetcher([Response(200, one) for one in answers]), MemoryQuarantine()
    handler = PollHandler(fetcher, MemoryStream(), quarantine, Time(NOW), monitor=FeedMonitor(MemoryHealth()))
    outcomes = [handler.poll(RIVER, NOW, historical=past).outcome for past in (False, False, True)]
    assert outcomes == [Outcome.DELIVERED, Outcome.QUARANTINED, Outcome.DELIVERED]
    assert [item.code for item in quarantine.kept] == ["timestamp_back"]


def test_a_time_without_a_local_date_is_quarantined_not_an_error() -> None:
    time = Time(datetime(9999, 12, 31, 23, 0, tzinfo=UTC))
    fetcher, quarantine = ScriptedFetcher([Response(200, levels("9999-12-31T23:30:00Z"))]), MemoryQuarantine()
    broad = replace(RIVER, plausibility=replace(RIVER.plausibility, ahead=timedelta(hours=1)))
    result = PollHandler(fetcher, MemoryStream(), quarantine, time).poll(broad, NOW)
    assert (result.outcome, quarantine.kept[0].code) == (Outcome.QUARANTINED, "timestamp_unreadable")


def test_undeclared_fields_are_found_at_any_depth() -> None:
    document = {"time": "x", "by": 1, "gauges": [{"station": "A", "at": [1.0, 2.0], "level": 1, "unit": {"a": 1}}]}
    assert undeclared_fields(Gauges, json.dumps(document).encode()) == ("$.by", "$.gauges[].unit")
    assert undeclared_fields(Gauges, levels()) == ()
    assert undeclared_fields(Gauges, levels(count=0)) == ()


class BodiesInOrder:
    def __init__(self, stream: MemoryStream) -> None:
        self.stream, self.kept = stream, list[tuple[str, str, bytes, int]]()

    def store(self, source: str, dt: str, poll_id: str, body: bytes) -> None:
        self.kept.append((source, dt, body, len(self.stream.calls)))


def test_a_failed_attempts_body_is_kept_before_its_record() -> None:
    stream = MemoryStream()
    bodies = BodiesInOrder(stream)
    answers: list[Response | Exception] = [
        FeedUnavailable("a", tries=1, body=b"busy"),
        FeedUnavailable("b", tries=1),
        Response(200, body()),
    ]
    handler = PollHandler(ScriptedFetcher(answers), stream, MemoryQuarantine(), Time(NOW), failed_bodies=bodies)
    for _ in answers:
        handler.poll(RIVER, NOW)
    assert bodies.kept == [("river_levels", "2024-05-30", b"busy", 0)]
