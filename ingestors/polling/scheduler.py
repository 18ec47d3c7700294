"""The in-process scheduler. It keeps to the wall clock, whatever that does.

A time that passed unseen (the machine slept, the clock jumped ahead) is reported as missed and not made up for in a
burst: what it would have brought is a gap, to be filled from the feed's history. A clock that jumps back makes the
schedule be read anew from there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from millrace.clock import Clock
from millrace.schedules.expressions import Schedule

LATE = timedelta(seconds=20)  # EventBridge Scheduler promises the minute; past that a time counts as missed
LONGEST_WAIT = 1.0  # seconds: how soon a jump of the clock is noticed


@dataclass(frozen=True)
class Entry:
    """`start` is called with the scheduled time, and returns at once; False says that it could not take it."""

    name: str
    schedule: Schedule
    start: Callable[[datetime], bool]


class Scheduler:
    """`is_on` is asked at each scheduled time. `missed` is told of a name and its first scheduled time that passed."""

    def __init__(
        self,
        entries: Sequence[Entry],
        clock: Clock,
        *,
        is_on: Callable[[str], bool],
        missed: Callable[[str, datetime], None],
    ) -> None:
        self._entries, self._clock, self._is_on, self._missed = entries, clock, is_on, missed
        self._last = clock.now()
        self._due = self._read_anew()

    def run(self, wait: Callable[[float], bool]) -> None:
        """Until `wait(seconds)`, which sleeps no longer than that, says that it is time to stop."""
        while not wait(self.step()):
            pass

    def step(self) -> float:
        """Start what is due; the seconds until it is worth looking again."""
        now = self._clock.now()
        jumped_back, self._last = now < self._last - LATE, now
        if jumped_back:
            self._due = self._read_anew()
        for entry in self._entries:
            due = self._due[entry.name]
            if due is not None and due <= now:
                self._due[entry.name] = entry.schedule.next_after(now)
                self._take(entry, due, now)
        upcoming = [due for due in self._due.values() if due is not None]
        until = (min(upcoming) - now).total_seconds() if upcoming else LONGEST_WAIT
        return min(max(until, 0.0), LONGEST_WAIT)

    def _take(self, entry: Entry, due: datetime, now: datetime) -> None:
        if not self._is_on(entry.name):
            return
        latest = _latest(entry.schedule, due, now)
        if latest != due or now - latest > LATE:
            self._missed(entry.name, due)
        if now - latest <= LATE and not entry.start(latest):
            self._missed(entry.name, latest)

    def _read_anew(self) -> dict[str, datetime | None]:
        return {entry.name: entry.schedule.next_after(self._last) for entry in self._entries}


def _latest(schedule: Schedule, due: datetime, now: datetime) -> datetime:
    """The last scheduled time that is not after `now`; looked for from shortly before it, however far `due` is back."""
    latest = due
    following = schedule.next_after(max(due, now - LATE))
    while following is not None and following <= now:
        latest, following = following, schedule.next_after(following)
    return latest
