"""Schedules as AWS EventBridge Scheduler writes them: `rate(5 minutes)` and `cron(0/15 8-20 ? * MON-FRI *)`.

A cron expression is read in a time zone, as EventBridge does: a local time that a clock change skips is left out, and
one that a clock change repeats comes once (docs: scheduler/latest/UserGuide/schedule-types). A rate's instants are the
multiples of its interval since 1970 in UTC, so that they do not depend on when a process started.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from millrace.clock import SystemClock
from millrace.errors import DefinitionError

if TYPE_CHECKING:
    from aws_croniter import AwsCroniter

_RATE = re.compile(r"rate\(([1-9][0-9]{0,5}) (minute|hour|day)(s?)\)")
_CRON = re.compile(r"cron\((.+)\)")
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_TIMES = 60  # so many times of a schedule show how far apart they are
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

UTC_ZONE = ZoneInfo("UTC")  # of the schedules that belong to no source


class Schedule(Protocol):
    def next_after(self, instant: datetime) -> datetime | None:
        """The first scheduled time after `instant` (both with a zone); None when no more times come."""
        ...


@dataclass(frozen=True, slots=True)
class Rate:
    interval: timedelta

    def next_after(self, instant: datetime) -> datetime:
        return _EPOCH + ((instant - _EPOCH) // self.interval + 1) * self.interval


@dataclass(frozen=True)
class Cron:
    """`times` is given local wall times labelled as UTC, so that it does no zone arithmetic."""

    times: AwsCroniter
    zone: ZoneInfo

    def next_after(self, instant: datetime) -> datetime | None:
        wall = instant.astimezone(self.zone).replace(tzinfo=UTC)
        while True:
            (wall,) = self.times.get_next(wall)
            if wall is None:
                return None
            found: datetime = wall.replace(tzinfo=self.zone).astimezone(UTC)
            skipped = found.astimezone(self.zone).replace(tzinfo=UTC) != wall
            if not skipped and found > instant:
                return found


def read_schedule(text: str, zone: ZoneInfo) -> Schedule:
    """The schedule of an expression. Raises DefinitionError for any that EventBridge would refuse."""
    stripped = text.strip()
    if cron := _CRON.fullmatch(stripped):
        return _read_cron(cron[1], zone, text)
    rate = _RATE.fullmatch(stripped)
    if rate is None or (rate[1] == "1") == bool(rate[3]):
        raise DefinitionError(
            f"cannot read the schedule {text!r}.",
            hint="Write it as rate(1 minute), rate(5 minutes), rate(1 hour) or cron(0 8 ? * MON-FRI *).",
        )
    return Rate(int(rate[1]) * _UNITS[rate[2]])


def _read_cron(fields: str, zone: ZoneInfo, text: str) -> Cron:
    from aws_croniter import AwsCroniter
    from aws_croniter.exceptions import AwsCroniterExpressionError

    try:
        return Cron(AwsCroniter(_in_the_librarys_words(fields)), zone)
    except (AwsCroniterExpressionError, ValueError) as error:
        # the library accepts some fields (LW, 0/0, 5-*) that it then fails to take apart, with Python's own message
        why = f": {error}" if isinstance(error, AwsCroniterExpressionError) else ""
        raise DefinitionError(
            f"cannot read the schedule {text!r}{why}.",
            hint="Write six fields, minutes hours day-of-month month day-of-week year: cron(0 8 ? * MON-FRI *).",
        ) from error


def _in_the_librarys_words(fields: str) -> str:
    """The day of the week `L` is the last one, Saturday, and `L-3` is none; the library takes the one for a day that
    never comes, and the other for a Tuesday.
    """
    parts = fields.split(" ")
    if len(parts) == 6 and parts[4].startswith("L"):
        parts[4] = "7" if parts[4] == "L" else ""
    return " ".join(parts)


def check_schedule(text: str, zone: ZoneInfo, now: datetime | None = None) -> None:
    """Raises DefinitionError for a schedule that cannot be read, or that has no time after `now` (None: today)."""
    if read_schedule(text, zone).next_after(now or SystemClock().now()) is None:
        raise DefinitionError(f"the schedule {text!r} never comes again.", hint="Give it times in the future.")


def intervals_of(text: str, zone: ZoneInfo) -> tuple[timedelta, timedelta]:
    """The shortest and the longest time between two times of a schedule, of its first ones. Raises as `interval_of`."""
    apart = times_apart(text, zone) or [interval_of(text, zone)]
    return min(apart), max(apart)


def times_apart(text: str, zone: ZoneInfo) -> list[timedelta]:
    """From each of a schedule's first times to the next; none where it comes once. Raises DefinitionError."""
    schedule, at = read_schedule(text, zone), _EPOCH
    times: list[datetime] = []
    while len(times) < _TIMES and (following := schedule.next_after(at)) is not None:
        times.append(at := following)
    return [second - first for first, second in pairwise(times)]


def interval_of(text: str, zone: ZoneInfo, since: datetime = _EPOCH) -> timedelta:
    """The time between a schedule's first two times after `since`. Raises DefinitionError when fewer than two come."""
    schedule = read_schedule(text, zone)
    first = schedule.next_after(since)
    second = schedule.next_after(first) if first else None
    if first is None or second is None:
        raise DefinitionError(
            f"the schedule {text!r} has fewer than two times in the future.",
            hint="Correct it in the source or workflow that has it.",
        )
    return second - first
