"""The poll handler: one poll, from the request to a durable record. Command line, scheduler and Lambda all call it.

A snapshot and its attempt go to the stream in one call, so that after a crash both are durable or neither is. A
rejected response, or the rejected part of one, goes to quarantine first, with its attempt inside, so that a crash
before the attempt's own record loses nothing. What a failed attempt received of a body is stored before the attempt's
record, too.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from millrace.clock import Clock
from millrace.commit_points import CommitPoint, CommitPointListener, no_listener
from millrace.errors import BadTime, FeedUnavailable, PartRejected, PayloadRejected
from millrace.firehose.envelope import Snapshot, to_record
from millrace.firehose.ports import DeliveryStream, Quarantine, QuarantinedItem, Record
from millrace.ingestors.health.alerts import FeedMonitor, ObservedPoll
from millrace.ingestors.http.fetcher import Fetcher, Response
from millrace.ingestors.http.whole_snapshot import fetch_snapshot
from millrace.ingestors.polling.attempts import Attempt, deliver
from millrace.ingestors.polling.payload import ParsedPayload, read_payload
from millrace.ingestors.polling.poll_requests import PollRequests, slot_of
from millrace.ingestors.ports import FailedBodies, Outcome, PollResult, Source
from millrace.schema_drift import undeclared_fields
from millrace.time_keys import EventTime


@dataclass(frozen=True, slots=True)
class _Poll:
    """One poll in progress; `began` is the timer's value at its start."""

    poll_id: str
    source: Source
    requested_at: datetime
    began: float
    historical: bool = False


class PollHandler:
    """The handler of all polls; threads may share it if its adapters allow that.

    `fetcher` includes retries and the rate budget (`retry.polling_fetcher`). Without `requests`, each source is asked
    at its own address, without a key. `clock` is the time that polls live in; `timer` measures durations in seconds.
    `monitor` is given each poll once its outcome is durable. Without `failed_bodies`, the body of a failed attempt is
    not kept.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        stream: DeliveryStream,
        quarantine: Quarantine,
        clock: Clock,
        *,
        requests: PollRequests | None = None,
        monitor: FeedMonitor | None = None,
        failed_bodies: FailedBodies | None = None,
        reached: CommitPointListener = no_listener,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetcher = fetcher
        self._stream = stream
        self._quarantine = quarantine
        self._clock = clock
        self._requests = requests or PollRequests(clock)
        self._monitor = monitor or FeedMonitor()
        self._failed_bodies = failed_bodies
        self._reached = reached
        self._timer = timer

    def poll(self, source: Source, requested_at: datetime, *, historical: bool = False) -> PollResult:
        """Poll once. `requested_at` (truncated to whole seconds) is the slot that this poll is for; `historical` asks
        the feed for that time instead of the current one. The result's times are in UTC.

        A feed that returns nothing usable gives a result, not an error. Raises DeliveryError or LakeError when the
        outcome could not be made durable, and as `PollRequests` does for a request that cannot be made.
        """
        request = self._requests.of(source, requested_at, historical=historical)
        poll = _Poll(uuid.uuid4().hex, source, slot_of(requested_at), self._timer(), historical)
        try:
            response = fetch_snapshot(self._fetcher, request, source.feed)
        except FeedUnavailable as error:
            return self._observed(poll, self._record_failure(poll, error))
        except PartRejected as error:
            part = Response(error.status, error.body, tries=error.tries)
            return self._observed(poll, self._quarantine_response(poll, self._clock.now(), part, error))
        polled_at = self._clock.now()
        try:
            parsed = self._parse(poll, response, polled_at)
            result = self._deliver(poll, polled_at, response, parsed)
        except PayloadRejected as error:
            masked = PayloadRejected(error.code, request.masked(error.message))
            return self._observed(poll, self._quarantine_response(poll, polled_at, response, masked))
        return self._observed(poll, result, undeclared_fields(source.schema, response.body))

    def flush(self) -> None:
        """Deliver everything that the stream still buffers."""
        self._stream.flush(everything=True)

    def close(self) -> None:
        """Close the fetcher's connections. The stream is closed by its owner."""
        self._fetcher.close()

    def _observed(self, poll: _Poll, result: PollResult, undeclared: tuple[str, ...] = ()) -> PollResult:
        self._monitor.observe(poll.source, ObservedPoll(result, undeclared), self._clock.now())
        return result

    def _parse(self, poll: _Poll, response: Response, polled_at: datetime) -> ParsedPayload:
        plausible = poll.source.plausibility
        ordered = plausible.behind is not None and not poll.historical
        newest = self._monitor.newest(poll.source.name) if ordered else None
        return read_payload(poll.source, response.body, polled_at, newest)

    def _deliver(self, poll: _Poll, polled_at: datetime, response: Response, parsed: ParsedPayload) -> PollResult:
        source = poll.source
        try:
            snapshot = to_record(
                Snapshot(source.name, source.timezone, poll.requested_at, parsed.observed_at, polled_at, response.body)
            )
        except BadTime as error:  # at the ends of the calendar, the source's local time has no date
            raise PayloadRejected("timestamp_unreadable", error.message) from None
        attempt = self._attempt(poll, Outcome.DELIVERED, polled_at, response, parsed, snapshot)
        return deliver(self._stream, source.timezone, attempt, snapshot)

    def _quarantine_response(
        self, poll: _Poll, polled_at: datetime, response: Response, error: PayloadRejected
    ) -> PollResult:
        attempt = self._attempt(poll, Outcome.QUARANTINED, polled_at, response, reason=f"{error.code}: {error.message}")
        zone = poll.source.timezone
        item = QuarantinedItem(
            item_id=poll.poll_id,
            source=poll.source.name,
            dt=EventTime.of(attempt.event_time, zone).dt,
            code=error.code,
            reason=error.message,
            quarantined_at=polled_at,
            body=response.body,
            attempt=msgspec.structs.asdict(attempt.recorded),
            part=error.part if isinstance(error, PartRejected) else "",
        )
        self._quarantine.add(item)
        self._reached(CommitPoint.QUARANTINE_WRITTEN)
        return deliver(self._stream, poll.source.timezone, attempt)

    def _record_failure(self, poll: _Poll, error: FeedUnavailable) -> PollResult:
        response = Response(error.status or 0, error.body, tries=error.tries)
        attempt = self._attempt(poll, Outcome.FAILED, self._clock.now(), response, reason=str(error))
        if error.body and self._failed_bodies is not None:
            dt = EventTime.of(attempt.event_time, poll.source.timezone).dt
            self._failed_bodies.store(poll.source.name, dt, poll.poll_id, error.body)
        return deliver(self._stream, poll.source.timezone, attempt)

    def _attempt(
        self,
        poll: _Poll,
        outcome: Outcome,
        polled_at: datetime,
        response: Response,
        parsed: ParsedPayload | None = None,
        snapshot: Record | None = None,
        reason: str = "",
    ) -> Attempt:
        return Attempt.of(
            poll.source,
            poll.poll_id,
            outcome,
            requested_at=poll.requested_at,
            polled_at=polled_at,
            size=len(response.body),
            snapshot=snapshot,
            observed_at=parsed.observed_at if parsed else None,
            entities=parsed.entities if parsed else None,
            http_status=response.status or None,
            tries=response.tries,
            duration_ms=round((self._timer() - poll.began) * 1000),
            reason=reason,
        )
