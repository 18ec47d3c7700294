"""The source contract, the result of a poll, and the ports that polling needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

import msgspec

from millrace.errors import UsageError
from millrace.schedules.expressions import interval_of

if TYPE_CHECKING:
    from millrace.ingestors.simulator.simulation import Simulation

POLLS = "polls"  # the built-in source whose snapshots are the attempts themselves
BODY_LIMIT = 8 * 1024 * 1024  # bytes after decompression: the limit of a source that names none
# The engines read records up to 16 MiB, and a record is a body and its envelope.
MAX_BODY_BYTES = 15 * 1024 * 1024
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RateBudget:
    """At most `requests` in any window of length `per`, for one host; 0 requests means no limit."""

    requests: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class Box:
    """A bounding box in degrees, edges included."""

    west: float
    east: float
    south: float
    north: float

    def holds(self, longitude: float, latitude: float) -> bool:
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


@dataclass(frozen=True, slots=True)
class Plausibility:
    """The limits that a snapshot of this source must keep; a snapshot beyond them is quarantined.

    `ahead`: how far `observed_at` may lie after the poll. `earliest`: the oldest `observed_at` (a clock that was reset
    says 1970). `outside`: the share of positions (0 to 1) that may lie outside `box`. `behind`: how far `observed_at`
    may lie before the newest known one when the feed is asked for the current time (0: not at all; None: no limit).
    """

    entities_min: int
    entities_max: int
    ahead: timedelta = timedelta(minutes=5)
    box: Box | None = None
    outside: float = 0.05
    earliest: datetime = EARLIEST
    behind: timedelta | None = None


class Position(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A position in degrees, decoded from an array of exactly `[longitude, latitude]`.

    A payload has thousands of them. Untracked by the garbage collector (`gc=False`) they cost half of what tuples do.
    """

    longitude: float
    latitude: float
    end: msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class Observation:
    """What a source's `read` takes out of a payload: when it was observed, how many entities, and their positions.

    `observed_at` is an instant with its zone, or a text in ISO 8601 with its offset, as most feeds write it.
    `positions` is None for a source whose entities have no position. `status` is the feed's own statement about itself:
    anything but `healthy` is an error that came with HTTP 200.
    """

    observed_at: str | datetime
    entities: int
    positions: Sequence[Position] | None = None
    status: str = "healthy"


@dataclass(frozen=True, slots=True)
class Paging:
    """How a feed that answers in pages is read to its end, with one of two.

    `next_path`: the JSON path of the link to the next page, which is null, empty or absent on the last; the link leads
    to the same host. `parameter`: the query parameter that counts the pages from `first`, until one whose array at
    `items_path` is empty. More than `at_most` pages are a failed attempt, never a part of a snapshot.
    """

    next_path: str | None = None
    parameter: str | None = None
    items_path: str = "$"
    first: int = 1
    at_most: int = 100


@dataclass(frozen=True)
class HttpFeed:
    """An origin that is asked over HTTP: one request a poll, or one for each document or page.

    `documents`: where a snapshot is spread over several documents, the address of each by name, relative to `url` as a
    link on that page would be; `url` itself is then not asked. The payload is one JSON object, with a member for each
    in this order. `pages`: where it is spread over pages; the payload is the JSON array of them. Either way the texts
    are the feed's own, and `schema` is that of the whole.

    `history_parameter` is the query parameter that asks for a past time, in the source's local time, formatted by
    `history_format`; None if the feed has no history. `body_limit` is in bytes after decompression, MAX_BODY_BYTES at
    most. `api_key_header` names the header that carries the source's key, if a key is set.
    """

    url: str
    budget: RateBudget
    history_parameter: str | None = None
    history_format: str = "%Y-%m-%dT%H:%M:%S"
    body_limit: int = BODY_LIMIT
    api_key_header: str = "x-api-key"
    documents: Mapping[str, str] = field(default_factory=dict)
    pages: Paging | None = None


@dataclass(frozen=True)
class FileDrop:
    """An origin of files that somebody else puts at `address`, a folder or a prefix; `pattern`: a glob of their names.

    Each file is a snapshot, kept as it was dropped.
    """

    address: str
    pattern: str = "*"


@dataclass(frozen=True)
class DatabaseQuery:
    """An origin in a database: the rows that the SELECT in `query` gives over the connection that `connection` names.

    Each extract is a snapshot, kept as it was extracted.
    """

    connection: str
    query: str


Origin = HttpFeed | FileDrop | DatabaseQuery
_ORIGINS = {HttpFeed: "a feed over HTTP", FileDrop: "a file drop", DatabaseQuery: "a database query"}


