"""The redrive of quarantined items (their dead-letter queue): an item is parsed again, or dropped with a reason.

A retry delivers the snapshot and a new attempt in one call, and only then marks the item. A retry after a crash between
the two makes identical records, because the attempt's poll_id is a hash of its content: the stream (or, behind
Firehose, `ops.polls`) drops them as duplicates. The item stays on record whatever its outcome.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from millrace.clock import Clock
from millrace.commit_points import CommitPoint, CommitPointListener, no_listener
from millrace.errors import BadTime, PayloadRejected, UnknownName, UsageError
from millrace.firehose.envelope import Snapshot, to_record
from millrace.firehose.ports import DeliveryStream, Quarantine, QuarantinedItem, QuarantineState, Record
from millrace.ingestors.http.fetcher import Request
from millrace.ingestors.polling.attempts import Attempt, deliver
from millrace.ingestors.polling.payload import ParsedPayload, read_payload
from millrace.ingestors.ports import Outcome, Source
from millrace.settings import Secret


@dataclass(frozen=True, slots=True)
class RedriveResult:
    """The result of a retry: the item as it is now; the snapshot's id and partition, if there is a snapshot."""

    item: QuarantinedItem
    snapshot_id: str | None = None
    dt: str | None = None
    duplicate: bool = False


class Redriver:
    """The redriver of one lake's items. `sources` are by name; `api_keys`, and a user and password in `urls`, are
    masked in messages."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        stream: DeliveryStream,
        quarantine: Quarantine,
        clock: Clock,
        *,
        urls: Mapping[str, str] | None = None,
        api_keys: Mapping[str, Secret] | None = None,
        reached: CommitPointListener = no_listener,
    ) -> None:
        self._sources = sources
        self._stream = stream
        self._quarantine = quarantine
        self._clock = clock
        self._urls = urls or {}
        self._api_keys = api_keys or {}
        self._reached = reached

    def retry(self, item: QuarantinedItem) -> RedriveResult:
        """Parse the bytes again as of the time they came, and deliver the snapshot into the partition of its own time.

        An item that is rejected again keeps waiting, and its note says why. An item that was redriven before stays as
        it is. Raises UsageError for a dropped item, UnknownName when its source is gone, DeliveryError and LakeError.
        """
        if item.state is QuarantineState.DROPPED:
            raise UsageError(
                f"item {item.item_id} was dropped: {item.note}.", hint="Its bytes are deleted, so it cannot be retried."
            )
        if item.state is QuarantineState.REDRIVEN:
            return RedriveResult(item)
        if "object" in item.attempt:
            note = f"a record of {item.attempt['object']}: it was accepted once, and is not polled data to parse again"
            return RedriveResult(self._note(item, QuarantineState.WAITING, note))
        if item.part:
            note = (
                f"only {item.part} of the snapshot was kept, so it cannot be made whole: poll its time again if the"
                " feed has a history, or drop the item"
            )
            return RedriveResult(self._note(item, QuarantineState.WAITING, note))
        if item.source not in self._sources:
            raise UnknownName("source", item.source, self._sources)
        try:
            return self._deliver(item, self._sources[item.source])
        except (PayloadRejected, BadTime) as error:
            code = error.code if isinstance(error, PayloadRejected) else "timestamp_unreadable"
            note = f"retried, and rejected again: {code}: {self._masked(item.source, error.message)}"
            return RedriveResult(self._note(item, QuarantineState.WAITING, note))

    def drop(self, item_id: str, reason: str) -> QuarantinedItem:
        """Give up an item: its bytes are deleted; the item, the reason and the digest of the bytes stay.

        An item that was dropped before stays as it is. Raises UsageError without a reason, for an item that was
        redriven, and for an unknown id; LakeError.
        """
        reason = reason.strip()
        if not reason:
            raise UsageError("dropping an item needs a reason.", hint="Give --reason TEXT; it stays on record.")
        item = self._quarantine.item(item_id)
        if item.state is QuarantineState.REDRIVEN:
            raise UsageError(f"item {item_id} was redriven and is a snapshot now.", hint="There is nothing to drop.")
        if item.state is QuarantineState.DROPPED:
            return item
        digest = hashlib.sha256(item.body).hexdigest()
        return self._note(replace(item, body=b"", sha256=digest), QuarantineState.DROPPED, reason)

    def _deliver(self, item: QuarantinedItem, source: Source) -> RedriveResult:
        first = Attempt.from_payload(item.attempt)
        parsed = read_payload(source, item.body, first.polled_at)
        times = first.requested_at, parsed.observed_at, first.polled_at
        snapshot = to_record(Snapshot(source.name, source.timezone, *times, item.body))
        attempt = _retry_attempt(first, item, source, parsed, snapshot)
        result = deliver(self._stream, source.timezone, attempt, snapshot)
        note = f"delivered as {snapshot.snapshot_id} by attempt {attempt.poll_id}"
        return RedriveResult(
            self._note(item, QuarantineState.REDRIVEN, note),
            result.snapshot_id,
            result.dt,
            result.duplicate,
        )

    def _note(self, item: QuarantinedItem, state: QuarantineState, note: str) -> QuarantinedItem:
        noted = replace(item, state=state, note=note, noted_at=self._clock.now().replace(microsecond=0))
        self._quarantine.replace(noted)
        self._reached(CommitPoint.QUARANTINE_WRITTEN)
        return noted

    def _masked(self, source: str, text: str) -> str:
        key = self._api_keys.get(source)
        return Request(self._urls.get(source, ""), headers={} if key is None else {"key": key}).masked(text)


def _retry_attempt(
    first: Attempt, item: QuarantinedItem, source: Source, parsed: ParsedPayload, snapshot: Record
) -> Attempt:
    """The attempt of the retry, with the times of the first attempt."""
    attempt = replace(
        first,
        poll_id="",
        outcome=str(Outcome.DELIVERED),
        snapshot_id=snapshot.snapshot_id,
        observed_at=parsed.observed_at,
        duration_ms=0,
        entities=parsed.entities,
        reason=f"retry of quarantined item {item.item_id}",
    )
    digest = hashlib.sha256(msgspec.json.encode(attempt.recorded)).hexdigest()[:32]
    return replace(attempt, poll_id=digest)
