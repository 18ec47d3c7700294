"""The pending list port on DynamoDB: one item for each touch, numbered in the order in which they become visible."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from millrace.aws.calls import in_batches
from millrace.pending.ports import TouchedPartition
from millrace.state.dynamo import MAX_CHANGES, StateTable
from millrace.state.dynamo_items import Delete, Put
from millrace.state.dynamo_keys import number_of, numbered, pending
from millrace.time_keys import from_stored, stored


class _Touch(msgspec.Struct, frozen=True):
    dt: str
    since: str


_decode = msgspec.json.Decoder(_Touch).decode


class DynamoPendingList:
    def __init__(self, table: StateTable) -> None:
        self._table = table

    def touched(self, source: str) -> list[TouchedPartition]:
        found: dict[str, TouchedPartition] = {}
        for number, touch in self._touches(source):
            since = from_stored(touch.since)
            if earlier := found.get(touch.dt):
                since = min(since, earlier.since)
            found[touch.dt] = TouchedPartition(source, touch.dt, number, since)
        return [found[dt] for dt in sorted(found)]

    def clear(self, touches: Sequence[TouchedPartition]) -> None:
        """As the port says. Touches that a crash left are still on the list, and the next run clears them."""
        for source in {touched.source for touched in touches}:
            upto = {touched.dt: touched.sequence for touched in touches if touched.source == source}
            numbers = [number for number, touch in self._touches(source) if number <= upto.get(touch.dt, 0)]
            for batch in in_batches(numbers, MAX_CHANGES):
                self._table.write([Delete(numbered(pending(source), number)) for number in batch])

    def add(self, source: str, dt: str, now: datetime) -> None:
        """As the port says. Writes without checking the lease: data may arrive while any process holds it."""
        touch = msgspec.json.encode(_Touch(dt, stored(now)))
        self._table.append(
            pending(source), lambda number: [Put(numbered(pending(source), number), touch)], fenced=False
        )

    def _touches(self, source: str) -> list[tuple[int, _Touch]]:
        return [(number_of(key), _decode(data)) for key, data in self._table.items(pending(source))]
