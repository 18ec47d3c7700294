"""What the tests of polling share: payloads, a stream and a quarantine in memory, and a manual clock."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from millrace.errors import DeliveryError, UsageError
from millrace.firehose.ports import QuarantinedItem, Receipt, Record

NOW = datetime(2024, 5, 30, 4, 30, 10, tzinfo=UTC)


def taxis(
    count: int = 3, *, timestamp: object = "2024-05-30T12:29:58+08:00", coordinates: object = None, **properties: Any
) -> dict[str, Any]:
    """A response in the real feed's shape."""
    places = [[103.8 + 0.0001 * (n % 1000), 1.35] for n in range(count)] if coordinates is None else coordinates
    return {
        "type": "FeatureCollection",
        "crs": {"type": "link", "properties": {"href": "http://example.org/4326", "type": "ogcwkt"}},
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "MultiPoint", "coordinates": places},
                "properties": {
                    "timestamp": timestamp,
                    "taxi_count": count,
                    "api_info": {"status": "healthy"},
                    **properties,
                },
            }
        ],
    }


def body(count: int = 3, **properties: Any) -> bytes:
    return json.dumps(taxis(count, **properties)).encode()


class MemoryStream:
    """A delivery stream that knows duplicates; `broken` makes every put fail."""

    def __init__(self) -> None:
        self.calls: list[list[Record]] = []
        self.flushed = 0
        self.broken = False
        self._lock = threading.Lock()
        self._seen: set[str] = set()

    @property
    def records(self) -> list[Record]:
        return [record for call in self.calls for record in call]

    def put(self, records: Sequence[Record]) -> list[Receipt]:
        with self._lock:
            if self.broken:
                raise DeliveryError("the disk is full.")
            self.calls.append(list(records))
            receipts = [Receipt.DUPLICATE if r.snapshot_id in self._seen else Receipt.ACCEPTED for r in records]
            self._seen.update(record.snapshot_id for record in records)
            return receipts

    def flush(self, *, everything: bool = False) -> int:
        self.flushed += everything
        return 0

    def close(self) -> None:
        pass


class MemoryQuarantine:
    def __init__(self) -> None:
        self.kept: list[QuarantinedItem] = []

    def add(self, item: QuarantinedItem) -> None:
        self.kept.append(item)

    def replace(self, item: QuarantinedItem) -> None:
        self.kept = [item if one.item_id == item.item_id else one for one in self.kept]

    def items(self, source: str | None = None) -> Iterator[QuarantinedItem]:
        return iter(self.kept)

    def item(self, item_id: str) -> QuarantinedItem:
        for one in self.kept:
            if one.item_id == item_id:
                return one
        raise UsageError(f"there is no item {item_id!r} in quarantine.")


class MemoryBodies:
    """What failed attempts received."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []

    def store(self, source: str, dt: str, poll_id: str, body: bytes) -> None:
        self.kept.append(body)


class NoHistory:
    """A history without any snapshot."""

    def slots_with_snapshot(self, source: str, start: datetime, end: datetime) -> set[datetime]:
        return set()


class Time:
    """A clock and its timer. Sleeping advances both and is recorded in `sleeps`. Threads may share it."""

    def __init__(self, start: datetime = NOW) -> None:
        self._start = start
        self._elapsed = 0.0
        self._lock = threading.Lock()
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def timer(self) -> float:
        return self._elapsed

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.sleeps.append(seconds)
            self._elapsed += seconds
