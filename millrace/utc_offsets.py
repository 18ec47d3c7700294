"""When a zone's offset from UTC changes: local time for SQL, whose engines convert zones in different ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

# Outside these years the nearest period's offset holds.
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
_ALWAYS_FROM, _ALWAYS_UNTIL = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class OffsetPeriod:
    """A time, in UTC and without its end, in which local time is UTC plus `offset`."""

    start: datetime
    end: datetime
    offset: timedelta


@lru_cache(maxsize=64)
def offset_periods(zone: ZoneInfo) -> tuple[OffsetPeriod, ...]:
    """All periods of a zone, in order and without a hole."""
    changes = list(_changes(zone))
    starts = [_ALWAYS_FROM, *changes]
    ends = [*changes, _ALWAYS_UNTIL]
    offsets = [_offset(zone, _FIRST), *(_offset(zone, change) for change in changes)]
    return tuple(OffsetPeriod(*period) for period in zip(starts, ends, offsets, strict=True))


def _changes(zone: ZoneInfo) -> Iterator[datetime]:
    """The first instant with each new offset, to the second. No zone's offset has ever changed twice within a day."""
    day, known = _FIRST, _offset(zone, _FIRST)
    while day < _LAST:
        following = _offset(zone, day + _DAY)
        if following != known:
            before, after = day, day + _DAY
            while after - before > _SECOND:
                middle = before + (after - before) // 2
                middle = middle.replace(microsecond=0)
                before, after = (middle, after) if _offset(zone, middle) == known else (before, middle)
            yield after
        day, known = day + _DAY, following


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset
