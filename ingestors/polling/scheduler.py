"""The in-process scheduler, which follows the wall clock even when it jumps.

A scheduled time that passed while the machine slept or the clock jumped ahead is reported as missed. Missed times are
not run in a burst: they leave a gap, which is filled from the feed's history. When the clock jumps back, the scheduler
computes the next times again from there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from millrace.clock import Clock
from millrace.schedules.expressions import Schedule

LATE = timedelta(seconds=20)  # EventBridge Scheduler promises the minute; a start later than this counts as missed
MAX_WAIT = 1.0  # seconds; also how soon a jump of the clock is noticed


@dataclass(frozen=True)
class ScheduledAction:
    """One schedule and its action. `start` gets the scheduled time and returns at once; False if it could not start."""

    name: str
    schedule: Schedule
    start: Callable[[datetime], bool]


class Scheduler:
    """The scheduler of all actions. `is_on` is asked at each scheduled time: an action that is switched off is skipped,
    and its times do not count as missed. `missed` is called with an action's name and the first time that was missed.
    """

    def __init__(
        self,
        entries: Sequence[ScheduledAction],
        clock: Clock,
        *,
        is_on: Callable[[str], bool],
        missed: Callable[[str, datetime], None],
    ) -> None:
        self._entries, self._clock, self._is_on, self._missed = entries, clock, is_on, missed
        self._last = clock.now()
        self._due = self._next_times()

    def run(self, wait: Callable[[float], bool]) -> None:
        """Step until `wait(seconds)`, which sleeps no longer than that, returns True to stop."""
        while not wait(self.step()):
            pass

    def step(self) -> float:
        """Start what is due; returns the seconds until the next step is worthwhile."""
        now = self._clock.now()
        jumped_back, self._last = now < self._last - LATE, now
        if jumped_back:
            self._due = self._next_times()
        for entry in self._entries:
            due = self._due[entry.name]
            if due is not None and due <= now:
                self._due[entry.name] = entry.schedule.next_after(now)
                self._start_or_miss(entry, due, now)
        upcoming = [due for due in self._due.values() if due is not None]
        until = (min(upcoming) - now).total_seconds() if upcoming else MAX_WAIT
        return min(max(until, 0.0), MAX_WAIT)

    def _start_or_miss(self, entry: ScheduledAction, due: datetime, now: datetime) -> None:
        if not self._is_on(entry.name):
            return
        latest = _latest_due(entry.schedule, due, now)
        if latest != due or now - latest > LATE:
            self._missed(entry.name, due)
        if now - latest <= LATE and not entry.start(latest):
            self._missed(entry.name, latest)

    def _next_times(self) -> dict[str, datetime | None]:
        return {entry.name: entry.schedule.next_after(self._last) for entry in self._entries}


def _latest_due(schedule: Schedule, due: datetime, now: datetime) -> datetime:
    """The last scheduled time up to `now`. The search begins shortly before `now`, however long ago `due` was."""
    latest = due
    following = schedule.next_after(max(due, now - LATE))
    while following is not None and following <= now:
        latest, following = following, schedule.next_after(following)
    return latest
