"""Watches a feed from poll to poll, and says what people should know: once when trouble begins, once when it is over.

The kinds of events: `feed.failed` and `feed.quarantined` (once each in a streak of polls without a snapshot),
`feed.stale` (`observed_at` stands still), `feed.recovered` (after any of these), `feed.new_field` (each field once).
What was said is written down first: a process that dies in between says it never rather than twice, and `millrace
status` shows the streak all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from millrace.ingestors.health.feed_health import Health, HealthStore, MemoryHealth, Streak
from millrace.ingestors.ports import Outcome, PollResult, Source
from millrace.notify.ports import Event, Notifier, NullNotifier
from millrace.time_keys import stored


@dataclass(frozen=True, slots=True)
class ObservedPoll:
    """One poll, as far as it tells how the feed is doing."""

    result: PollResult
    fields: tuple[str, ...] = ()


class FeedMonitor:
    """Threads and processes may share one store."""

    def __init__(self, store: HealthStore | None = None, notifier: Notifier | None = None) -> None:
        self._store = store or MemoryHealth()
        self._notifier = notifier or NullNotifier()

    def newest(self, source: str) -> datetime | None:
        """The newest `observed_at` that was delivered."""
        return self._store.read(source).newest

    def polled(self, source: Source, seen: ObservedPoll, at: datetime) -> None:
        """Take one poll into account, and say what there is to say. Raises LakeError."""
        before, after = self._store.update(source.name, lambda health: after_poll(health, source, seen))
        for kind, message, details in _news(before, after, source, seen):
            self._notifier.notify(Event(kind, source.name, message, at, details))


def after_poll(health: Health, source: Source, seen: ObservedPoll) -> Health:
    """The health after one more poll. A poll for an earlier slot than the newest changes only what it delivered."""
    result = seen.result
    new = tuple(field for field in seen.fields if field not in health.fields)
    delivered = [time for time in (health.newest, result.observed_at) if time is not None]
    changes: dict[str, Any] = {"newest": max(delivered, default=None), "fields": health.fields + new}
    if health.slot is None or result.requested_at >= health.slot:
        step: Callable[[Health, Source, PollResult], dict[str, Any]]
        step = _good if result.outcome is Outcome.DELIVERED else _bad
        changes |= {"slot": result.requested_at, **step(health, source, result)}
    return msgspec.structs.replace(health, **changes)


def _bad(health: Health, source: Source, result: PollResult) -> dict[str, Any]:
    kind, old = str(result.outcome), health.trouble
    since, polls, warned = (old.since, old.polls, old.warned) if old else (result.requested_at, 0, ())
    return {"trouble": Streak(kind, since, polls + 1, result.reason, tuple(dict.fromkeys((*warned, kind))))}


def _good(health: Health, source: Source, result: PollResult) -> dict[str, Any]:
    slot = result.requested_at
    if health.observed_at != result.observed_at:
        return {
            "trouble": None,
            "observed_at": result.observed_at,
            "still": 1,
            "still_since": slot,
            "still_slot": slot,
            "stale": False,
        }
    if health.still_slot is not None and slot - health.still_slot < source.interval / 2:
        return {"trouble": None}  # asked again too soon for anything new
    still = health.still + 1
    return {"trouble": None, "still": still, "still_slot": slot, "stale": 0 < source.still_polls <= still}


News = tuple[str, str, dict[str, Any]]


def _news(before: Health, after: Health, source: Source, seen: ObservedPoll) -> Iterator[News]:
    yield from _trouble(before.trouble, after.trouble, source, seen.result)
    if after.stale and not before.stale and after.observed_at:
        message = f"{after.still} polls in a row gave the snapshot of {stored(after.observed_at)} UTC"
        yield "feed.stale", message, {"polls": after.still, "observed_at": stored(after.observed_at)}
    if before.stale and not after.stale and after.observed_at:
        message = f"time goes on after {before.still} polls: the snapshot is of {stored(after.observed_at)} UTC"
        yield "feed.recovered", message, {"from": "stale", "polls": before.still}
    new: Sequence[str] = after.fields[len(before.fields) :]
    if new:
        yield "feed.new_field", f"{', '.join(new)}: kept in raw, read by no statement", {"fields": list(new)}


def _trouble(before: Streak | None, after: Streak | None, source: Source, result: PollResult) -> Iterator[News]:
    if after is not None and after.kind not in (before.warned if before else ()):
        message = after.reason
        if after.kind == Outcome.FAILED:
            message = f"{message} {_next_poll(result.requested_at, source.interval)}"
        yield f"feed.{after.kind}", message, {"poll_id": result.poll_id, "since": stored(after.since)}
    if before is not None and after is None:
        message = f"a snapshot again, after {before.polls} polls without one since {stored(before.since)} UTC"
        yield "feed.recovered", message, {"from": before.kind, "polls": before.polls}


def _next_poll(slot: datetime, interval: timedelta) -> str:
    return f"The next poll is due at {stored(slot + interval)} UTC."
