"""The rainfall source: one short file, which gets every check from its declaration."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from millrace.errors import PayloadRejected, SettingError
from millrace.ingestors.http.fetcher import Response, ScriptedFetcher
from millrace.ingestors.polling.handler import PollHandler
from millrace.ingestors.polling.payload import ParsedPayload, read_payload
from millrace.ingestors.polling.poll_requests import PollRequests
from millrace.ingestors.ports import Outcome
from millrace.ingestors.sources import rainfall
from millrace.schema_drift import undeclared_fields
from tests.shipped import PROJECT
from tests.unit.ingestors.fakes import NOW, MemoryQuarantine, MemoryStream, Time
from tests.unit.ingestors.rain import rain, station, text

SOURCE = PROJECT.source("rainfall")
LOST = {"code": 17, "name": "REAL_TIME_API_DATA_NOT_FOUND", "data": None, "errorMsg": "Data not found"}
BUSY = {"code": 24, "name": "TOO_MANY_REQUESTS", "data": None, "errorMsg": "Rate limit exceeded"}
ABROAD = {"latitude": 103.8, "longitude": 1.3}


def handler(*answers: Response, **more: Any) -> tuple[PollHandler, ScriptedFetcher, MemoryQuarantine]:
    fetcher, quarantine = ScriptedFetcher(list(answers)), MemoryQuarantine()
    return PollHandler(fetcher, MemoryStream(), quarantine, Time(NOW), **more), fetcher, quarantine


def test_the_source_is_a_file_of_under_45_lines() -> None:
    assert len(inspect.getsource(rainfall).splitlines()) < 45


def test_a_snapshot_is_true_at_its_reading_and_has_an_entity_for_each_value() -> None:
    assert read_payload(SOURCE, text(rain()), NOW) == ParsedPayload(datetime(2024, 5, 30, 4, 25, tzinfo=UTC), 3)


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        (LOST, "error_object", "error code 17: 'Data not found'"),
        (BUSY, "error_object", "error code 24: 'Rate limit exceeded'"),
        (rain() | {"code": 4}, "error_object", "error code 4"),
        (rain(readings=[]), "wrong_type", r"array. of length 1 - at .\$\.data\.readings"),
        (rain(readings=rain()["data"]["readings"] * 2), "wrong_type", "of length 1"),
        (rain({}), "empty", "no entities"),
        (rain({f"S{number}": 0 for number in range(501)}), "too_many", "501 entities"),
        (rain({"S77": "0.2"}), "wrong_type", r"Expected .float., got .str."),
        (rain({"S77": None}), "wrong_type", "got .null."),
        (rain(readingUnit="inch"), "wrong_type", r"inch.*readingUnit"),
        (rain(timestamp="2024-05-30T12:25:00"), "timestamp_without_offset", "no offset"),
        (rain(timestamp="2024-05-30T14:25:00+08:00"), "timestamp_ahead", "after the poll"),
        (rain(stations=[station("S77", ABROAD)]), "outside_box", "look swapped"),
        (rain(stations=[station("S77", {"latitude": 1.3})]), "missing_field", "longitude"),
    ],
)
def test_an_implausible_answer_is_refused_with_its_reason(document: object, code: str, words: str) -> None:
    with pytest.raises(PayloadRejected, match=words) as caught:
        read_payload(SOURCE, text(document), NOW)
    assert caught.value.code == code


def test_an_error_with_status_200_is_quarantined() -> None:
    polls, _, quarantine = handler(Response(200, text(BUSY)))
    result = polls.poll(SOURCE, NOW)
    assert (result.outcome, result.reason) == (
        Outcome.QUARANTINED,
        "error_object: the feed answers error code 24: 'Rate limit exceeded'",
    )
    assert [item.body for item in quarantine.items()] == [text(BUSY)]


def test_a_past_time_is_asked_for_in_singapores_time() -> None:
    polls, fetcher, _ = handler(Response(200, text(rain())))
    polls.poll(SOURCE, NOW - timedelta(minutes=5), historical=True)
    [request] = fetcher.requests
    assert (request.url, request.params) == (SOURCE.feed.url, {"date": "2024-05-30T12:25:10"})


def test_a_simulated_feed_is_never_the_live_one() -> None:
    requests = PollRequests(Time(NOW), {"taxi_availability": "http://127.0.0.1:1/"}, only_urls=True)
    polls, fetcher, _ = handler(requests=requests)
    with pytest.raises(SettingError, match="MILLRACE_SOURCE_RAINFALL_URL"):
        polls.poll(SOURCE, NOW)
    assert fetcher.requests == []


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        (rain(), ()),
        (rain(paginationToken="abc"), ("$.data.paginationToken",)),
        (rain(stations=[station("S77") | {"height": 3}]), ("$.data.stations[].height",)),
        (rain(readings=[{"timestamp": "x", "data": [{"stationId": "a", "value": 1, "flag": 0}]}]),
         ("$.data.readings[].data[].flag",)),
    ],
)  # fmt: skip
def test_new_fields_are_found(document: object, fields: tuple[str, ...]) -> None:
    assert undeclared_fields(SOURCE.schema, text(document)) == fields
