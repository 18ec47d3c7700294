"""The raw objects that are read: all that lie in the lake, without those that were excluded.

Raw objects are never rewritten. When records are taken out of one, the others are copied into a further raw object,
and the first is put on the exclusion list: an object of the lake for each, without content that matters to readers
(`raw_layout`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.lake.storage import ObjectInfo, Storage


def excluded(storage: Storage, source: str) -> set[str]:
    """The keys of a source's raw objects that are not read any more. In almost every lake there are none."""
    listed = storage.list(RAW_LAYOUT.exclusion(RAW_LAYOUT.of_source(source)))
    return {found.key.removeprefix(RAW_LAYOUT.excluded) for found in listed}


def raw_objects(
    storage: Storage, source: str, dt: str | None = None, *, without: Collection[str] | None = None
) -> Iterator[ObjectInfo]:
    """The objects of a source (of one partition) that are read, in the order of their keys.

    `without`: what `excluded` gave, for a caller that asks for many partitions.
    """
    left_out = excluded(storage, source) if without is None else without
    prefix = RAW_LAYOUT.of_source(source) if dt is None else RAW_LAYOUT.day(source, dt)
    return (found for found in storage.list(prefix) if found.key not in left_out)


def still_read(storage: Storage, source: str, objects: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Raw keys by partition, as they are read now: an excluded object gives way to its copy, if it has one."""
    left_out = excluded(storage, source)
    if not left_out:
        return dict(objects)
    return {dt: _replaced(storage, source, dt, keys, left_out) for dt, keys in objects.items()}


def _replaced(storage: Storage, source: str, dt: str, keys: list[str], left_out: set[str]) -> list[str]:
    if left_out.isdisjoint(keys):
        return keys
    wanted = {RAW_LAYOUT.original(key) for key in keys}
    return [
        one.key for one in raw_objects(storage, source, dt, without=left_out) if RAW_LAYOUT.original(one.key) in wanted
    ]
