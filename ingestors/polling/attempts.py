"""Attempts: the outcome of each poll, as snapshots of the built-in source `polls`.

An attempt is delivered by the same stream as the snapshots, so that every runtime can query it as `ops.polls`. It lies
in the partition of its snapshot, or of the requested time when there is no snapshot, so that the ledger balances there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from millrace.firehose.envelope import Snapshot, to_record
from millrace.firehose.ports import Record
from millrace.ingestors.ports import POLLS
from millrace.time_keys import from_stored


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one poll. Times are `YYYY-MM-DD HH:MM:SS` in UTC; `bytes` is the length of the decompressed body.

    `outcome` is delivered, quarantined or failed; only a delivered attempt has a snapshot. `http_status` is null when
    no response came. `reason` says why nothing was delivered. For a delivered attempt it is empty, or names the
    quarantined item that was retried.
    """

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

    def payload(self) -> dict[str, Any]:
        return msgspec.structs.asdict(self)

    def record(self, zone: ZoneInfo) -> Record:
        """The record that the delivery stream takes. `zone` is the time zone of the polled source."""
        return to_record(
            Snapshot(
                source=POLLS,
                zone=zone,
                requested_at=from_stored(self.requested_at),
                observed_at=self.event_time,
                polled_at=from_stored(self.polled_at),
                payload=msgspec.json.encode(self),
            )
        )

    @property
    def event_time(self) -> datetime:
        """The instant whose partition the attempt lies in."""
        return from_stored(self.observed_at or self.requested_at)
