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
from millrace.firehose.ports import Record
from millrace.ingestors.ports import POLLS
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


_TIMES = ("requested_at", "polled_at", "observed_at")
