"""Fills history from a feed that can be asked for past times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from millrace.errors import UsageError
from millrace.ingestors.polling.handler import PollHandler
from millrace.ingestors.ports import Outcome, PollHistory, PollResult, Source

DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class BackfillSummary:
    """`slots` is all that was asked for; `skipped` were answered before; the rest is by outcome of what was polled."""

    slots: int = 0
    skipped: int = 0
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    failed: int = 0

    @property
    def done(self) -> int:
        return self.skipped + self.accepted + self.duplicate + self.quarantined + self.failed


Progress = Callable[[BackfillSummary, PollResult | None], None]


def backfill(
    handler: PollHandler,
    source: Source,
    start: datetime,
    end: datetime,
    every: timedelta,
    *,
    history: PollHistory,
    workers: int = 4,
    progress: Progress = lambda summary, latest: None,
) -> BackfillSummary:
    """Poll the slots start, start + every, ... up to and including end, except those that were answered before.

    `workers` polls run at a time, within the fetcher's rate budget. `progress` is called in this thread: once before
    the first poll and then after each. What a poll makes durable is whole or absent, so an interrupt (Ctrl-C), which
    waits only for the polls under way, leaves nothing half done, and the same call goes on where this one stopped.

    Raises UsageError for a source that cannot be asked for past times, or slots that make no sense; DeliveryError or
    LakeError as soon as outcomes can no longer be made durable.
    """
    _check(source, start, end, every)
    first, last = start.astimezone(UTC), end.astimezone(UTC)  # arithmetic in a zone forgets its changes of clock
    handler.flush()  # what was polled before must be where the history looks
    answered = history.answered(source.name, first, last)
    counts: Counter[str] = Counter()

    def summary() -> BackfillSummary:
        return BackfillSummary(total, **counts)

    total = (last - first) // every + 1
    slots = ((first + every * number).replace(microsecond=0) for number in range(total))
    open_slots = [slot for slot in slots if slot not in answered]
    counts["skipped"] = total - len(open_slots)
    progress(summary(), None)
    with closing(_polled(handler, source, iter(open_slots), workers)) as results:  # waits for polls under way
        for result in results:
            counts[_term(result)] += 1
            progress(summary(), result)
    return summary()


def _check(source: Source, start: datetime, end: datetime, every: timedelta) -> None:
    if source.history_parameter is None:
        raise UsageError(f"the source {source.name!r} cannot be asked for past times.", hint="It can only be polled.")
    if start.tzinfo is None or end.tzinfo is None:
        raise UsageError("the times to backfill need a zone.")
    if start > end:
        raise UsageError(f"the first time, {start:%Y-%m-%d %H:%M:%S}, is after the last, {end:%Y-%m-%d %H:%M:%S}.")
    if every < timedelta(seconds=1):
        raise UsageError("the distance of the slots must be a second or more.")


def _polled(
    handler: PollHandler, source: Source, slots: Iterator[datetime], workers: int
) -> Generator[PollResult, None, None]:
    """The results as they come. Never more than `workers` polls are begun, so there is no queue to give up."""
    with ThreadPoolExecutor(workers, thread_name_prefix="backfill") as pool:
        running: set[Future[PollResult]] = set()
        while True:
            while len(running) < workers and (slot := next(slots, None)) is not None:
                running.add(pool.submit(handler.poll, source, slot, historical=True))
            if not running:
                return
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                yield future.result()


def _term(result: PollResult) -> str:
    if result.outcome is Outcome.DELIVERED:
        return DUPLICATE if result.duplicate else "accepted"
    return result.outcome.value
