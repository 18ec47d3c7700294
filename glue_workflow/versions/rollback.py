"""Rollback: readers see an earlier version of a partition again, until new data arrives for it or it is released.

All tables of the workflow go back together, to one run, because they are made from one another. A rolled back prod
table beside a newer one would show two states of one day. The ledger counts the inputs of the current staging version
as published, so with prod alone rolled back it would call snapshots published that prod does not show. With staging
rolled back too, these snapshots are pending again, as they should be, and the ledger balances.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from millrace.clock import Clock
from millrace.commit_points import CommitPoint, CommitPointListener, no_listener
from millrace.errors import LakeError, UsageError
from millrace.glue_workflow.pipelines import Pipelines
from millrace.glue_workflow.ports import Catalog, Leases, PartitionVersion, Pin, VersionRecord
from millrace.glue_workflow.refinement import Refinement
from millrace.glue_workflow.versions.file_lists import FileLists
from millrace.glue_workflow.versions.manifests import read_manifest
from millrace.glue_workflow.versions.publications import PublicationKind, record_publication
from millrace.glue_workflow.versions.retention import rollback_target
from millrace.glue_workflow.versions.version_names import run_of
from millrace.lake.storage import Storage
from millrace.pending.ports import PendingList


@dataclass(frozen=True, slots=True)
class RollbackPlan:
    """`before` and `after`: what readers see before and after the rollback, table by table.

    `inputs`: raw objects already known; the pin holds until another arrives.
    """

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
    pipelines: Pipelines
    reached: CommitPointListener = no_listener

    def plan(self, table: str, partition: str, to: str | None = None) -> RollbackPlan:
        """`to`: a run; by default the one whose version readers saw before the current one.

        Raises UnknownName, UsageError when there is no version to go back to, LakeError when its files are missing.
        """
        workflow = self._workflow_of(table)
        history = {name: self.catalog.history(name, partition) for name in workflow.partitioned}
        before = _current(workflow, partition, history)
        run_id = _default_run(workflow, partition, history) if to is None else to
        after = tuple(_version_of(workflow, run_id, version.table, partition, history) for version in before)
        if before == after:
            raise UsageError(
                f"readers of {table} {partition} see run {run_id} already.",
                hint=f"Choose another run: millrace versions {table} --partition {partition}.",
            )
        self._refuse_missing(after)
        inputs = self._known_inputs(workflow, partition, history)
        return RollbackPlan(workflow.name, partition, run_id, before, after, inputs)

    def roll_back(
        self, table: str, partition: str, to: str | None, *, show: Callable[[RollbackPlan], None]
    ) -> RollbackPlan:
        """Plan, show the plan and carry it out, under the workflow's lease. Raises as `plan` does, and LeaseHeld."""
        workflow, lists = self._workflow_of(table), FileLists(self.catalog, self.storage, self.reached)
        with self.leases.hold(workflow.name):
            plan = self.plan(table, partition, to)
            show(plan)
            now = self.clock.now()
            if workflow.whole:  # the next run then gets to its end, and builds them from what readers see
                self.pending.add(workflow.source, partition, now)
            with lists.following(workflow, plan.after):
                record_publication(self.storage, plan.workflow, PublicationKind.ROLLBACK, now, plan.after, plan.inputs)
                self.catalog.roll_back(plan.after, plan.inputs)
        return plan

    def release(self, table: str, partition: str) -> bool:
        """Let the next run publish this partition again, with or without new data. Returns whether it was pinned.

        The partition is touched before its pins are removed: after a crash in between, the pins still hold, and a
        second release frees them.
        """
        workflow = self._workflow_of(table)
        with self.leases.hold(workflow.name):
            pins = [pin for name in workflow.partitioned for pin in self.catalog.pins(name)]
            pins = [pin for pin in pins if pin.partition == partition]
            if pins:
                self.pending.add(workflow.source, partition, self.clock.now())
                self.reached(CommitPoint.RELEASE_TOUCHED)
                self._record_release(workflow.name, pins)
                self.catalog.release(pins)
        return bool(pins)

    def _workflow_of(self, table: str) -> Refinement:
        """Raises UnknownName, and UsageError for a table without partitions."""
        workflow = self.pipelines.workflow_of_table(table)
        if table not in workflow.partitioned:
            raise UsageError(
                f"{table} has no partitions and cannot be rolled back: {_follows(table, workflow)}.",
                hint=f"{_roll_back_instead(table, workflow)} millrace run {workflow.name}.",
            )
        return workflow

    def _record_release(self, workflow: str, pins: Sequence[Pin]) -> None:
        released = [PartitionVersion(pin.table, pin.partition, pin.version, ()) for pin in pins]
        record_publication(self.storage, workflow, PublicationKind.RELEASE, self.clock.now(), released)

    def _known_inputs(
        self, workflow: Refinement, partition: str, history: Mapping[str, list[VersionRecord]]
    ) -> tuple[str, ...]:
        """The raw objects of the newest version that readers ever saw, and those known to an earlier rollback."""
        seen = [record for record in history[workflow.staging] if record.published_at]
        manifest = read_manifest(self.storage, seen[0].version)
        if manifest is None:
            raise LakeError(
                f"the manifest of {workflow.staging} version {seen[0].version.version} is missing: its raw objects are "
                f"unknown, so the pin could not recognise new data of {partition}.",
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
                        f"{file.key} is missing: {version.table} {version.partition} cannot go back to "
                        f"version {version.version}.",
                        hint=f"It is past its retention. Choose a later run: millrace versions {version.table}.",
                    )


