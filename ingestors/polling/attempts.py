"""Attempts: the outcome of each poll, as snapshots of the built-in source `polls`.

An attempt is delivered by the same stream as the snapshots, so that every runtime can query it as `ops.polls`. It lies
in the partition of its snapshot, or of the requested time when there is no snapshot, so that the ledger balances there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

import msgspec

from millrace.firehose.envelope import Snapshot, to_record
from millrace.firehose.ports import DeliveryStream, Receipt, Record
from millrace.ingestors.ports import POLLS, Outcome, PollResult, Source
from millrace.time_keys import from_stored, stored


class AttemptRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt as it is recorded: times are `YYYY-MM-DD HH:MM:SS` in UTC. The order of the fields is the record's."""

    poll_id: str
    source: str
    requested_at: str
    polled_at: str
    outcome: str
    snapshot_id: str | None
    observed_at: str | None
    http_status: int | None
    tries: int
    duration_ms: int
    bytes: int
    entities: int | None
    reason: str
    interval_seconds: int
    stale_after_seconds: int


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """The outcome of one poll. Instants have a zone, and are recorded in whole seconds.

    `bytes` is the length of the decompressed body. `outcome` is delivered, quarantined or failed; only a delivered
    attempt has a snapshot. `http_status` is None when no response came. `reason` says why nothing was delivered. For a
    delivered attempt it is empty, or names the quarantined item that was retried.
    """

    poll_id: str
    source: str
    requested_at: datetime
    polled_at: datetime
    outcome: str
    snapshot_id: str | None
    observed_at: datetime | None
    http_status: int | None
    tries: int
    duration_ms: int
    bytes: int
    entities: int | None
    reason: str
    interval_seconds: int
    stale_after_seconds: int

    @classmethod
    def of(
        cls,
        source: Source,
        poll_id: str,
        outcome: Outcome,
        *,
        requested_at: datetime,
        polled_at: datetime,
        size: int,
        snapshot: Record | None = None,
        observed_at: datetime | None = None,
        entities: int | None = None,
        http_status: int | None = None,
        tries: int = 1,
        duration_ms: int = 0,
        reason: str = "",
    ) -> Self:
        """An attempt at a snapshot of `source`, with the schedule that it has now. `size`: of the body, in bytes."""
        return cls(
            poll_id=poll_id,
            source=source.name,
            requested_at=requested_at,
            polled_at=polled_at,
            outcome=outcome,
            snapshot_id=snapshot.snapshot_id if snapshot else None,
            observed_at=observed_at,
            http_status=http_status,
            tries=tries,
            duration_ms=duration_ms,
            bytes=size,
            entities=entities,
            reason=reason,
            interval_seconds=round(source.interval.total_seconds()),
            stale_after_seconds=round(source.stale_after.total_seconds()),
        )

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """The attempt of a recorded payload. Raises msgspec.ValidationError, and ValueError for a time that is none."""
        fields = msgspec.structs.asdict(msgspec.convert(payload, AttemptRecord))
        times = {name: from_stored(fields[name]) for name in _TIMES if fields[name] is not None}
        return cls(**{**fields, **times})

    def record(self, zone: ZoneInfo) -> Record:
        """The record that the delivery stream takes. `zone` is the time zone of the polled source."""
        return to_record(
            Snapshot(
                source=POLLS,
                zone=zone,
                requested_at=self.requested_at,
                observed_at=self.event_time,
                polled_at=self.polled_at,
                payload=msgspec.json.encode(self.recorded),
            )
        )

    @property
    def event_time(self) -> datetime:
        """The instant whose partition the attempt lies in."""
        return self.observed_at or self.requested_at

    @property
    def recorded(self) -> AttemptRecord:
        """The attempt as it is recorded: instants become text here."""
        fields = asdict(self)
        return AttemptRecord(**{**fields, **{name: stored(fields[name]) for name in _TIMES if fields[name]}})


def deliver(stream: DeliveryStream, zone: ZoneInfo, attempt: Attempt, snapshot: Record | None = None) -> PollResult:
    """Put an attempt's record, with that of its snapshot, into the stream in one call, and say what came of it."""
    records = [snapshot, attempt.record(zone)] if snapshot else [attempt.record(zone)]
    receipts = stream.put(records)
    return PollResult(
        attempt.source,
        attempt.requested_at,
        Outcome(attempt.outcome),
        duplicate=snapshot is not None and receipts[0] is Receipt.DUPLICATE,
        observed_at=attempt.observed_at,
        dt=snapshot.dt if snapshot else None,
        entities=attempt.entities,
        reason=attempt.reason,
        poll_id=attempt.poll_id,
        snapshot_id=attempt.snapshot_id,
        status=attempt.http_status,
        tries=attempt.tries,
    )


_TIMES = ("requested_at", "polled_at", "observed_at")
