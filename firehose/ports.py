"""What the other folders may know of deliveries: the record, the delivery stream, and quarantine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Record:
    """One snapshot in its envelope: `data` is one line of UTF-8 JSON and its line feed; `dt`, `hour`: its partition."""

    source: str
    snapshot_id: str
    dt: str
    hour: str
    data: bytes


class Receipt(StrEnum):
    """ACCEPTED: durable, will be in exactly one object. DUPLICATE: this snapshot_id was accepted before; dropped."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"


class DeliveryStream(Protocol):
    def put(self, records: Sequence[Record]) -> list[Receipt]:
        """Make records durable, all of one call or (after an error or a crash) none; one receipt a record, in order.

        A stream that cannot know duplicates (Firehose) answers ACCEPTED; they are dropped when staging is built.
        Raises DeliveryError.
        """
        ...

    def flush(self, *, everything: bool = False) -> int:
        """Deliver the buffers that are due by size or age (or all of them); the number of objects written."""
        ...

    def close(self) -> None:
        """Deliver what is left and let go."""
        ...


class InFlight(NamedTuple):
    """A record that is accepted (at `since`, UTC) and not yet in a raw object."""

    source: str
    dt: str
    snapshot_id: str
    since: datetime


class Spool(Protocol):
    """What a delivery stream has acknowledged and not yet delivered; reading it delivers nothing."""

    def in_flight(self) -> list[InFlight]: ...

    def lines_in_flight(self, source: str) -> list[bytes]:
        """The stored lines (envelopes) of one source's records in flight."""
        ...


class QuarantineState(StrEnum):
    """WAITING: until it is retried or dropped. REDRIVEN: its bytes became a snapshot. DROPPED: its bytes are gone."""

    WAITING = "waiting"
    REDRIVEN = "redriven"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class QuarantinedItem:
    """A response that was not accepted. `item_id`: the attempt's poll_id; `attempt`: its attempt record's payload.

    `note` says what became of it, or why the last retry changed nothing, and `noted_at` when. `sha256` (hex) is that of
    the bytes of a dropped item, whose `body` is empty; else it is empty.
    """

    item_id: str
    source: str
    dt: str
    code: str
    reason: str
    quarantined_at: datetime
    body: bytes
    attempt: Mapping[str, Any]
    state: QuarantineState = QuarantineState.WAITING
    note: str = ""
    noted_at: datetime | None = None
    sha256: str = ""


class Quarantine(Protocol):
    def keep(self, item: QuarantinedItem) -> None:
        """Make one item durable. Keeping the same item again changes nothing."""
        ...

    def replace(self, item: QuarantinedItem) -> None:
        """Write an item's new state over the old one: afterwards it is the new one, or (after a crash) the old."""
        ...

    def items(self, source: str | None = None) -> Iterator[QuarantinedItem]: ...

    def item(self, item_id: str) -> QuarantinedItem:
        """Raises UsageError for an id that was never quarantined."""
        ...
