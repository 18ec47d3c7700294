from __future__ import annotations

import gzip
import json
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from millrace.errors import PayloadRejected
from millrace.ingestors.polling.payload import ParsedPayload, read_payload
from millrace.ingestors.ports import Plausibility
from millrace.ingestors.sources.taxi_availability import SOURCE
from tests.recorded import RESPONSE, needs_recordings
from tests.unit.ingestors.fakes import NOW, body, taxis

CODES = {
    "not_utf8",
    "not_json",
    "no_results",
    "error_object",
    "missing_field",
    "wrong_type",
    "empty",
    "too_few",
    "too_many",
    "timestamp_unreadable",
    "timestamp_without_offset",
    "timestamp_ahead",
    "timestamp_too_old",
    "outside_box",
    "unreadable",
    "duplicate_name",
    "name_too_long",
    "nul_character",
    "number_too_long",
    "too_deep",
}
IN, OUT = [103.8, 1.35], [0.0, 0.0]


def rejected(payload: bytes) -> PayloadRejected:
    with pytest.raises(PayloadRejected) as caught:
        read_payload(SOURCE, payload, NOW)
    assert caught.value.code in CODES
    return caught.value


def without(*path: str | int) -> bytes:
    document: Any = taxis()
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return json.dumps(document).encode()


@needs_recordings
def test_the_recorded_response_is_accepted_whole() -> None:
    parsed = read_payload(SOURCE, RESPONSE.read_bytes(), NOW)
    assert parsed == ParsedPayload(datetime(2019, 2, 1, 6, 29, 58, tzinfo=UTC), 2549)


def test_a_new_field_changes_nothing() -> None:
    document = taxis(vehicle_kinds=["limousine"]) | {"licence": {"name": "open"}}
    assert read_payload(SOURCE, json.dumps(document).encode(), NOW).entities == 3


@pytest.mark.parametrize(
    ("payload", "code", "words"),
    [
        (b"", "not_json", "empty"),
        (b" \r\n", "not_json", "empty"),
        (b"<!DOCTYPE html><html><body>Down for maintenance", "not_json", "looks like HTML.*DOCTYPE"),
        (b'<?xml version="1.0"?><Error/>', "not_json", "looks like XML"),
        (b"upstream connect error", "not_json", "plain text: 'upstream connect error'"),
        (body(50)[:300], "not_json", "broken or truncated JSON"),
        (b'{"type": 5, "features": [', "not_json", "broken or truncated JSON"),
        (b'{"type": "\\ud83d\\ude00", "features": [', "not_json", "broken or truncated JSON"),
        (b'{"type": "\\ud83d\\ude00\\ud83d"}', "not_json", r"a text has a lone surrogate \(.ud83d\)"),
        (b'{"type": "\\uDE00"}', "not_json", r"a text has a lone surrogate \(.uDE00\)"),
        (b"\xef\xbb\xbf" + body(), "not_json", "byte order mark"),
        (b"[" * 100_000, "too_deep", "nested too deep"),
        (body().replace(b"1.35", b"NaN"), "not_json", "broken"),
        (body().replace(b"1.35", b"Infinity"), "not_json", "broken"),
        (body(licence="x").replace(b'"x"', b'"\\ud800 alone"'), "not_json", "lone surrogate"),
        (gzip.compress(body()), "not_utf8", "gzip data"),
        (body(licence="é").replace(b"\\u00e9", b"\xe9"), "not_utf8", "not UTF-8"),
        (b'{"api_info": {"status": "healthy"}, "message": "no results found"}', "no_results", "no results found"),
        (
            b'{"code":4,"name":"ERROR_PARAMS","data":null,"errorMsg":"Invalid date format"}',
            "error_object",
            "4.*Invalid",
        ),
        (b'{"code":24,"message":"slow down"}', "error_object", "24.*slow down"),
        (b'{"api_info": {"status": "degraded"}}', "error_object", "degraded"),
        (b'{"message": "Internal server error"}', "error_object", "Internal server error"),
        (body(api_info={"status": "unhealthy"}), "error_object", "unhealthy"),
        (b"{}", "missing_field", r"`type` - at `\$`"),
        (without("features", 0, "geometry", "coordinates"), "missing_field", "coordinates.*features"),
        (without("features", 0, "properties", "timestamp"), "missing_field", r"timestamp.*features\[0\].properties"),
        (without("features", 0, "properties", "taxi_count"), "missing_field", "taxi_count"),
        (b"null", "wrong_type", r"null.*at `\$`"),
        (b'"text"', "wrong_type", "str"),
        (json.dumps(taxis() | {"features": []}).encode(), "wrong_type", r"\$.features"),
        (json.dumps(taxis() | {"features": taxis()["features"] * 2}).encode(), "wrong_type", r"\$.features"),
        (body(coordinates=None).replace(b"[[", b'"').replace(b"]]", b'"'), "wrong_type", "coordinates"),
        (body(coordinates=[["103.8", "1.35"]]), "wrong_type", r"coordinates\[0\]\[0\]"),
        (body(coordinates=[IN, None]), "wrong_type", r"coordinates\[1\]"),
        (body(coordinates=[[103.8, None]]), "wrong_type", r"coordinates\[0\]\[1\]"),
        (body(coordinates=[[103.8]]), "wrong_type", r"length 2.*coordinates\[0\]"),
        (body(coordinates=[IN, [103.8, 1.35, 12.0]]), "wrong_type", r"array.s end.*coordinates\[1\]\[2\]"),
        (body(coordinates=[[103.8, 1.35, None, 7]]), "wrong_type", r"array.s end.*coordinates\[0\]\[2\]"),
        (body().replace(b"1.35", b"1e999"), "wrong_type", "out of range"),
        (body(0), "empty", "no entities"),
        (body(20_001), "too_many", "20001 entities.*20000"),
        (body(timestamp="2024-05-30T12:29:58"), "timestamp_without_offset", "no offset"),
        (body(timestamp="2024-05-30"), "timestamp_without_offset", "no offset"),
        (body(timestamp="noon"), "timestamp_unreadable", "'noon'"),
        (body(timestamp="0001-01-01T00:00:00+08:00"), "timestamp_unreadable", "0001"),
        (body(timestamp=1717043398), "wrong_type", "timestamp"),
        (body(timestamp="1970-01-01T08:00:00+08:00"), "timestamp_too_old", "1970"),
        (body(timestamp="2024-05-30T12:35:11+08:00"), "timestamp_ahead", "0:05:01 after the poll"),
        (body(coordinates=[IN] * 18 + [OUT] * 2), "outside_box", "2 of 20 positions"),
        (body(coordinates=[IN[::-1]] * 20), "outside_box", "look swapped"),
    ],
)
def test_an_implausible_snapshot_is_rejected_with_its_code(payload: bytes, code: str, words: str) -> None:
    error = rejected(payload)
    assert error.code == code
    assert msgspec.json.encode(error.message)  # printable wherever it goes
    with pytest.raises(PayloadRejected, match=f"(?s){words}"):
        read_payload(SOURCE, payload, NOW)


