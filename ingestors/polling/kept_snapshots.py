"""Snapshots that are kept as they came, from a dropped file or a database's rows, each with its record and attempt.

The object is durable before the record that names it. After a crash between the two, the same snapshot gets the same
key again, so nothing is lost or kept twice. Record and attempt go to the stream in one call, as those of a poll do.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime

from millrace.clock import Clock
from millrace.commit_points import CommitPoint, CommitPointListener, no_listener
from millrace.firehose.envelope import KeptObject, Snapshot, to_record
from millrace.firehose.ports import DeliveryStream
from millrace.ingestors.polling.attempts import Attempt, deliver
from millrace.ingestors.polling.poll_requests import slot_of
from millrace.ingestors.ports import Outcome, PollResult, Source
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.lake.storage import Storage
from millrace.time_keys import EventTime

_DIGITS = 16


@dataclass(frozen=True)
class Arrival:
    """A snapshot as it arrived. `name`: that of the file or the extract. `rows`: the number of rows in `content`."""

    name: str
    content: bytes
    observed_at: datetime
    rows: int


class KeptSnapshots:
    """The door into the lake for snapshots of origins other than HTTP."""

    def __init__(
        self,
        storage: Storage,
        stream: DeliveryStream,
        clock: Clock,
        reached: CommitPointListener = no_listener,
    ) -> None:
        self._storage = storage
        self._stream = stream
        self._clock = clock
        self._reached = reached

    def keep(self, source: Source, arrival: Arrival, requested_at: datetime) -> PollResult:
        """Keep one. `requested_at` is the slot, or the event, that it was taken for.

        The same snapshot again is a duplicate. Raises BadTime for an instant without a zone, and DeliveryError or
        LakeError when it could not be made durable.
        """
        event = EventTime.of(arrival.observed_at, source.timezone)
        digest = hashlib.sha256(arrival.content).hexdigest()
        key = RAW_LAYOUT.kept_object(source.name, event.dt, event.hour, digest[:_DIGITS], arrival.name)
        kept = KeptObject(object=key, name=arrival.name, size=len(arrival.content), sha256=digest, rows=arrival.rows)
        self._storage.create(key, arrival.content)
        self._reached(CommitPoint.OBJECT_KEPT)
        return self._deliver(source, arrival, requested_at, kept)

    def _deliver(self, source: Source, arrival: Arrival, requested_at: datetime, kept: KeptObject) -> PollResult:
        now, slot = self._clock.now(), slot_of(requested_at)
        snapshot = to_record(Snapshot(source.name, source.timezone, slot, arrival.observed_at, now, kept.payload))
        attempt = Attempt.of(
            source,
            uuid.uuid4().hex,
            Outcome.DELIVERED,
            requested_at=slot,
            polled_at=now,
            size=kept.size,
            snapshot=snapshot,
            observed_at=arrival.observed_at,
            entities=kept.rows,
        )
        return deliver(self._stream, source.timezone, attempt, snapshot)
