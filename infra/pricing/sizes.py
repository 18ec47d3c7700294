"""How large a source's snapshots are, as a record and as what is stored of it: measured in a lake, or the defaults.

`sizes.toml` has the defaults; `measured` takes what a lake on this machine holds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from millrace.glue_workflow.record_exclusion import read_lines
from millrace.lake.raw_objects import raw_objects

if TYPE_CHECKING:
    from millrace.glue_workflow.ports import Catalog
    from millrace.glue_workflow.refinement import Refinement
    from millrace.lake.storage import Storage

_DEFAULTS = Path(__file__).with_name("sizes.toml")
_OTHER = "other"  # a source that neither a lake nor the defaults know
_SAMPLE = 5  # raw objects that are looked into, of a source


@dataclass(frozen=True, slots=True)
class SnapshotSize:
    """Bytes of one record of a source: as it is sent, as raw objects hold it, and its share of staging and prod."""

    record: float
    raw: float
    staging: float
    prod: float


@dataclass(frozen=True)
class LakeSizes:
    """By source. `measured_in`: the lake that says so of some of them; "": none. `unmeasured`: why one could not."""

    sources: Mapping[str, SnapshotSize]
    measured: tuple[str, ...] = ()
    measured_in: str = ""
    unmeasured: str = ""

    @property
    def in_words(self) -> str:
        if self.measured:
            return f"measured in {self.measured_in} ({', '.join(self.measured)})"
        why = f"; the lake here was not measured: {self.unmeasured}" if self.unmeasured else ""
        return f"the defaults that ship{why}"

    def of(self, source: str) -> SnapshotSize:
        return self.sources.get(source, self.sources[_OTHER])


@cache
def default_sizes() -> LakeSizes:
    content = tomllib.loads(_DEFAULTS.read_text(encoding="utf-8"))
    return LakeSizes({name: SnapshotSize(**given) for name, given in content.items()})


def measured(storage: Storage, catalog: Catalog, workflows: Iterable[Refinement], name: str) -> LakeSizes:
    """The sizes in a lake called `name`; of a source of which it holds nothing that is published, the defaults."""
    found = {flow.source: size for flow in workflows if (size := _size(storage, catalog, flow))}
    defaults = default_sizes()
    return LakeSizes({**defaults.sources, **found}, tuple(sorted(found)), name if found else "")


def _size(storage: Storage, catalog: Catalog, flow: Refinement) -> SnapshotSize | None:
    """Of the published day that has most. Raw objects of it that are damaged say nothing."""
    published = catalog.current(flow.staging)
    if not published:
        return None
    largest = max(published, key=lambda version: sum(file.size for file in version.files))
    objects = list(raw_objects(storage, flow.source, largest.partition))
    looked = objects[:: max(1, len(objects) // _SAMPLE)][:_SAMPLE]
    sample = [(one.size, lines) for one in looked if (lines := read_lines(storage, one.key))]
    records = sum(len(lines) for _, lines in sample)
    if not records:
        return None
    raw = sum(size for size, _ in sample) / records
    in_day = sum(one.size for one in objects) / raw
    return SnapshotSize(
        record=sum(len(line) for _, lines in sample for line in lines) / records,
        raw=raw,
        staging=_stored(catalog, [flow.staging], largest.partition) / in_day,
        prod=_stored(catalog, flow.prod, largest.partition) / in_day,
    )


def _stored(catalog: Catalog, tables: Iterable[str], partition: str) -> int:
    """The bytes of a day in these tables."""
    return sum(
        file.size
        for table in tables
        for version in catalog.current(table)
        if version.partition == partition
        for file in version.files
    )
