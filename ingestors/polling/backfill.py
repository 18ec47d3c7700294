"""The backfill: polls for past times, from a feed that can be asked for them."""

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
    """Counts of a backfill: all `slots`, those `skipped` as they have a snapshot, and the polled ones by outcome."""

    slots: int = 0
    skipped: int = 0
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    failed: int = 0

    @property
    def done(self) -> int:
        return self.skipped + self.accepted + self.duplicate + self.quarantined + self.failed


BackfillProgress = Callable[[BackfillSummary, PollResult | None], None]


def backfill(
    handler: PollHandler,
    source: Source,
    start: datetime,
    end: datetime,
    every: timedelta,
    *,
    history: PollHistory,
    workers: int = 4,
    progress: BackfillProgress = lambda summary, latest: None,
) -> BackfillSummary:
    """Poll the slots start, start + every, ... up to and including end, except those that already have a snapshot.

    `workers` polls run at a time, within the fetcher's rate budget. `progress` is called in this thread: once before
    the first poll and then after each. Each poll is durable as a whole or not at all. An interrupt (Ctrl-C) waits only
    for the polls in progress, so it leaves nothing half done, and the same call continues where this one stopped.

    Raises UsageError for a source that cannot be asked for past times, or for invalid slots; DeliveryError or LakeError
    as soon as an outcome cannot be made durable.
    """
    check_backfill(source, start, end, every)
    first, last = (
        start.astimezone(UTC),
        end.astimezone(UTC),
    )  # in UTC: arithmetic in a local zone ignores changes of the clock
    handler.flush()  # earlier polls must be where the history is read
    with_snapshot = history.slots_with_snapshot(source.name, first, last)
    counts: Counter[str] = Counter()

    def summary() -> BackfillSummary:
        return BackfillSummary(total, **counts)

    total = (last - first) // every + 1
    slots = ((first + every * number).replace(microsecond=0) for number in range(total))
    open_slots = [slot for slot in slots if slot not in with_snapshot]
    counts["skipped"] = total - len(open_slots)
    progress(summary(), None)
    with closing(_poll_slots(handler, source, iter(open_slots), workers)) as results:  # waits for polls in progress
        for result in results:
            counts[_ledger_term(result)] += 1
            progress(summary(), result)
    return summary()


def check_backfill(source: Source, start: datetime, end: datetime, every: timedelta) -> None:
    """Raises UsageError for a source that cannot be asked for past times, or for invalid slots."""
    if not source.has_history:
        raise UsageError(
            f"the source {source.name!r} cannot be asked for past times.",
            hint="It can only be polled for the current time."
            if source.is_polled
            else "Only a source whose origin is an HttpFeed is polled.",
        )
    if start.tzinfo is None or end.tzinfo is None:
        raise UsageError(
            "the first and the last time of a backfill need a time zone.", hint="Give an offset, such as +08:00."
        )
    if start > end:
        raise UsageError(
            f"the first time, {start:%Y-%m-%d %H:%M:%S}, is after the last, {end:%Y-%m-%d %H:%M:%S}.",
            hint="Swap --from and --to.",
        )
    if every < timedelta(seconds=1):
        raise UsageError("the time between two slots must be at least one second.", hint="Give --every 1s or more.")


def _poll_slots(
    handler: PollHandler, source: Source, slots: Iterator[datetime], workers: int
) -> Generator[PollResult, None, None]:
    """The results as they come. At most `workers` polls are started at a time: an interrupt has no queue to cancel."""
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


def _ledger_term(result: PollResult) -> str:
    if result.outcome is Outcome.DELIVERED:
        return DUPLICATE if result.duplicate else "accepted"
    return result.outcome.value
