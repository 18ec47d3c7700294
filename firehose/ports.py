"""The ports of delivery, which other folders may import: the record, the delivery stream, the spool and quarantine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Record:
    """One snapshot in its envelope. `data` is a line of UTF-8 JSON with a line feed; `dt`, `hour`: its partition."""

    source: str
    snapshot_id: str
    dt: str
    hour: str
    data: bytes


class Receipt(StrEnum):
    """The answer for one record. ACCEPTED: durable, will be in exactly one object. DUPLICATE: dropped, because this
    snapshot_id was accepted before.
    """

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"


class DeliveryStream(Protocol):
    """The port that takes records and makes partitioned objects of them."""

    def put(self, records: Sequence[Record]) -> list[Receipt]:
        """Make records durable: all of one call or (after an error or a crash) none; one receipt per record, in order.

        A stream that does not know duplicates (Firehose) answers ACCEPTED; they are dropped when staging is built.
        Raises DeliveryError.
        """
        ...

    def flush(self, *, everything: bool = False) -> int:
        """Deliver the buffers that are due by size or age (or all of them); returns the number of objects written."""
        ...

    def close(self) -> None:
        """Deliver what is left, and release the stream's resources."""
        ...


class InFlight(NamedTuple):
    """A record that was accepted (at `since`, UTC) and is not yet in a raw object."""

    source: str
    dt: str
    snapshot_id: str
    since: datetime


class Spool(Protocol):
    """The records that a delivery stream has acknowledged and not yet delivered. Reading them delivers nothing."""

    def in_flight(self) -> list[InFlight]:
        """All records in flight, in the order of acceptance."""
        ...

    def lines_in_flight(self, source: str) -> list[bytes]:
        """The stored lines (envelopes) of one source's records in flight."""
        ...


class QuarantineState(StrEnum):
    """WAITING: to be retried or dropped. REDRIVEN: the bytes became a snapshot. DROPPED: the bytes are deleted."""

    WAITING = "waiting"
    REDRIVEN = "redriven"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class QuarantinedItem:
    """A response that was not accepted. `item_id` is the attempt's poll_id; `attempt` is the attempt record's payload.

    `note` (of `noted_at`) states the item's outcome, or why the last retry was rejected. A dropped item has an empty
    `body` and the `sha256` (hex) of its former bytes; for all others `sha256` is empty. `part`: what of a snapshot in
    several documents or pages `body` is, such as `page 2`; "" for all of it.
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
    part: str = ""


class Quarantine(Protocol):
    """The port that keeps rejected responses (the dead-letter queue of polls)."""

    def add(self, item: QuarantinedItem) -> None:
        """Store a new item durably; an item already stored stays as it is."""
        ...

    def replace(self, item: QuarantinedItem) -> None:
        """Overwrite an item, atomically: after a crash it is either the new item or the old one."""
        ...

    def items(self, source: str | None = None) -> Iterator[QuarantinedItem]:
        """All items, or those of one source."""
        ...

    def item(self, item_id: str) -> QuarantinedItem:
        """One item. Raises UsageError for an id that was never quarantined."""
        ...
