"""What a source is, and what polling it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class RateBudget:
    """At most `requests` in any `per`, for one host."""

    requests: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class Box:
    """Degrees; the edges belong to it."""

    west: float
    east: float
    south: float
    north: float


@dataclass(frozen=True, slots=True)
class Plausibility:
    """What a snapshot of this source may look like; anything else is quarantined.

    `ahead`: how far `observed_at` may lie after the poll. `outside`: the share of positions (0 to 1) that may lie
    outside `box`.
    """

    entities_min: int
    entities_max: int
    ahead: timedelta = timedelta(minutes=5)
    box: Box | None = None
    outside: float = 0.05


@dataclass(frozen=True, slots=True)
class Observation:
    """What a parser reads out of a payload: `observed_at` as the feed writes it, and the entities' positions.

    `positions` are (longitude, latitude) pairs, or None for a source whose entities have no place.
    """

    observed_at: str
    entities: int
    positions: list[tuple[float, float]] | None = None


@dataclass(frozen=True)
class Source:
    """One external feed.

    `schema` is a msgspec type of the response's whole text: the raw schema. `read` takes a decoded `schema`.
    `entities_path` is the JSON path of the array with one element per entity. `history_parameter` is the query
    parameter that asks for a past time, in the source's local time, formatted by `history_format`.
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


class Outcome(StrEnum):
    """How one attempt ended. DELIVERED covers accepted and duplicate: which, the delivery's receipt says."""

    DELIVERED = "delivered"
    QUARANTINED = "quarantined"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PollResult:
    """`duplicate` is known only where the delivery stream knows it. `entities` is None unless delivered."""

    source: str
    requested_at: datetime
    outcome: Outcome
    duplicate: bool = False
    observed_at: datetime | None = None
    dt: str | None = None
    entities: int | None = None
    reason: str = ""


class PollHistory(Protocol):
    def answered(self, source: str, start: datetime, end: datetime) -> set[datetime]:
        """The `requested_at` instants in [start, end] whose poll delivered a snapshot (accepted or duplicate)."""
        ...
