"""Alerts about a feed: one when trouble begins, one when it is over.

The kinds of events: `feed.failed` and `feed.quarantined` (once each in a streak of polls without a snapshot),
`feed.stale` (the newest `observed_at` no longer moves, whatever other snapshots come in between), `feed.recovered`
(after any of these), `feed.new_field` (once per field). The new health is stored before its alerts are sent (at most
once): a process that dies between the two never sends them, rather than sending them twice. `millrace status` shows the
streak in either case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from millrace.ingestors.health.feed_health import Health, HealthStore, MemoryHealth, Streak
from millrace.ingestors.ports import Outcome, PollResult, Source
from millrace.notify.ports import Event, EventKind, Notifier, NullNotifier
from millrace.time_keys import stored

_DECLARE = "Declare it in the source's schema to use it."


@dataclass(frozen=True, slots=True)
class ObservedPoll:
    """A poll's result, and the paths of the fields in its response that the source's schema does not declare."""

    result: PollResult
    undeclared_fields: tuple[str, ...] = ()


class FeedMonitor:
    """The monitor of all feeds: it keeps their health and sends alerts. Threads and processes may share one store."""

    def __init__(self, store: HealthStore | None = None, notifier: Notifier | None = None) -> None:
        self._store = store or MemoryHealth()
        self._notifier = notifier or NullNotifier()

    def newest(self, source: str) -> datetime | None:
        """The newest `observed_at` that was ever delivered; None before the first."""
        return self._store.read(source).newest_observed_at

    def observe(self, source: Source, poll: ObservedPoll, at: datetime) -> None:
        """Update the feed's health by one poll, and send the alerts that follow from it. Raises LakeError."""
        before, after = self._store.update(source.name, lambda health: after_poll(health, source, poll))
        for kind, message, details in _alerts(before, after, source, poll):
            self._notifier.notify(Event(kind, source.name, message, at, details))


def after_poll(health: Health, source: Source, poll: ObservedPoll) -> Health:
    """The health after one more poll.

    A poll for an older slot than the newest updates only `reported_fields`, and `newest_observed_at` if it moves: it
    says nothing else about the feed now.
    """
    result = poll.result
    new = tuple(field for field in poll.undeclared_fields if field not in health.reported_fields)
    changes: dict[str, Any] = {"reported_fields": health.reported_fields + new}
    is_current = health.slot is None or result.requested_at >= health.slot
    newest = health.newest_observed_at
    if result.observed_at is not None and (newest is None or result.observed_at > newest):
        changes |= _moved(result.observed_at, result.requested_at if is_current else None)
    elif is_current and result.outcome is Outcome.DELIVERED:
        changes |= _unchanged(health, source, result.requested_at)
    if is_current:
        changes["slot"] = result.requested_at
        changes["streak"] = None if result.outcome is Outcome.DELIVERED else _streak(health, result)
    return msgspec.structs.replace(health, **changes)


def _moved(newest: datetime, slot: datetime | None) -> dict[str, Any]:
    """`slot` None: the snapshot came for an older slot, and no current poll has returned it yet."""
    return {
        "newest_observed_at": newest,
        "unchanged_polls": 0 if slot is None else 1,
        "unchanged_since": slot,
        "last_counted_slot": slot,
        "stale": False,
    }


def _unchanged(health: Health, source: Source, slot: datetime) -> dict[str, Any]:
    if health.last_counted_slot is not None and slot - health.last_counted_slot < source.interval / 2:
        return {}  # polled again too soon for a new snapshot
    polls = health.unchanged_polls + 1
    return {
        "unchanged_polls": polls,
        "unchanged_since": health.unchanged_since or slot,
        "last_counted_slot": slot,
        "stale": 0 < source.still_polls <= polls,
    }


def _streak(health: Health, result: PollResult) -> Streak:
    kind, old = str(result.outcome), health.streak
    since, polls, warned = (old.since, old.polls, old.warned) if old else (result.requested_at, 0, ())
    return Streak(kind, since, polls + 1, result.reason, tuple(dict.fromkeys((*warned, kind))))


_OF_STREAKS: dict[str, EventKind] = {
    Outcome.FAILED: EventKind.FEED_FAILED,
    Outcome.QUARANTINED: EventKind.FEED_QUARANTINED,
}

HealthAlert = tuple[EventKind, str, dict[str, Any]]  # the event's kind, message and details


def _alerts(before: Health, after: Health, source: Source, poll: ObservedPoll) -> Iterator[HealthAlert]:
    yield from _streak_alerts(before.streak, after.streak, source, poll.result)
    newest, polls = after.newest_observed_at, after.unchanged_polls
    if after.stale and not before.stale and newest:
        message = f"{polls} polls returned nothing newer than the snapshot of {stored(newest)} UTC"
        yield EventKind.FEED_STALE, message, {"polls": polls, "observed_at": stored(newest)}
    if before.stale and not after.stale and newest:
        message = f"a new snapshot, of {stored(newest)} UTC, after {before.unchanged_polls} polls without a change"
        yield EventKind.FEED_RECOVERED, message, {"from": "stale", "polls": before.unchanged_polls}
    new: Sequence[str] = after.reported_fields[len(before.reported_fields) :]
    if new:
        message = f"{', '.join(new)}: stored in raw, read by no statement. {_DECLARE}"
        yield EventKind.FEED_NEW_FIELD, message, {"fields": list(new)}


def _streak_alerts(
    before: Streak | None, after: Streak | None, source: Source, result: PollResult
) -> Iterator[HealthAlert]:
    if after is not None and after.kind not in (before.warned if before else ()):
        message = after.reason
        if after.kind == Outcome.FAILED:
            message = f"{message} {_next_poll(result.requested_at, source.interval)}"
        yield _OF_STREAKS[after.kind], message, {"poll_id": result.poll_id, "since": stored(after.since)}
    if before is not None and after is None:
        message = f"a snapshot again, after {before.polls} polls without one since {stored(before.since)} UTC"
        yield EventKind.FEED_RECOVERED, message, {"from": before.kind, "polls": before.polls}


def _next_poll(slot: datetime, interval: timedelta) -> str:
    return f"The next poll is due at {stored(slot + interval)} UTC."
