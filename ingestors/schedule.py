"""Schedules as AWS EventBridge writes them. Today `rate(...)`; `cron(...)` is refused until it is supported."""

from __future__ import annotations

import re
from datetime import timedelta

from millrace.errors import DefinitionError

_RATE = re.compile(r"rate\(([1-9][0-9]{0,5}) (minute|hour|day)(s?)\)")
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


def interval(schedule: str) -> timedelta:
    """The time from one poll to the next of `rate(N unit)`.

    EventBridge wants the singular for 1 and the plural for more, so this does too: what loads here deploys there.
    Raises DefinitionError.
    """
    match = _RATE.fullmatch(schedule.strip())
    if match is None or (match[1] == "1") == bool(match[3]):
        if schedule.strip().startswith("cron("):
            raise DefinitionError(f"the schedule {schedule!r} is not supported yet.", hint="Use rate(N minutes).")
        raise DefinitionError(
            f"cannot read the schedule {schedule!r}.",
            hint="Write it as rate(1 minute), rate(5 minutes) or rate(1 hour).",
        )
    return int(match[1]) * _UNITS[match[2]]
