"""Tables that are stored whole: built again from all that they read, when its versions or the code have changed.

One that depends on data reads what readers will see after the flip: each table's current versions, with the run's
candidates in place of theirs. Its manifest has a digest of the versions that it read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from millrace.athena_sql.ports import TableData
from millrace.glue_workflow.ports import PartitionVersion
from millrace.glue_workflow.run.job_context import JobContext
from millrace.glue_workflow.versions.creation import NewVersion, make_version
from millrace.glue_workflow.versions.manifests import read_manifest

_DIGITS = 16


@dataclass
class WholeTables:
    """The whole tables of one run. `candidates`: what it publishes, by table and partition; what is built is added."""

    context: JobContext
    candidates: dict[str, dict[str, PartitionVersion]] = field(default_factory=dict)

    def add(self, versions: Iterable[PartitionVersion]) -> None:
        for one in versions:
            self.candidates.setdefault(one.table, {})[one.partition] = one

    def dimensions(self) -> list[PartitionVersion]:
        """New versions of those that read no data, whose code changed since their current version."""
        return self._built(self.context.refinement.dimensions, depends_on_data=False)

    def of_data(self) -> list[PartitionVersion]:
        """New versions of those that read data, where the data or their code differ from the current version's."""
        return self._built(self.context.refinement.whole, depends_on_data=True)

    def _built(self, names: Iterable[str], *, depends_on_data: bool) -> list[PartitionVersion]:
        built: list[PartitionVersion] = []
        for name in names:
            seen = self._seen(name)
            # Before the statement runs: what another workflow publishes meanwhile counts as changed in the next run.
            reads = {table: _digest(versions) for table, versions in seen.items()} if depends_on_data else {}
            if not self._is_up_to_date(name, reads):
                new = NewVersion(name, self.context.version, (), self._tables(seen), inputs={}, reads=reads)
                made = make_version(self.context, new)
                self.add(made)
                built += made
        return built

    def _seen(self, name: str) -> dict[str, list[PartitionVersion]]:
        """What readers will see of the stored tables that this one reads, after the flip."""
        services = self.context.services
        known = services.pipelines.tables
        stored = {table.name for table in known if table.layer != "ops"}
        found: dict[str, list[PartitionVersion]] = {}
        for read in sorted(known.read_by(name) & stored):
            current = {one.partition: one for one in services.catalog.current(read)}
            found[read] = list((current | self.candidates.get(read, {})).values())
        return found

    def _tables(self, seen: Mapping[str, list[PartitionVersion]]) -> dict[str, TableData]:
        """Of the tables that the run changes; the others are read as the catalog has them."""
        return {name: self.context.as_table(versions) for name, versions in seen.items() if name in self.candidates}

    def _is_up_to_date(self, name: str, reads: Mapping[str, str]) -> bool:
        services = self.context.services
        manifests = [read_manifest(services.storage, version) for version in services.catalog.current(name)]
        origins = [manifest and (manifest.code_version, manifest.reads) for manifest in manifests]
        return origins == [(self.context.code_version(name), dict(reads))]


def _digest(versions: Iterable[PartitionVersion]) -> str:
    """Changes whenever any of these partitions' versions does. Versions without rows count as absent ones."""
    named = sorted(f"{one.partition}={one.version}" for one in versions if one.files)
    return hashlib.sha256("\n".join(named).encode()).hexdigest()[:_DIGITS]