@pytest.mark.parametrize(
    "payload",
    [
        body(1),
        body(20_000),
        body(coordinates=[IN] * 19 + [OUT]),  # exactly 5%
        body(coordinates=[[103.55, 1.13], [104.15, 1.50], [103.8, 1]] + [IN] * 17),
        body(timestamp="2024-05-30T12:35:10+08:00"),  # exactly five minutes ahead
        body(timestamp="2024-05-30T04:29:58Z"),
        body(timestamp="2024-05-30t04:29:58z"),
        body(timestamp="2024-05-30 04:29:58.5z"),
        body(timestamp="2024-05-30T12:29:58.250+08:00"),
        body() + b"\r\n",
        json.dumps(taxis(), indent=2).encode(),
    ],
)
def test_a_snapshot_at_the_limits_is_accepted(payload: bytes) -> None:
    assert read_payload(SOURCE, payload, NOW).entities >= 1


def test_a_long_answer_gives_a_short_message() -> None:
    for payload in (
        b"x" * 1_000_000,
        b'{"message": "' + b"x" * 1_000_000 + b'"}',
        body(api_info={"status": "x" * 9999}),
    ):
        assert len(rejected(payload).message) < 500


def test_plausibility_is_data_that_another_source_can_change() -> None:
    dense = replace(SOURCE, plausibility=Plausibility(5, 9, ahead=timedelta(0)))
    for payload, code in ((body(4), "too_few"), (body(10), "too_many")):
        with pytest.raises(PayloadRejected) as caught:
            read_payload(dense, payload, NOW)
        assert caught.value.code == code
    assert read_payload(dense, body(coordinates=[OUT] * 5), NOW).entities == 5


def accepted_or_rejected(payload: bytes) -> None:
    """Any body is accepted or rejected, and an accepted one is JSON with that time and number of entities."""
    rejection = None
    try:
        reading = read_payload(SOURCE, payload, NOW)
    except PayloadRejected as error:
        rejection = error
    if rejection is not None:
        assert rejection.code in CODES
        assert rejection.message
        return
    feature = json.loads(payload)["features"][0]
    assert reading.entities == len(feature["geometry"]["coordinates"])
    assert reading.observed_at == datetime.fromisoformat(feature["properties"]["timestamp"])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(string.ascii_letters, max_size=8), inner),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_accepted_or_rejected(payload: bytes) -> None:
    accepted_or_rejected(payload)


@settings(deadline=None)
@given(json_values)
@example({"code": [1]})
@example({"api_info": "no", "message": ["no results"]})
def test_any_json_is_accepted_or_rejected(value: object) -> None:
    accepted_or_rejected(json.dumps(value).encode())


@settings(deadline=None)
@given(timestamp=json_values | st.datetimes().map(str), coordinates=json_values, more=json_values)
def test_any_fields_are_accepted_or_rejected(timestamp: object, coordinates: object, more: object) -> None:
    accepted_or_rejected(body(timestamp=timestamp))
    accepted_or_rejected(json.dumps(taxis(coordinates=coordinates or 0)).encode())
    accepted_or_rejected(body(api_info=more))


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(100, 106), st.floats(0, 3)), min_size=1, max_size=60))
def test_the_box_agrees_with_a_count_one_by_one(places: list[tuple[float, float]]) -> None:
    outside = sum(not (103.55 <= lon <= 104.15 and 1.13 <= lat <= 1.50) for lon, lat in places)
    payload = body(coordinates=places)
    if outside * 20 > len(places):
        assert rejected(payload).code == "outside_box"
    else:
        assert read_payload(SOURCE, payload, NOW).entities == len(places)


@needs_recordings
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_recorded_response_is_accepted_or_rejected(data: st.DataObject) -> None:
    payload = bytearray(RESPONSE.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(
            st.integers(0, len(payload)) | st.integers(0, 240) | st.integers(len(payload) - 200, len(payload))
        )
        payload[start : start + data.draw(st.integers(0, 40))] = data.draw(
            st.binary(max_size=8)
            | st.sampled_from([b"", b"null", b'"', b"}", b"]", b",", b"1e999", b"-", b"[]", b'"x":1,'])
        )
    accepted_or_rejected(bytes(payload))
