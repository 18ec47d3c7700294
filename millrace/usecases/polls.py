"""Polls, backfills and gaps of a source, and their outcomes as rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from millrace.errors import BadTime
from millrace.ingestors.http.rate_budget import per_second
from millrace.ingestors.polling.backfill import BackfillSummary, backfill, check_backfill
from millrace.ingestors.polling.gaps import GapFiller
from millrace.ingestors.polling.history import EnginePollHistory
from millrace.ingestors.polling.requested_time import check_requested_time
from millrace.ingestors.ports import Outcome, PollResult
from millrace.time_keys import parse_every, parse_time, stored

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime
    from millrace.ingestors.polling.handler import PollHandler

Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class PollOutcome:
    """The outcome of one poll, for display."""

    result: PollResult

    @property
    def delivered(self) -> bool:
        return self.result.outcome is Outcome.DELIVERED

    def row(self) -> dict[str, Any]:
        row = {name: stored(value) if isinstance(value, datetime) else value for name, value in _fields(self.result)}
        row["outcome"] = "duplicate" if self.result.duplicate else str(self.result.outcome)
        del row["duplicate"]
        return row


@dataclass(frozen=True)
class BackfillOutcome:
    """The outcome of a backfill, for display."""

    source: str
    summary: BackfillSummary

    @property
    def failed(self) -> bool:
        """Whether a poll failed, or no poll gave anything but a quarantined response."""
        polled = self.summary.slots - self.summary.skipped
        return self.summary.failed > 0 or 0 < polled == self.summary.quarantined

    def row(self) -> dict[str, Any]:
        return {"source": self.source, **asdict(self.summary)}


def poll_once(runtime: Runtime, name: str, at: str | None) -> PollOutcome:
    """Polls a source once, `at` a past time or now. A failure of the feed is an outcome, not an error.

    Raises UnknownName, UsageError, BadTime and SettingError for what cannot be asked, which makes no lake;
    WrongLakeKind, DeliveryError.
    """
    source = runtime.project.source(name)
    requested = parse_time(at, source.timezone) if at else runtime.feed_clock.now()
    runtime.poll_requests.of(source, requested, historical=at is not None)  # before a lake is made for it
    handler = runtime.poll_handler()
    result = handler.poll(source, requested, historical=at is not None)
    runtime.stream.flush(everything=True)
    return PollOutcome(result)


def backfill_between(
    runtime: Runtime, name: str, start: str, end: str, every: str, rate: float | None, advance: Advance
) -> BackfillOutcome:
    """Polls a source for past times. Raises as `poll_once` does, and UsageError for no time between the two.

    BadTime for times in the future, too: the feed would answer with its newest snapshot for each of them.
    """
    source = runtime.project.source(name)
    first, last = parse_time(start, source.timezone), parse_time(end, source.timezone)
    if last > (now := runtime.feed_clock.now()):
        raise BadTime(
            f"the last time, {last:%Y-%m-%d %H:%M:%S%z}, is in the future.",
            hint=f"Give one up to now, {now.astimezone(source.timezone):%Y-%m-%dT%H:%M}.",
        )
    check_requested_time(source, first, now)
    step = parse_every(every)
    check_backfill(source, first, last, step)
    if runtime.kind is None:  # before a lake is made for it; a lake may have answers to all of these times
        runtime.poll_requests.of(source, first, historical=True)
    handler = runtime.poll_handler(None if rate is None else per_second(rate))
    try:
        summary = backfill(
            handler,
            source,
            first,
            last,
            step,
            history=EnginePollHistory(runtime.engine),
            progress=lambda so_far, _: advance(so_far.done, so_far.slots),
        )
    finally:
        runtime.stream.flush(everything=True)
    return BackfillOutcome(name, summary)


def gap_filler(runtime: Runtime, handler: PollHandler) -> GapFiller:
    """What fills the gaps of the last day, with polls by this handler."""
    return GapFiller(handler, EnginePollHistory(runtime.engine), runtime.engine, runtime.feed_clock)


def _fields(result: PollResult) -> list[tuple[str, Any]]:
    return [(name, getattr(result, name)) for name in PollResult.__dataclass_fields__]
