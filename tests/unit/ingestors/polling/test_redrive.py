"""The redrive of quarantined items: what a retry delivers, and what stays on record."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from millrace.errors import DeliveryError, UnknownName, UsageError
from millrace.firehose.envelope import from_line
from millrace.firehose.ports import QuarantinedItem, QuarantineState
from millrace.ingestors.http.fetcher import Response, ScriptedFetcher
from millrace.ingestors.polling.handler import PollHandler
from millrace.ingestors.polling.redrive import Redriver
from millrace.ingestors.ports import POLLS, Observation, Source
from millrace.ingestors.sources.taxi_availability import SOURCE
from millrace.settings import Secret
from tests.unit.ingestors.fakes import NOW, MemoryQuarantine, MemoryStream, Time, body

SLOT = datetime(2024, 5, 30, 4, 30, tzinfo=UTC)
BROADER = replace(SOURCE, plausibility=replace(SOURCE.plausibility, entities_max=50_000))
MANY = body(21_000)


class RedriveBench:
    """One quarantined response, and a redriver that knows `source` as it is after a fix."""

    def __init__(self, source: Source = BROADER, payload: bytes = MANY) -> None:
        self.stream, self.quarantine, self.time = MemoryStream(), MemoryQuarantine(), Time(NOW)
        fetcher, timer = ScriptedFetcher([Response(200, payload)]), self.time.timer
        handler = PollHandler(fetcher, self.stream, self.quarantine, self.time, timer=timer)
        handler.poll(SOURCE, SLOT)
        self.time.sleep(3600)
        self.redriver = Redriver(
            {source.name: source}, self.stream, self.quarantine, self.time, api_keys={SOURCE.name: Secret("k3y")}
        )

    @property
    def item(self) -> QuarantinedItem:
        (item,) = self.quarantine.kept
        return item

    @property
    def attempts(self) -> list[dict[str, Any]]:
        return [json.loads(bytes(from_line(r.data).payload)) for r in self.stream.records if r.source == POLLS]


def test_a_retry_delivers_the_bytes_as_of_the_time_they_came() -> None:
    bench = RedriveBench()
    result = bench.redriver.retry(bench.item)
    snapshot, attempt = bench.stream.calls[1]
    envelope = from_line(snapshot.data)
    assert (envelope.polled_at, envelope.requested_at) == ("2024-05-30 04:30:10", "2024-05-30 04:30:00")
    assert bytes(envelope.payload) == MANY
    assert (result.snapshot_id, result.dt, result.duplicate) == (snapshot.snapshot_id, "2024-05-30", False)
    assert attempt.dt == snapshot.dt

    first, further = bench.attempts
    assert further["poll_id"] != first["poll_id"]
    assert further == first | {
        "poll_id": further["poll_id"],
        "outcome": "delivered",
        "snapshot_id": snapshot.snapshot_id,
        "observed_at": "2024-05-30 04:29:58",
        "entities": 21_000,
        "reason": f"retry of quarantined item {first['poll_id']}",
    }
    assert (bench.item.state, bench.item.body) == (QuarantineState.REDRIVEN, MANY)
    assert bench.item.noted_at == NOW + timedelta(hours=1)
    assert snapshot.snapshot_id in bench.item.note


def test_a_snapshot_lands_in_the_partition_of_its_own_time() -> None:
    late = body(21_000, timestamp="2024-05-29T23:59:44+08:00")
    bench = RedriveBench(payload=late)
    assert bench.item.dt == "2024-05-30"
    assert bench.redriver.retry(bench.item).dt == "2024-05-29"
    assert [record.dt for record in bench.stream.calls[1]] == ["2024-05-29"] * 2


def test_a_retry_after_a_crash_makes_identical_records() -> None:
    bench = RedriveBench()
    waiting = bench.item
    bench.redriver.retry(waiting)
    again = bench.redriver.retry(waiting)  # as if the item's new state had never been written
    assert again.duplicate
    assert bench.stream.calls[1] == bench.stream.calls[2]
    assert bench.item.state is QuarantineState.REDRIVEN


def test_a_redriven_item_stays_as_it_is() -> None:
    bench = RedriveBench()
    bench.redriver.retry(bench.item)
    done = bench.item
    assert bench.redriver.retry(done).item == done
    assert len(bench.stream.calls) == 2


def test_an_item_that_is_rejected_again_waits_and_says_why() -> None:
    bench = RedriveBench(SOURCE, b"the key k3y is wrong")
    result = bench.redriver.retry(bench.item)
    assert (bench.item.state, result.snapshot_id) == (QuarantineState.WAITING, None)
    assert bench.item.note.startswith("retried, and rejected again: not_json: the body is plain text")
    assert "k3y" not in bench.item.note
    assert len(bench.stream.calls) == 1, "no attempt: nothing was asked of the feed"


def test_an_item_whose_source_cannot_read_it_waits_and_says_why() -> None:
    def read(_: object) -> Observation:
        raise KeyError("gone")

    bench = RedriveBench(replace(BROADER, read=read))
    bench.redriver.retry(bench.item)
    assert (bench.item.state, len(bench.attempts)) == (QuarantineState.WAITING, 1)
    assert bench.item.note.startswith("retried, and rejected again: unreadable: the read function of the source")


def test_credentials_of_the_address_are_masked_in_a_note() -> None:
    bench = RedriveBench(SOURCE, b"no s3cret here")
    urls = {SOURCE.name: "http://user:s3cret@feed.example/"}
    Redriver({SOURCE.name: SOURCE}, bench.stream, bench.quarantine, bench.time, urls=urls).retry(bench.item)
    assert "'no *** here'" in bench.item.note


def test_when_the_stream_fails_the_item_keeps_waiting() -> None:
    bench = RedriveBench()
    bench.stream.broken = True
    with pytest.raises(DeliveryError):
        bench.redriver.retry(bench.item)
    assert bench.item.state is QuarantineState.WAITING


def test_a_source_that_is_gone_is_named() -> None:
    bench = RedriveBench()
    with pytest.raises(UnknownName, match="unknown source 'ferry'"):
        bench.redriver.retry(replace(bench.item, source="ferry"))


def test_a_dropped_item_keeps_its_reason_and_digest() -> None:
    bench = RedriveBench()
    bench.redriver.drop(bench.item.item_id, "  known outage ")
    dropped = bench.item
    assert (dropped.state, dropped.note, dropped.body) == (QuarantineState.DROPPED, "known outage", b"")
    assert dropped.sha256 == hashlib.sha256(MANY).hexdigest()
    assert dropped.attempt["bytes"] == len(MANY)
    assert bench.redriver.drop(dropped.item_id, "again") == dropped
    with pytest.raises(UsageError, match="was dropped: known outage"):
        bench.redriver.retry(dropped)


def test_a_drop_needs_a_reason_and_an_item_that_waits() -> None:
    bench = RedriveBench()
    with pytest.raises(UsageError, match="needs a reason"):
        bench.redriver.drop(bench.item.item_id, " ")
    bench.redriver.retry(bench.item)
    with pytest.raises(UsageError, match="was redriven"):
        bench.redriver.drop(bench.item.item_id, "known outage")
    with pytest.raises(UsageError, match="no item 'x'"):
        bench.redriver.drop("x", "known outage")
