"""The audit of kept objects: what was dropped or extracted and kept as it came, against the records that name it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from millrace.athena_sql.ports import Engine, RawData, Statement
from millrace.firehose.envelope import KeptObject, from_line
from millrace.firehose.ports import Spool
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.lake.raw_objects import raw_objects
from millrace.lake.storage import Storage

_NAMED = """
SELECT DISTINCT
    json_extract_scalar(payload, '$.object') AS object,
    CAST(json_extract(payload, '$.size') AS BIGINT) AS size
FROM {table}
"""


@dataclass(frozen=True)
class KeptObjects:
    """The kept objects of these sources, by name. `spool`: None for a stream that does not show what it holds; an
    object without a record is then no finding, as its record may be on its way.
    """

    engine: Engine
    storage: Storage
    spool: Spool | None
    sources: Sequence[str]

    def findings(self) -> Iterator[tuple[str, str, str]]:
        """For each object that is missing, was changed, or is on no record: its key, what is wrong, and what mends it.

        Raises LakeError for a damaged raw object.
        """
        for source in self.sources:
            sizes = {found.key: found.size for found in self.storage.list(f"{RAW_LAYOUT.kept}{source}/")}
            named = {**self._in_raw(source), **self._in_flight(source)}
            for key, size in sorted(named.items()):
                if key not in sizes:
                    yield key, "the kept object is missing, but a record names it", "Restore it from a copy."
                elif sizes[key] != size:
                    wrong = f"the kept object has {sizes[key]:,} bytes, but its record says {size:,}"
                    yield key, wrong, "Restore it from a copy."
            if self.spool:
                for key in sorted(sizes.keys() - named.keys()):
                    yield key, "a kept object that no record names", "Drop or extract it again: it keeps its key."

    def _in_raw(self, source: str) -> Mapping[str, int]:
        keys = tuple(found.key for found in raw_objects(self.storage, source))
        if not keys:
            return {}
        table = f"raw.{source}"
        statement = Statement(f"audit of what {table} names", _NAMED.format(table=table))
        rows = self.engine.query(statement, {}, {table: RawData(self.storage.location(""), keys)}).rows
        return {str(key): int(size) for key, size in rows}  # type: ignore[arg-type]

    def _in_flight(self, source: str) -> Mapping[str, int]:
        lines = self.spool.lines_in_flight(source) if self.spool else []
        named = [msgspec.json.decode(from_line(line).payload, type=KeptObject) for line in lines]
        return {one.object: one.size for one in named}
