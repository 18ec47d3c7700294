"""Text forms of instants, and the partition of an instant.

Stored times are UTC, as `YYYY-MM-DD HH:MM:SS`. The partition is the *source's* local date and hour of the time that the
data is about, never of its arrival: a late snapshot lands in the partition of its own time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from millrace.errors import BadTime

STORED_FORMAT = "%Y-%m-%d %H:%M:%S"
COMPACT_FORMAT = "%Y%m%dT%H%M%SZ"

_COMPACT = str.maketrans({"-": "", ":": "", " ": "T"})
_EVERY = re.compile(r"([0-9]+)\s*(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class EventTime:
    """An instant in the four forms that a record carries."""

    utc: str
    local: str
    dt: str
    hour: str

    @classmethod
    def of(cls, instant: datetime, zone: ZoneInfo) -> EventTime:
        """The forms of an instant. Raises BadTime for one without a zone, or outside the years 1 to 9999."""
        local = _text(instant, zone)
        return cls(utc=_text(instant, UTC), local=local, dt=local[:10], hour=local[11:13])


def stored(instant: datetime) -> str:
    """The stored form of an instant that has a zone: UTC, cut to whole seconds.

    Raises BadTime as `EventTime.of` does.
    """
    return _text(instant, UTC)


def compact(instant: datetime) -> str:
    """The form used in object names and ids, such as `20240530T043000Z`. Raises BadTime as `EventTime.of` does."""
    return _text(instant, UTC).translate(_COMPACT) + "Z"


def from_stored(text: str) -> datetime:
    """The instant of a stored form."""
    return datetime.strptime(text, STORED_FORMAT).replace(tzinfo=UTC)


def parse_time(text: str, zone: ZoneInfo) -> datetime:
    """A time as a user writes it: ISO 8601, or a date alone; without an offset it is the source's local time."""
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadTime(
            f"cannot read the time {text!r}.", hint="Write it as 2024-05-30T08:00 or 2024-05-30T08:00:00+08:00."
        ) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)


def parse_date(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadTime(f"cannot read the date {text!r}.", hint="Write it as 2024-05-30.") from None


def parse_every(text: str) -> timedelta:
    """An interval, such as `30s`, `1m`, `2h` or `1d`."""
    match = _EVERY.fullmatch(text.strip())
    if match is None or not match[1].strip("0"):
        raise BadTime(f"cannot read the interval {text!r}.", hint="Write it as 30s, 1m, 2h or 1d.")
    try:
        return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])
    except (OverflowError, ValueError):
        raise BadTime(f"the interval {text[:40]!r} is too long.", hint="Write it as 30s, 1m, 2h or 1d.") from None


def _text(instant: datetime, zone: tzinfo) -> str:
    """The instant in a zone. By isoformat: strftime writes the year 33 as `33`, which sorts and partitions wrongly."""
    if instant.utcoffset() is None:
        raise BadTime(f"the time {instant} has no offset from UTC.", hint="Give it a zone, such as +08:00.")
    try:
        return instant.astimezone(zone).replace(tzinfo=None).isoformat(" ", "seconds")
    except OverflowError:
        raise BadTime(f"the time {instant} lies outside the years 1 to 9999.", hint="Check the feed's clock.") from None
