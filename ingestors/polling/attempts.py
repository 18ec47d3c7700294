"""Attempts: what became of each poll, as snapshots of the built-in source `polls`.

They go by the same stream as the snapshots, so that every runtime can query them as `ops.polls`, and they lie in the
partition of their snapshot (of the time that was asked for, when there is none), so that the ledger balances there.
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

__all__ = ["ATTEMPT_SCHEMA", "POLLS", "Attempt"]


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One poll. Times are `YYYY-MM-DD HH:MM:SS` in UTC; `bytes` is the body's length after decompression.

    `outcome` is delivered, quarantined or failed; only a delivered one has a snapshot. `http_status` is null when no
    response came. `reason` says why nothing was delivered; of a delivered one it is empty, or names the quarantined
    item that was tried again.
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
        """`zone` is that of the polled source."""
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
        return from_stored(self.observed_at or self.requested_at)


ATTEMPT_SCHEMA = Attempt