@dataclass(frozen=True)
class Source:
    """One external feed. `origin` is where its snapshots come from; only those of an HttpFeed can be fetched so far.

    `schedule` is an expression in AWS syntax, such as `rate(1 minute)`. `schema` is the raw schema: a msgspec type of
    the whole response; `read` takes a decoded instance of it. `entities_path` is the JSON path of the array with one
    element per entity; of a feed in pages, it begins with `$[*]`, and each page has such an array. `entity_key` is the
    column of the staging table that names an entity, where the feed names its entities: a second row of one entity in a
    snapshot is set aside, unless the rules say otherwise. None: entities are never deduplicated (two taxis may stand
    together). The feed is reported as stale after `still_polls` polls that delivered nothing newer than the newest
    snapshot (its own first poll counts; 0: never). `simulation` makes a polled feed up, for demos, generated lakes
    and `millrace simulate`; None: the source is left out there.
    """

    name: str
    title: str
    origin: Origin
    schedule: str
    timezone: ZoneInfo
    schema: Any
    read: Callable[[Any], Observation]
    plausibility: Plausibility
    entities_path: str
    stale_after: timedelta
    still_polls: int = 5
    entity_key: str | None = None
    simulation: Simulation | None = None

    @property
    def interval(self) -> timedelta:
        """The time from one poll to the next. Raises DefinitionError for a schedule that is not supported."""
        return interval_of(self.schedule, self.timezone)

    @property
    def feed(self) -> HttpFeed:
        """The origin of a source that is polled. Raises UsageError for a source of another origin."""
        if not isinstance(self.origin, HttpFeed):
            raise UsageError(
                f"the source {self.name!r} is {_ORIGINS[type(self.origin)]}, which cannot be polled yet.",
                hint="Only a source whose origin is an HttpFeed is polled.",
            )
        return self.origin

    @property
    def is_polled(self) -> bool:
        """Whether its snapshots are fetched by polling."""
        return isinstance(self.origin, HttpFeed)

    @property
    def has_history(self) -> bool:
        """Whether it can be asked for past times."""
        return isinstance(self.origin, HttpFeed) and self.origin.history_parameter is not None


def by_interval(sources: Iterable[Source]) -> list[Source]:
    """The sources polled most often first, then by name."""
    return sorted(sources, key=lambda source: (source.interval, source.name))


class Outcome(StrEnum):
    """How one attempt ended. DELIVERED covers accepted and duplicate: the delivery's receipt says which."""

    DELIVERED = "delivered"
    QUARANTINED = "quarantined"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PollResult:
    """The result of one poll. `duplicate` is set only where the delivery stream knows duplicates.

    `observed_at`, `dt`, `entities` and `snapshot_id` are None unless the outcome is DELIVERED, and `reason` is empty
    only then. `status` is the last HTTP status, None when no response came. `tries` counts the requests that were sent.
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
    """The slots of a source that already have a snapshot."""

    def slots_with_snapshot(self, source: str, start: datetime, end: datetime) -> set[datetime]:
        """The `requested_at` instants in [start, end] whose poll delivered a snapshot (accepted or duplicate)."""
        ...


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that anyone may read. `name`: its path below what it was listed by. `size` in bytes, and `tag`, which
    changes with the content: as the listing says; None and "" where it says nothing.
    """

    name: str
    address: str
    size: int | None = None
    tag: str = ""


class OpenData(Protocol):
    """Files of others that anyone may read, without credentials."""

    def files(self, address: str, region: str) -> Iterator[OpenFile]:
        """The objects whose keys begin as `s3://BUCKET/PREFIX` says, in that region; or the file of a web address.

        Raises FeedUnavailable, and UsageError for an address that is refused.
        """
        ...

    def fetch(self, file: OpenFile, known: str, limit: int, write: Callable[[Iterator[bytes]], None]) -> str | None:
        """Hand the file's content to `write`, piece by piece; again from its start where the connection broke.

        Returns the tag of what was written; None, without a write, where the file still has the tag `known`. Raises as
        `files` does, ResponseTooLarge for more than `limit` bytes, and what `write` raises.
        """
        ...


class RateReservations(Protocol):
    """The times that requests to a host are reserved for, by all who share them."""

    def reserve(self, host: str, requests: int, per: float) -> float:
        """Reserve the next time that keeps to `requests` in any `per` seconds; returns the seconds until it."""
        ...


class FailedBodies(Protocol):
    """The bodies, whole or in part, that failed attempts received."""

    def store(self, source: str, dt: str, poll_id: str, body: bytes) -> None:
        """Store what one failed attempt received of a body. Raises LakeError."""
        ...
