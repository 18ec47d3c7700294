"""delete: the job that removes output that dead runs never published, and versions past their retention.

`versions.retention` plans the removals, here as for `millrace vacuum`: it asks the catalog, never lists history, never
touches what readers see, and leaves what a rollback may need until its retention ends.
"""

from __future__ import annotations

from millrace.commit_points import CommitPoint
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.glue_workflow.versions.retention import Removal, RemovalReason, plan_table, remove


def run(context: JobContext) -> JobResult:
    services, removed = context.services, 0
    for table in context.refinement.tables:
        retention = context.refinement.retention[table.split(".")[0]]
        planned = plan_table(services.catalog, services.storage, table, retention, services.clock.now())
        remove(services.catalog, services.storage, planned, reached=services.reached)
        removed += len(planned)
        if planned:
            context.log(f"{table}: removed {_counts_by_reason(planned)}")
    services.reached(CommitPoint.DELETE_DONE)
    return JobResult(rows=removed)


def _counts_by_reason(planned: list[Removal]) -> str:
    """Such as `3 partitions (never published)`."""
    reasons = [one.reason for one in planned]
    return ", ".join(f"{reasons.count(reason)} partitions ({reason})" for reason in RemovalReason if reason in reasons)
