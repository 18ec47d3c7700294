"""The audit of kept objects: what was dropped or extracted and kept as it came, against the records that name it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import msgspec

from millrace.athena_sql.ports import Engine, RawData, Statement
from millrace.errors import LakeError
from millrace.firehose.envelope import KeptObject, from_line
from millrace.firehose.ports import Spool
from millrace.lake.keys import partition_of
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.lake.raw_objects import raw_objects
from millrace.lake.storage import Storage
from millrace.time_keys import is_date

_NAMED = """
SELECT DISTINCT
    json_extract_scalar(payload, '$.object') AS object,
    CAST(json_extract(payload, '$.size') AS BIGINT) AS size
FROM {table}
WHERE dt = :dt AND json_extract_scalar(payload, '$.object') LIKE :kept
"""

_Sizes = dict[str, int]  # of objects in bytes, by key


@dataclass(frozen=True)
class KeptObjects:
    """The kept objects of these sources, by name. `spool`: None for a stream that does not show what it holds; an
    object without a record is then no finding, as its record may be on its way.

    One partition is compared at a time: an object lies in that of its record. Records from before the source kept its
    snapshots name no object.
    """

    engine: Engine
    storage: Storage
    spool: Spool | None
    sources: Sequence[str]

    def findings(self) -> Iterator[tuple[str, str, str]]:
        """For each object that is missing, was changed, or is on no record: its key, what is wrong, and what mends it.

        A partition with a damaged raw object is left out: its ledger names it.
        """
        for source in self.sources:
            kept = _by_day((found.key, found.size) for found in self.storage.list(f"{RAW_LAYOUT.kept}{source}/"))
            in_flight = _by_day(self._in_flight(source))  # before raw, where each record is next
            raw = _by_day((found.key, found.size) for found in raw_objects(self.storage, source))
            for dt in sorted(kept.keys() | in_flight.keys() | raw.keys()):
                try:
                    named = self._in_raw(source, dt, tuple(raw.get(dt, {}))) | in_flight.get(dt, {})
                except LakeError:
                    continue
                yield from self._differences(kept.get(dt, {}), named)

    def _differences(self, sizes: Mapping[str, int], named: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
        for key, size in sorted(named.items()):
            there = sizes.get(key)
            if there is None and not self._is_there(key):
                yield key, "the kept object is missing, but a record names it", "Restore it from a copy."
            elif there not in (None, size):
                wrong = f"the kept object has {there:,} bytes, but its record says {size:,}"
                yield key, wrong, "Restore it from a copy."
        if self.spool:
            for key in sorted(sizes.keys() - named.keys()):
                yield key, "a kept object that no record names", "Drop or extract it again: it keeps its key."

    def _is_there(self, key: str) -> bool:
        """An object may have come since they were listed."""
        return any(found.key == key for found in self.storage.list(key))

    def _in_raw(self, source: str, dt: str, keys: tuple[str, ...]) -> _Sizes:
        if not (keys and is_date(dt)):
            return {}
        table = f"raw.{source}"
        statement = Statement(f"audit of what {table} names", _NAMED.format(table=table))
        raw = {table: RawData(self.storage.location(""), keys)}
        rows = self.engine.query(statement, {"dt": date.fromisoformat(dt), "kept": f"{RAW_LAYOUT.kept}%"}, raw).rows
        return {str(key): int(size) for key, size in rows}  # type: ignore[arg-type]

    def _in_flight(self, source: str) -> Iterator[tuple[str, int]]:
        for line in self.spool.lines_in_flight(source) if self.spool else []:
            with suppress(msgspec.ValidationError):
                one = msgspec.json.decode(from_line(line).payload, type=KeptObject)
                yield one.object, one.size


def _by_day(objects: Iterable[tuple[str, int]]) -> dict[str, _Sizes]:
    found: dict[str, _Sizes] = {}
    for key, size in objects:
        found.setdefault(partition_of(key).get("dt", ""), {})[key] = size
    return found
