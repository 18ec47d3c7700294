"""delete: the old goes. Output that dead runs never published, and versions past their retention.

It asks the catalog, which knows of a version before its first file is written: so it never lists history, never
touches what readers see, and leaves what a rollback may need until its retention ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from glue_workflow.job_context import JobContext, JobResult
from glue_workflow.ports import PartitionVersion
from millrace.commit_points import CommitPoint
from millrace.lake.keys import MANIFEST, version_prefix
from millrace.lake.storage import Storage


def run(context: JobContext) -> JobResult:
    catalog, storage = context.services.catalog, context.services.storage
    removed = 0
    for table in context.workflow.tables:
        keep_for = context.workflow.retention[table.split(".")[0]]
        dead = catalog.unpublished(table)
        old = catalog.replaced(table, context.services.clock.now() - keep_for)
        # Files first: a crash in between leaves a record without files, which the next run finishes.
        storage.delete(_files(storage, [*dead, *old]))
        catalog.forget([*dead, *old])
        _drop_manifests(context, table, [*dead, *old])
        removed += len(dead) + len(old)
        if dead or old:
            context.log(f"{table}: removed {len(dead)} partitions never published, {len(old)} past their retention")
    context.services.reached(CommitPoint.DELETE_DONE)
    return JobResult(rows=removed)


def _files(storage: Storage, versions: Sequence[PartitionVersion]) -> list[str]:
    return [
        found.key
        for version in versions
        for found in storage.list(_partition_prefix(version))
        if MANIFEST not in found.key
    ]


def _partition_prefix(version: PartitionVersion) -> str:
    prefix = version_prefix(version.table, version.version)
    return f"{prefix}dt={version.partition}/" if version.partition else prefix


def _drop_manifests(context: JobContext, table: str, removed: Sequence[PartitionVersion]) -> None:
    """A version's manifest goes with its last partition."""
    for version, _ in groupby(sorted(one.version for one in removed)):
        prefix = version_prefix(table, version)
        left = [found.key for found in context.services.storage.list(prefix)]
        if all(key.endswith(MANIFEST) for key in left):
            context.services.storage.delete(left)
