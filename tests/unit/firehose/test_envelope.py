from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.errors import BadTime
from millrace.firehose.envelope import Snapshot, from_line, snapshot_id, to_record

SINGAPORE = ZoneInfo("Asia/Singapore")
OBSERVED = datetime(2024, 5, 30, 4, 30, 15, tzinfo=UTC)
RECORDED = Path(__file__).parents[4] / "shared" / "data" / "taxi-availability-2019-02-01T142958.json"

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)
breaks = st.sampled_from(["\n", "\r\n", "\r", "\n\t", " \n "])
instants = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def snapshot(payload: bytes, observed_at: datetime = OBSERVED) -> Snapshot:
    return Snapshot("taxi", SINGAPORE, observed_at, observed_at, observed_at, payload)


@st.composite
def payloads(draw: st.DrawFn) -> bytes:
    """Any JSON text, with any kind of line break between its tokens, inside and around."""
    value, line_break = draw(values), draw(breaks)
    text = json.dumps(value, indent=draw(st.sampled_from([None, 1])), ensure_ascii=draw(st.booleans()))
    return (line_break + text.replace("\n", line_break) + line_break).encode()


@settings(max_examples=60, deadline=None)
@given(payloads(), instants)
def test_a_payload_comes_back_verbatim_but_for_line_breaks(payload: bytes, observed_at: datetime) -> None:
    record = to_record(snapshot(payload, observed_at))
    kept = bytes(from_line(record.data).payload)
    assert kept == payload.strip().replace(b"\r", b" ").replace(b"\n", b" ")
    assert json.loads(kept) == json.loads(payload)


@settings(max_examples=60, deadline=None)
@given(payloads())
def test_an_envelope_is_exactly_one_line(payload: bytes) -> None:
    data = to_record(snapshot(payload)).data
    assert data.endswith(b"\n")
    assert len(data.splitlines()) == 1
    assert json.loads(data)["payload"] == json.loads(payload)


@settings(max_examples=60, deadline=None)
@given(payloads(), instants)
def test_record_and_line_agree(payload: bytes, observed_at: datetime) -> None:
    record = to_record(snapshot(payload, observed_at))
    envelope = from_line(record.data)
    assert (envelope.source, envelope.snapshot_id) == (record.source, record.snapshot_id)
    assert (envelope.dt, envelope.hour) == (record.dt, record.hour)
    assert f"{envelope.dt} {envelope.hour}" == envelope.observed_at_local[:13]
    assert envelope.snapshot_id.endswith(hashlib.sha256(bytes(envelope.payload)).hexdigest()[:16])


def test_fields_in_their_order_and_every_digit_of_the_payload() -> None:
    payload = '{"a": 103.622996833333,\r\n "b": 1.10, "c": 1E2,\n"d": "x\\r\\n\u2028\u00e9\U0001f695"}\n'.encode()
    start = datetime(2024, 5, 31, 0, 29, 59, 999_999, tzinfo=timezone(timedelta(hours=8)))
    record = to_record(Snapshot("taxi", SINGAPORE, OBSERVED, start, OBSERVED, payload))
    digest = record.snapshot_id.rpartition("-")[2]
    assert record.data.decode() == (
        '{"source":"taxi","snapshot_id":"taxi-20240530T162959Z-' + digest + '","requested_at":"2024-05-30 04:30:15",'
        '"observed_at":"2024-05-30 16:29:59","observed_at_local":"2024-05-31 00:29:59",'
        '"polled_at":"2024-05-30 04:30:15","dt":"2024-05-31","hour":"00",'
        '"payload":{"a": 103.622996833333,   "b": 1.10, "c": 1E2, "d": "x\\r\\n\u2028\u00e9\U0001f695"}}\n'
    )


def test_the_id_depends_on_content_and_time_and_not_on_the_poll() -> None:
    first = to_record(snapshot(b"[1]"))
    later = OBSERVED + timedelta(minutes=1)
    assert to_record(Snapshot("taxi", SINGAPORE, later, OBSERVED, later, b"[1]\n")).snapshot_id == first.snapshot_id
    assert to_record(snapshot(b"[2]")).snapshot_id != first.snapshot_id
    assert to_record(snapshot(b"[1]", later)).snapshot_id != first.snapshot_id
    assert first.snapshot_id == snapshot_id("taxi", OBSERVED, b"[1]")


def test_a_line_that_is_not_an_envelope_is_refused() -> None:
    for line in (b"", b"not json\n", b"{}\n", b"[1]\n"):
        with pytest.raises(msgspec.DecodeError):
            from_line(line)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(BadTime, match="no offset"):
        to_record(snapshot(b"[]", datetime(2024, 5, 30)))  # noqa: DTZ001


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded response is not beside the project")
def test_the_recorded_response_keeps_every_byte() -> None:
    payload = RECORDED.read_bytes()
    record = to_record(snapshot(payload))
    assert bytes(from_line(record.data).payload) == payload.strip().replace(b"\r", b" ").replace(b"\n", b" ")
    assert len(json.loads(record.data)["payload"]["features"][0]["geometry"]["coordinates"]) == 2549
