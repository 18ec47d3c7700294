"""Quarantine on the lake's storage: one JSON object per item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from millrace.commit_points import CommitPoint, CommitPointListener, no_listener
from millrace.errors import LakeError, UsageError
from millrace.firehose.ports import QuarantinedItem, QuarantineState
from millrace.lake.keys import QUARANTINE, quarantine_object
from millrace.lake.storage import Storage
from millrace.time_keys import from_stored, stored

_SUFFIX = ".json"


class _Stored(msgspec.Struct, frozen=True, omit_defaults=True):
    """An item as it is stored; `body` is in base64. Fields with their default value are not written."""

    item_id: str
    source: str
    dt: str
    code: str
    reason: str
    quarantined_at: str
    attempt: dict[str, Any]
    body: bytes
    state: QuarantineState = QuarantineState.WAITING
    note: str = ""
    noted_at: str | None = None
    sha256: str = ""
    part: str = ""


_encode = msgspec.json.Encoder(order="sorted").encode
_decoder = msgspec.json.Decoder(_Stored)


class ObjectQuarantine:
    """The adapter of Quarantine on objects. Raises LakeError when an object cannot be written or read."""

    def __init__(self, storage: Storage, *, reached: CommitPointListener = no_listener) -> None:
        self._storage = storage
        self._reached = reached

    def add(self, item: QuarantinedItem) -> None:
        """As the port says: of several items with one id, the first is stored."""
        if self._storage.create(quarantine_object(item.source, item.dt, item.item_id), _to_json(item)):
            self._reached(CommitPoint.QUARANTINE_WRITTEN)

    def replace(self, item: QuarantinedItem) -> None:
        """As the port says: the one object is replaced as a whole."""
        self._storage.put(quarantine_object(item.source, item.dt, item.item_id), _to_json(item))
        self._reached(CommitPoint.QUARANTINE_WRITTEN)

    def items(self, source: str | None = None) -> Iterator[QuarantinedItem]:
        """The items (of one source, or all), in the order of source, dt and item_id."""
        prefix = f"{QUARANTINE}/{source}/" if source is not None else f"{QUARANTINE}/"
        for found in self._storage.list(prefix):
            if found.key.endswith(_SUFFIX):
                yield self._read(found.key)

    def item(self, item_id: str) -> QuarantinedItem:
        """As the port says; reads only this item's object."""
        for found in self._storage.list(f"{QUARANTINE}/"):
            if found.key.rpartition("/")[2] == item_id + _SUFFIX:
                return self._read(found.key)
        raise UsageError(
            f"there is no item {item_id!r} in quarantine.", hint="`millrace quarantine list` shows all items."
        )

    def _read(self, key: str) -> QuarantinedItem:
        try:
            item = _decoder.decode(self._storage.get(key))
            return QuarantinedItem(
                item.item_id,
                item.source,
                item.dt,
                item.code,
                item.reason,
                from_stored(item.quarantined_at),
                item.body,
                item.attempt,
                item.state,
                item.note,
                from_stored(item.noted_at) if item.noted_at else None,
                item.sha256,
                item.part,
            )
        except ValueError as error:  # msgspec's and from_stored's errors are ValueErrors
            raise LakeError(
                f"cannot read {self._storage.location(key)}: {error}.",
                hint="Restore this quarantined item from a copy, or move it elsewhere.",
            ) from None


def _to_json(item: QuarantinedItem) -> bytes:
    stored_item = _Stored(
        item.item_id,
        item.source,
        item.dt,
        item.code,
        item.reason,
        stored(item.quarantined_at),
        dict(item.attempt),
        item.body,
        item.state,
        item.note,
        stored(item.noted_at) if item.noted_at else None,
        item.sha256,
        item.part,
    )
    return _encode(stored_item) + b"\n"
