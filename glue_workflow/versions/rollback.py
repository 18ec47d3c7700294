"""Rollback: readers see an earlier version of a partition again, until new data arrives for it or it is released.

All tables of the workflow go back together, to one run. Its tables are made from one another: a rolled back prod table
beside a newer one would show two states of one day, and the ledger, which counts as published what the staging
version that readers see was made from, would call snapshots published that prod does not show. With staging rolled back
too, they are pending again, which is what they are, and the ledger balances.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from millrace.clock import Clock
from millrace.commit_points import CommitPoint, Reached, nobody_listens
from millrace.errors import LakeError, UsageError
from millrace.glue_workflow.definitions import workflow_of_table
from millrace.glue_workflow.ports import Catalog, Leases, PartitionVersion, VersionRecord
from millrace.glue_workflow.versions.creation import read_manifest
from millrace.glue_workflow.versions.retention import rollback_target, run_of
from millrace.glue_workflow.workflow import Workflow
from millrace.lake.storage import Storage
from millrace.pending.ports import PendingList


@dataclass(frozen=True, slots=True)
class RollbackPlan:
    """`before` and `after`: what readers see now and then, table by table. `inputs`: raw objects that are no news."""

    workflow: str
    partition: str
    run_id: str
    before: tuple[PartitionVersion, ...]
    after: tuple[PartitionVersion, ...]
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Rollbacks:
    catalog: Catalog
    storage: Storage
    pending: PendingList
    leases: Leases
    clock: Clock
    reached: Reached = nobody_listens

    def plan(self, table: str, partition: str, to: str | None = None) -> RollbackPlan:
        """`to`: a run; by default the one whose version readers saw before the current one.

        Raises UnknownName, UsageError when there is nothing to go back to, LakeError when its files are not there.
        """
        workflow = _partitioned(table)
        history = {name: self.catalog.history(name, partition) for name in workflow.partitioned}
        before = _current(workflow, partition, history)
        run_id = _default(workflow, partition, history) if to is None else to
        after = tuple(_version_of(run_id, version.table, partition, history) for version in before)
        if before == after:
            raise UsageError(f"readers of {table} {partition} see run {run_id} already.")
        self._refuse_missing(after)
        return RollbackPlan(workflow.name, partition, run_id, before, after, self._known(workflow, partition, history))

    def roll_back(
        self, table: str, partition: str, to: str | None, *, show: Callable[[RollbackPlan], None]
    ) -> RollbackPlan:
        """Plan, show and do it, under the workflow's lease. Raises as `plan` does, and LeaseHeld."""
        with self.leases.hold(_partitioned(table).name):
            plan = self.plan(table, partition, to)
            show(plan)
            self.catalog.roll_back(plan.after, plan.inputs)
        return plan

    def release(self, table: str, partition: str) -> bool:
        """Let the next run publish this partition again, new data or not; whether it was pinned.

        The touch goes before the pin: after a crash in between the pin still holds, and a further release frees it.
        """
        workflow = _partitioned(table)
        with self.leases.hold(workflow.name):
            pins = [pin for name in workflow.partitioned for pin in self.catalog.pins(name)]
            mine = [pin for pin in pins if pin.partition == partition]
            if mine:
                self.pending.add(workflow.source, partition, self.clock.now())
                self.reached(CommitPoint.RELEASE_TOUCHED)
                self.catalog.release(mine)
        return bool(mine)

    def _known(self, workflow: Workflow, partition: str, history: Mapping[str, list[VersionRecord]]) -> tuple[str, ...]:
        """The raw objects of the newest version that readers ever saw, and those that an earlier rollback knew."""
        seen = [record for record in history[workflow.staging] if record.published_at]
        manifest = read_manifest(self.storage, seen[0].version)
        if manifest is None:
            raise LakeError(
                f"the manifest of {workflow.staging} version {seen[0].version.version} is gone: what data it was made "
                "from is not known, and so neither is what would be new.",
                hint=f"Run the workflow for it first: millrace run {workflow.name} --partition {partition}.",
            )
        known = set(manifest.inputs.get(partition, ()))
        for pin in self.catalog.pins(workflow.staging):
            known.update(pin.inputs if pin.partition == partition else ())
        return tuple(sorted(known))

    def _refuse_missing(self, versions: Sequence[PartitionVersion]) -> None:
        for version in versions:
            for file in version.files:
                if all(found.key != file.key for found in self.storage.list(file.key)):
                    raise LakeError(
                        f"{file.key} is gone: {version.table} {version.partition} cannot go back to "
                        f"version {version.version}.",
                        hint="It is past its retention. Choose a later run: millrace versions.",
                    )


def held_back(
    catalog: Catalog, staging: str, candidates: Sequence[PartitionVersion], objects: Mapping[str, Sequence[str]]
) -> list[str]:
    """The candidates' partitions that are pinned and have no raw object that is news; `objects` by partition."""
    pins = {pin.partition: pin for pin in catalog.pins(staging)}
    return [
        one.partition
        for one in candidates
        if one.partition in pins and set(objects[one.partition]) <= set(pins[one.partition].inputs)
    ]


def rolled_back(catalog: Catalog, staging: str) -> set[str]:
    return {pin.partition for pin in catalog.pins(staging)}


def _partitioned(table: str) -> Workflow:
    workflow = workflow_of_table(table)
    if table not in workflow.partitioned:
        raise UsageError(
            f"{table} has no partitions: it follows its statement alone.", hint="Change its statement back and run."
        )
    return workflow


def _current(
    workflow: Workflow, partition: str, history: Mapping[str, list[VersionRecord]]
) -> tuple[PartitionVersion, ...]:
    """Of all tables that have this partition: one that the workflow got later may not."""
    found = [record.version for name in workflow.partitioned for record in history[name] if record.is_current]
    if not found or found[0].table != workflow.staging:
        raise UsageError(
            f"partition {partition} of {workflow.name} was never published.", hint="See millrace tables NAME."
        )
    return tuple(found)


def _default(workflow: Workflow, partition: str, history: Mapping[str, list[VersionRecord]]) -> str:
    target = rollback_target(history[workflow.staging])
    if target is None:
        raise UsageError(
            f"no version of {workflow.staging} {partition} before the one that readers see is on record"
            f"{_kept(workflow)}",
            hint=f"See millrace versions {workflow.staging} --partition {partition}.",
        )
    return run_of(target.version.version)


def _version_of(
    run_id: str, table: str, partition: str, history: Mapping[str, list[VersionRecord]]
) -> PartitionVersion:
    """The newest of a run's versions that readers saw: a resumed run may have made several."""
    seen = [record.version for record in history[table] if record.published_at]
    for version in seen:
        if run_of(version.version) == run_id:
            return version
    runs = ", ".join(dict.fromkeys(run_of(version.version) for version in seen))
    raise UsageError(
        f"{table} {partition} has no version of run {run_id} on record{_kept(workflow_of_table(table))}",
        hint=f"Choose one of: {runs}.",
    )


def _kept(workflow: Workflow) -> str:
    """Why a version may be missing, as the end of a sentence."""
    kept = workflow.retention[workflow.staging.split(".")[0]]
    return (
        f": replaced versions of staging are kept for {kept.replaced}, the one before the current for {kept.target},"
        " and are then removed."
    )
