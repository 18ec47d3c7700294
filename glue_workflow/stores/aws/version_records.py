"""Version records on DynamoDB. A record is in one of three lists of its table, and a flip moves it.

candidate: readers never saw it. current: readers see it; one per partition. replaced: readers saw it; retention removes
these, so that only the list of current records grows with history.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from millrace.aws.calls import in_batches
from millrace.glue_workflow.ports import PartitionVersion, Pin, VersionRecord
from millrace.state import dynamo_keys as layout
from millrace.state.dynamo import StateTable
from millrace.state.dynamo_items import Change, Delete, Put
from millrace.state.dynamo_keys import Key

_encode = msgspec.json.encode
_record = msgspec.json.Decoder(VersionRecord).decode
_pin = msgspec.json.Decoder(Pin).decode

_BATCH = 12  # versions of one transaction: up to six changes each


class VersionRecords:
    """The three lists, and the pins. Arguments are not checked: the catalog does that."""

    def __init__(self, table: StateTable) -> None:
        self._table = table

    def candidates(self, table: str) -> list[VersionRecord]:
        return self._all(layout.candidates(table))

    def current(self, table: str) -> list[VersionRecord]:
        return self._all(layout.current_versions(table))

    def has_others(self, table: str, partitions: Collection[str]) -> bool:
        """Whether readers see another partition than these. One request reads one more than they are."""
        found = self._table.items(layout.current_versions(table), page_size=len(partitions) + 1)
        versions = (_record(data).version for _, data in found)
        return any(one.files and one.partition not in partitions for one in versions)

    def replaced(self, table: str) -> list[VersionRecord]:
        return self._all(layout.replaced_versions(table))

    def history(self, table: str, partition: str | None) -> list[VersionRecord]:
        """Newest first within a partition."""
        if partition is None:
            found = [*self.candidates(table), *self.current(table), *self.replaced(table)]
        else:
            starts, current = layout.versions_of(partition), self._table.get(layout.current(table, partition))
            found = [*self._all(layout.candidates(table), starts), *self._all(layout.replaced_versions(table), starts)]
            found += [_record(current)] if current else []
        newest = sorted(found, key=lambda one: (one.created_at, one.version.version), reverse=True)
        return sorted(newest, key=lambda one: one.version.partition)

    def pins(self, table: str) -> list[Pin]:
        return [_pin(data) for _, data in self._table.items(layout.pins(table))]

    def tables(self) -> list[str]:
        return [key.sk for key, _ in self._table.items(layout.TABLE)]

    def find(self, versions: Iterable[PartitionVersion]) -> list[VersionRecord | None]:
        """The record of each version, from any of the lists."""
        wanted = list(versions)
        found = self._table.get_many(key for one in wanted for key in _places(one))
        return [_record_of(one, [_record(found[key]) for key in _places(one) if key in found]) for one in wanted]

    def register(self, versions: Sequence[PartitionVersion], now: datetime) -> None:
        for some in in_batches(versions, _BATCH):
            changes: list[Change] = []
            for one in some:
                candidate, replaced, _ = _places(one)
                changes += [Put(candidate, _encode(VersionRecord(one, now, None, None))), Delete(replaced)]
            self._table.write(changes)

    def forget(self, versions: Sequence[PartitionVersion]) -> None:
        for some in in_batches(versions, _BATCH):
            self._table.write([Delete(key) for one in some for key in _places(one)[:2]])

    def point(self, versions: Sequence[PartitionVersion], at: datetime) -> None:
        """Make these versions current. Idempotent: a version that is current already does not change."""
        for some in in_batches(versions, _BATCH):
            changes = [change for one in some for change in self._move(one, at)]
            named = [Put(Key(layout.TABLE, table), b"{}") for table in {one.table for one in some}]
            if changes:
                self._table.write([*changes, *named])

    def pin(self, pins: Sequence[Pin]) -> None:
        for some in in_batches(pins, _BATCH):
            self._table.write([Put(layout.pin(one.table, one.partition), _encode(one)) for one in some])

    def release(self, pins: Sequence[Pin]) -> None:
        """Remove each pin that is still stored for the same version."""
        for one in pins:
            key = layout.pin(one.table, one.partition)
            data = self._table.get(key)
            if data and _pin(data).version == one.version:
                self._table.write([Delete(key)])

    def _move(self, version: PartitionVersion, at: datetime) -> Iterator[Change]:
        candidate, replaced, current = _places(version)
        found = self._table.get_many([candidate, replaced, current])
        before = _record(found[current]) if current in found else None
        if before and before.version.version == version.version:
            return
        record = _record(found[candidate] if candidate in found else found[replaced])
        yield Put(current, _encode(replace(record, published_at=record.published_at or at, replaced_at=None)))
        yield Delete(candidate)
        yield Delete(replaced)
        yield Delete(layout.pin(version.table, version.partition))
        if before:
            yield Put(_places(before.version)[1], _encode(replace(before, replaced_at=at)))

    def _all(self, pk: str, starts: str = "") -> list[VersionRecord]:
        return [_record(data) for _, data in self._table.items(pk, sk_prefix=starts)]


def _places(version: PartitionVersion) -> tuple[Key, Key, Key]:
    """The keys where a version's record may be: candidate, replaced, current (which may hold another version's)."""
    of = (version.table, version.partition)
    return layout.candidate(*of, version.version), layout.replaced(*of, version.version), layout.current(*of)


def _record_of(version: PartitionVersion, records: Sequence[VersionRecord]) -> VersionRecord | None:
    return next((one for one in records if one.version.version == version.version), None)
