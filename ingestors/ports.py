"""What a source is, and what polling it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import msgspec

from millrace.schedules.expressions import interval_of

POLLS = "polls"  # the built-in source whose snapshots are the attempts themselves
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RateBudget:
    """At most `requests` in any `per`, for one host; 0 requests stands for no limit."""

    requests: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class Box:
    """Degrees; the edges belong to it."""

    west: float
    east: float
    south: float
    north: float

    def holds(self, longitude: float, latitude: float) -> bool:
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


@dataclass(frozen=True, slots=True)
class Plausibility:
    """What a snapshot of this source may look like; anything else is quarantined.

    `ahead`: how far `observed_at` may lie after the poll. `earliest`: no feed is older (a clock that was reset says
    1970). `outside`: the share of positions (0 to 1) that may lie outside `box`. `behind`: how far `observed_at` may
    fall behind the newest known one when the feed is asked for now (0: time never goes back); None for any distance.
    """

    entities_min: int
    entities_max: int
    ahead: timedelta = timedelta(minutes=5)
    box: Box | None = None
    outside: float = 0.05
    earliest: datetime = EARLIEST
    behind: timedelta | None = None


class Position(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Degrees, decoded from `[longitude, latitude]` and nothing longer.

    Thousands come in a payload; out of the garbage collector's sight they cost half of what tuples do.
    """

    longitude: float
    latitude: float
    end: msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class Observation:
    """What a parser reads out of a payload: `observed_at` as the feed writes it, and the entities' positions.

    `positions` is None for a source whose entities have no place. `status` is how the feed says it is: anything but
    `healthy` is an error that was answered politely.
    """

    observed_at: str
    entities: int
    positions: Sequence[Position] | None = None
    status: str = "healthy"


@dataclass(frozen=True)
class Source:
    """One external feed.

    `schedule` is AWS text such as `rate(1 minute)`. `schema` is a msgspec type of the response's whole text: the raw
    schema. `read` takes a decoded `schema`.
    `entities_path` is the JSON path of the array with one element per entity. `history_parameter` is the query
    parameter that asks for a past time, in the source's local time, formatted by `history_format`. After `still_polls`
    polls in a row with the same `observed_at` (0: never) the source is reported stale.
    """

    name: str
    title: str
    url: str
    schedule: str
    timezone: ZoneInfo
    budget: RateBudget
    schema: Any
    read: Callable[[Any], Observation]
    plausibility: Plausibility
    entities_path: str
    stale_after: timedelta
    history_parameter: str | None = None
    history_format: str = "%Y-%m-%dT%H:%M:%S"
    body_limit: int = 8 * 1024 * 1024
    api_key_header: str = "x-api-key"
    still_polls: int = 5

    @property
    def interval(self) -> timedelta:
        """The time from one poll to the next. Raises DefinitionError for a schedule that is not supported."""
        return interval_of(self.schedule, self.timezone)


class Outcome(StrEnum):
    """How one attempt ended. DELIVERED covers accepted and duplicate: which, the delivery's receipt says."""

    DELIVERED = "delivered"
    QUARANTINED = "quarantined"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PollResult:
    """`duplicate` is known only where the delivery stream knows it.

    `observed_at`, `dt`, `entities` and `snapshot_id` are None unless delivered; `reason` is empty if it was.
    `status` is the last HTTP status, None when no response came.
    """

    source: str
    requested_at: datetime
    outcome: Outcome
    duplicate: bool = False
    observed_at: datetime | None = None
    dt: str | None = None
    entities: int | None = None
    reason: str = ""
    poll_id: str = ""
    snapshot_id: str | None = None
    status: int | None = None
    tries: int = 1


class PollHistory(Protocol):
    def answered(self, source: str, start: datetime, end: datetime) -> set[datetime]:
        """The `requested_at` instants in [start, end] whose poll delivered a snapshot (accepted or duplicate)."""
        ...


class FailedBodies(Protocol):
    def keep(self, source: str, dt: str, poll_id: str, body: bytes) -> None:
        """Keep what a failed attempt was given of a body. Raises LakeError."""
        ...
