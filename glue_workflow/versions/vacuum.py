"""Vacuum: removes at any time what `delete` removes in each run, and orphans: managed objects that are on no record.

Managed are the objects below `<layer>/<table>/run=.../` of a workflow's tables; no other place is looked at. Unlike a
run, vacuum lists these places, so its cost grows with the objects in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from millrace.clock import Clock
from millrace.commit_points import CommitPointListener, no_listener
from millrace.glue_workflow.ports import Catalog, Leases, RunState, RunStore
from millrace.glue_workflow.refinement import Refinement
from millrace.glue_workflow.versions.retention import Removal, RemovalReason, partition_prefix, plan_table, remove
from millrace.lake.keys import EXPORTS, MANIFEST, version_prefix
from millrace.lake.storage import ObjectInfo, Storage

ORPHAN_AGE = timedelta(days=1)

# Gives the objects of state, modified before an instant, that the state itself no longer names.
StateOrphans = Callable[[datetime], Sequence[ObjectInfo]]


def _no_state_objects(before: datetime) -> Sequence[ObjectInfo]:
    return ()


@dataclass(frozen=True)
class Vacuum:
    """`state_orphans`: on AWS, where long texts of the state table are objects."""

    catalog: Catalog
    storage: Storage
    runs: RunStore
    leases: Leases
    clock: Clock
    reached: CommitPointListener = no_listener
    state_orphans: StateOrphans = _no_state_objects

    def plan(self, workflow: Refinement) -> list[Removal]:
        """The removals due for a workflow's tables now; correct while no run of the workflow is alive."""
        now, resumable = self.clock.now(), self._resumable(workflow)
        planned: list[Removal] = []
        for table in workflow.tables:
            retention = workflow.retention[table.split(".")[0]]
            planned += plan_table(self.catalog, self.storage, table, retention, now, resumable=resumable)
            taken = {key for removal in planned for key in removal.keys}
            planned += [one for one in self._orphans(table, now) if not taken.issuperset(one.keys)]
        return planned

    def run(self, workflow: Refinement) -> list[Removal]:
        """Plan and remove, under the workflow's lease. Raises LeaseHeld."""
        with self.leases.hold(workflow.name):
            planned = self.plan(workflow)
            remove(self.catalog, self.storage, planned, reached=self.reached)
        return planned

    def leftovers(self, *, dry_run: bool) -> list[Removal]:
        """What processes that died left: half-written exports, and objects of state; removed unless `dry_run`."""
        limit = self.clock.now() - ORPHAN_AGE
        planned = [
            Removal(RemovalReason.LEFTOVER, "", None, (found.key,), found.size)
            for found in self.storage.list(f"{EXPORTS}/")
            if found.modified < limit
        ]
        planned += [
            Removal(RemovalReason.STATE, "", None, (found.key,), found.size) for found in self.state_orphans(limit)
        ]
        if not dry_run:
            remove(self.catalog, self.storage, planned, reached=self.reached)
        return planned

    def _resumable(self, workflow: Refinement) -> str | None:
        """The newest run, unless it succeeded: `millrace runs resume` continues from what it wrote."""
        newest = self.runs.runs(workflow.name, limit=1)
        return newest[0].run_id if newest and newest[0].state is not RunState.SUCCEEDED else None

    def _orphans(self, table: str, now: datetime) -> Iterator[Removal]:
        old = [
            found
            for found in self.storage.list(version_prefix(table, "").removesuffix("/"))
            if found.modified < now - ORPHAN_AGE
        ]
        for found in self._not_on_record(table, old):
            yield Removal(RemovalReason.ORPHAN, table, None, (found.key,), found.size)

    def _not_on_record(self, table: str, found: list[ObjectInfo]) -> list[ObjectInfo]:
        """The objects that belong to no version on record.

        They are neither a file nor a manifest of one, and outside the prefixes of candidates.
        """
        records = self.catalog.history(table)
        named = {file.key for record in records for file in record.version.files}
        named |= {version_prefix(table, record.version.version) + MANIFEST for record in records}
        being_made = tuple(partition_prefix(one.version) for one in records if one.published_at is None)
        return [one for one in found if one.key not in named and not one.key.startswith(being_made)]
