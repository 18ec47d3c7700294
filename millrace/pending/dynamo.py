"""The pending list port on DynamoDB: an item a touch, numbered in the order in which they become visible."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from millrace.aws.batches import in_batches
from millrace.pending.sqlite import Touched
from millrace.state.dynamo import MOST_CHANGES, StateTable
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

    def touched(self, source: str) -> list[Touched]:
        found: dict[str, Touched] = {}
        for number, touch in self._touches(source):
            first = min(from_stored(touch.since), found[touch.dt].since) if touch.dt in found else None
            found[touch.dt] = Touched(source, touch.dt, number, first or from_stored(touch.since))
        return [found[dt] for dt in sorted(found)]

    def clear(self, seen: Sequence[Touched]) -> None:
        """As the port says. What a crash left is touched still, and cleared by the next run."""
        for source in {touched.source for touched in seen}:
            upto = {touched.dt: touched.sequence for touched in seen if touched.source == source}
            gone = [number for number, touch in self._touches(source) if number <= upto.get(touch.dt, 0)]
            for batch in in_batches(gone, MOST_CHANGES):
                self._table.write([Delete(numbered(pending(source), number)) for number in batch])

    def add(self, source: str, dt: str, now: datetime) -> None:
        """Not fenced: data arrives whoever has a lease."""
        touch = msgspec.json.encode(_Touch(dt, stored(now)))
        self._table.append(
            pending(source), lambda number: [Put(numbered(pending(source), number), touch)], fenced=False
        )

    def _touches(self, source: str) -> list[tuple[int, _Touch]]:
        return [(number_of(key), _decode(data)) for key, data in self._table.items(pending(source))]