def _follows(table: str, workflow: Refinement) -> str:
    return (
        "its rows follow the tables that it reads"
        if table in workflow.whole
        else "its rows depend on its statement alone"
    )


def _roll_back_instead(table: str, workflow: Refinement) -> str:
    if table in workflow.whole:
        return f"Roll back a partition of {workflow.staging}, then run:"
    return f"Change the statement of {table} back, then run:"


def still_rolled_back(catalog: Catalog, staging: str, objects: Mapping[str, Sequence[str]]) -> set[str]:
    """The partitions that stay rolled back: pinned, and every raw object is known to the pin.

    `objects`: raw objects by partition.
    """
    pins = {pin.partition: set(pin.inputs) for pin in catalog.pins(staging)}
    return {partition for partition, keys in objects.items() if partition in pins and pins[partition].issuperset(keys)}


def rolled_back(catalog: Catalog, staging: str) -> set[str]:
    return {pin.partition for pin in catalog.pins(staging)}


def _current(
    workflow: Refinement, partition: str, history: Mapping[str, list[VersionRecord]]
) -> tuple[PartitionVersion, ...]:
    """The current versions, of all tables that have this partition: a table that was added later may lack it."""
    found = [record.version for name in workflow.partitioned for record in history[name] if record.is_current]
    if not found or found[0].table != workflow.staging:
        raise UsageError(
            f"partition {partition} of {workflow.name} was never published.",
            hint=f"See its partitions: millrace tables {workflow.staging}.",
        )
    return tuple(found)


def _default_run(workflow: Refinement, partition: str, history: Mapping[str, list[VersionRecord]]) -> str:
    target = rollback_target(history[workflow.staging])
    if target is None:
        raise UsageError(
            f"no version of {workflow.staging} {partition} before the current one is on record"
            f"{_retention_note(workflow)}",
            hint=f"See millrace versions {workflow.staging} --partition {partition}.",
        )
    return run_of(target.version.version)


def _version_of(
    workflow: Refinement, run_id: str, table: str, partition: str, history: Mapping[str, list[VersionRecord]]
) -> PartitionVersion:
    """The newest of a run's versions that readers saw; a resumed run may have made several."""
    seen = [record.version for record in history[table] if record.published_at]
    for version in seen:
        if run_of(version.version) == run_id:
            return version
    runs = ", ".join(dict.fromkeys(run_of(version.version) for version in seen))
    raise UsageError(
        f"{table} {partition} has no version of run {run_id} on record{_retention_note(workflow)}",
        hint=f"Choose one of: {runs}.",
    )


def _retention_note(workflow: Refinement) -> str:
    """Why a version may be missing, as the end of a sentence."""
    kept = workflow.retention[workflow.staging.split(".")[0]]
    return (
        f": replaced versions of staging are kept for {_in_days(kept.replaced)}, the one before the current for "
        f"{_in_days(kept.target)}, and are then removed."
    )


def _in_days(time: timedelta) -> str:
    days = time / timedelta(days=1)
    return f"{days:g} day{'' if days == 1 else 's'}"
