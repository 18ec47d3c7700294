"""The check of the time that a feed is asked for.

An attempt without a snapshot lies in the partition of its requested time, and the newest requested time is the newest
slot in the feed's health. An implausible one would make a partition of its own, and `status` would measure from it.
"""

from __future__ import annotations

from datetime import datetime

from millrace.errors import BadTime
from millrace.ingestors.ports import Source


def check_requested_time(source: Source, at: datetime, now: datetime) -> None:
    """Raises BadTime for a time without a zone, or one that no snapshot of this source may have at the time `now`."""
    if at.utcoffset() is None:
        raise BadTime(f"the time {at} to poll for has no time zone.")
    if at - now > source.plausibility.ahead:
        local = now.astimezone(source.timezone)
        raise BadTime(
            f"the time {at} to poll for is in the future.", hint=f"Give one up to now, {local:%Y-%m-%dT%H:%M}."
        )
    if at < (earliest := source.plausibility.earliest):
        raise BadTime(
            f"the time {at} to poll for is before {earliest:%Y-%m-%d}; {source.name!r} has no data of that time.",
            hint="Check the year.",
        )
