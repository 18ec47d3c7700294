"""The slots of a schedule that nobody polled for: a poll that left no record shows here, and only here.

Attempts are counted from their own records, so an attempt that was never recorded is missing on both sides of every
equation. Against the schedule it shows. It is a reported gap and no imbalance: a machine that was off, a schedule that
was switched off, and a backfill of every fifth slot leave the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise

Slot = tuple[datetime, int]  # the time that an attempt asked for, and its schedule's interval in seconds

_REACH_DAYS = 7  # what was polled longer before is another period, as days that were backfilled for a study


class LastSlots:
    """The last slot before a partition. `read` gives the last slot of each source in a partition, if it has one.

    `days`: the partitions that there are, where that is known; others are not read.
    """

    def __init__(self, read: Callable[[str], Mapping[str, Slot]], days: Collection[str] | None = None) -> None:
        self._read, self._days = read, days
        self._known: dict[str, Mapping[str, Slot]] = {}

    def note(self, dt: str, slots: Mapping[str, Slot]) -> None:
        """What a partition that was counted has, so that it is not read again."""
        self._known[dt] = slots

    def before(self, source: str, dt: str) -> list[Slot]:
        """The slot, of the newest partition that has one; empty without one within a week."""
        day = date.fromisoformat(dt)
        for days in range(1, _REACH_DAYS + 1):
            earlier = (day - timedelta(days=days)).isoformat()
            if earlier not in self._known:
                there = self._days is None or earlier in self._days
                self._known[earlier] = self._read(earlier) if there else {}
            if source in self._known[earlier]:
                return [self._known[earlier][source]]
        return []


def last_slots(attempts: Iterable[tuple[str, Slot]]) -> dict[str, Slot]:
    """The last slot of each source."""
    last: dict[str, Slot] = {}
    for source, slot in attempts:
        last[source] = max(slot, last.get(source, slot))
    return last


def unattempted(attempts: Iterable[Slot], before: Iterable[Slot] = ()) -> int:
    """The number of slots without an attempt between the first and the last of a partition.

    `before`: the last one of an earlier partition, since when slots are counted too.
    """
    slots = sorted(attempts)
    return sum(
        max(0, round((later - earlier) / timedelta(seconds=interval)) - 1)
        for (earlier, interval), (later, _) in pairwise([*before, *slots])
        if interval > 0
    )
