"""Schedules as AWS EventBridge Scheduler writes them: `rate(5 minutes)` and `cron(0/15 8-20 ? * MON-FRI *)`.

A cron expression is read in a time zone, as EventBridge does: a local time that a clock change skips is left out, and
one that a clock change repeats comes once (docs: scheduler/latest/UserGuide/schedule-types). A rate's instants are the
multiples of its interval since 1970 in UTC, so that they do not depend on when a process started.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from millrace.errors import DefinitionError

if TYPE_CHECKING:
    from aws_croniter import AwsCroniter

_RATE = re.compile(r"rate\(([1-9][0-9]{0,5}) (minute|hour|day)(s?)\)")
_CRON = re.compile(r"cron\((.+)\)")
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
        return Cron(AwsCroniter(fields), zone)
    except AwsCroniterExpressionError as error:
        raise DefinitionError(
            f"cannot read the schedule {text!r}: {error}.",
            hint="Write six fields, minutes hours day-of-month month day-of-week year: cron(0 8 ? * MON-FRI *).",
        ) from error


def interval_of(text: str, zone: ZoneInfo, since: datetime = _EPOCH) -> timedelta:
    """The time between a schedule's first two times after `since`. Raises DefinitionError when fewer than two come."""
    schedule = read_schedule(text, zone)
    first = schedule.next_after(since)
    second = schedule.next_after(first) if first else None
    if first is None or second is None:
        raise DefinitionError(f"the schedule {text!r} comes less than twice.", hint="Give it times in the future.")
    return second - first
