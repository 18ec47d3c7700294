"""How long versions that readers no longer see are kept, and the one plan of removals for `delete` and for vacuum.

By default (`DEFAULT_RETENTION` of the workflow model):

| layer | kept |
|---|---|
| raw, quarantine | for ever: the ledger is counted from them |
| staging | a replaced version for a day; the one that a rollback goes to by default for a week |
| prod | a replaced version for a week |
| ops | for ever: past results are what rules compare with |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from millrace.commit_points import CommitPoint, CommitPointListener, no_listener
from millrace.glue_workflow.ports import Catalog, PartitionVersion, VersionRecord
from millrace.glue_workflow.refinement import Retention
from millrace.glue_workflow.versions.version_names import run_of
from millrace.lake.keys import MANIFEST, version_prefix
from millrace.lake.storage import Storage

_UNCOMMITTED = "_temporary/"  # where Hadoop's committer keeps files of tasks until they are committed


class RemovalReason(StrEnum):
    """Why objects are removed."""

    DEAD = "never published"
    REPLACED = "past its retention"
    ORPHAN = "on no record"
    LEFTOVER = "left by an export that died"
    STATE = "state that no item names"


@dataclass(frozen=True, slots=True)
class Removal:
    """`keys`: the objects to delete, `size` bytes in all. Objects on no record lack `version`, some also `table`."""

    reason: RemovalReason
    table: str
    version: PartitionVersion | None
    keys: tuple[str, ...]
    size: int


def rollback_target(records: Sequence[VersionRecord]) -> VersionRecord | None:
    """The default target of a rollback among one partition's versions, None if there is none.

    It is the newest version that readers saw, made before the current one and by another run.
    """
    for current in (record for record in records if record.is_current):
        older = [
            record
            for record in records
            if record.published_at
            and _age_order(record) < _age_order(current)
            and run_of(record.version.version) != run_of(current.version.version)
        ]
        return max(older, key=_age_order, default=None)
    return None


def kept_until(record: VersionRecord, records: Sequence[VersionRecord], retention: Retention) -> datetime | None:
    """When a replaced version's retention ends; None for the current one and for candidates."""
    if record.replaced_at is None:
        return None
    return record.replaced_at + (retention.target if record == rollback_target(records) else retention.replaced)


def due(
    records: Sequence[VersionRecord], retention: Retention, now: datetime, *, resumable: str | None = None
) -> Iterator[tuple[RemovalReason, PartitionVersion]]:
    """The versions to remove from one partition of one table; call it only while no run of the workflow is alive.

    Kept are current versions, pinned or not, versions in their retention, and candidates of `resumable`, a run that can
    be resumed.
    """
    for record in records:
        version, end = record.version, kept_until(record, records, retention)
        if record.published_at is None:
            if resumable is None or run_of(version.version) != resumable:
                yield RemovalReason.DEAD, version
        elif end is not None and end < now:
            yield RemovalReason.REPLACED, version


def plan_table(
    catalog: Catalog, storage: Storage, table: str, retention: Retention, now: datetime, *, resumable: str | None = None
) -> list[Removal]:
    """The removals of a table, planned from the catalog, which knows a version before its first file is written.

    The cost depends on the number of candidates and of replaced versions past the shorter retention, not on history.
    """
    candidates = [*catalog.unpublished(table), *catalog.replaced(table, now - retention.replaced)]
    return [
        _removal(storage, reason, version)
        for partition in sorted({version.partition for version in candidates})
        for reason, version in due(catalog.history(table, partition), retention, now, resumable=resumable)
    ]


def remove(
    catalog: Catalog, storage: Storage, removals: Sequence[Removal], *, reached: CommitPointListener = no_listener
) -> None:
    """Files first: a crash in between leaves records without files, which the next plan finds again."""
    storage.delete([key for removal in removals for key in removal.keys])
    reached(CommitPoint.DELETE_FILES_GONE)
    versions = [removal.version for removal in removals if removal.version]
    catalog.forget(versions)
    for table, version in sorted({(one.table, one.version) for one in versions}):
        prefix = version_prefix(table, version)
        left = [found.key for found in storage.list(prefix)]
        # A version's manifest goes with its last partition, and so does what Spark had not moved to a partition yet.
        if all(key.endswith(MANIFEST) or key.startswith(f"{prefix}{_UNCOMMITTED}") for key in left):
            storage.delete(left)


def partition_prefix(version: PartitionVersion) -> str:
    prefix = version_prefix(version.table, version.version)
    return f"{prefix}dt={version.partition}/" if version.partition else prefix


def remove_candidates(
    catalog: Catalog, storage: Storage, tables: Iterable[str], chosen: Callable[[PartitionVersion], bool]
) -> None:
    """Remove those of the tables' candidates that are chosen, at once, for the run that made them."""
    candidates = [version for table in tables for version in catalog.unpublished(table)]
    remove(catalog, storage, [_removal(storage, RemovalReason.DEAD, one) for one in candidates if chosen(one)])


def _removal(storage: Storage, reason: RemovalReason, version: PartitionVersion) -> Removal:
    found = [one for one in storage.list(partition_prefix(version)) if not one.key.endswith(MANIFEST)]
    return Removal(reason, version.table, version, tuple(one.key for one in found), sum(one.size for one in found))


def _age_order(record: VersionRecord) -> tuple[datetime, str]:
    return record.created_at, record.version.version
