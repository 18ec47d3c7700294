"""What queries cost: those that the local Athena endpoint has answered, and those of jobs, for `ops.queries`.

A job's record has the bytes of all its queries together, where they are paid for: so a job is one row, and Athena's
least amount counts in it once. The page's own queries are DuckDB's, cost nothing, and leave no record.

Athena bills SELECT, INSERT and CTAS by the bytes scanned, also of a query that was cancelled; nothing for one that
failed, for DDL, and for a result that is reused (aws.amazon.com/athena/pricing; Athena user guide, "Reusing query
results").
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from millrace.glue_workflow.ops_tables.queries import QueryRecord
from millrace.glue_workflow.ports import JobRecord, RunStore

if TYPE_CHECKING:
    from millrace.athena_sql.endpoint.execution.executions import Execution
    from millrace.athena_sql.endpoint.execution.store import StoredExecutions

ATHENA_FOLDER = "athena"  # of the local endpoint, below the runtime's folder: executions, results, copies
_SHOWN = 500  # characters of a statement
_BILLED = ("SUCCEEDED", "CANCELLED")


@dataclass(frozen=True)
class LakeQueryLog:
    """The QueryLog port over a run store and the folder of the local endpoint."""

    runs: RunStore
    folder: Path

    def queries(self) -> Sequence[QueryRecord]:
        return sorted([*self._of_jobs(), *self._of_endpoint()], key=lambda one: one.started_at)

    def revision(self) -> Hashable:
        return self._executions.revision()

    def _of_jobs(self) -> Iterator[QueryRecord]:
        paid = [job for job in self.runs.jobs() if job.bytes_scanned]
        if paid:
            workflows = {run.run_id: run.workflow for run in self.runs.runs()}
            yield from (_of_job(job, workflows.get(job.run_id, "")) for job in paid)

    def _of_endpoint(self) -> Iterator[QueryRecord]:
        yield from map(_of_execution, self._executions.all())

    @property
    def _executions(self) -> StoredExecutions:
        from millrace.athena_sql.endpoint.execution.store import STATE_FILE, StoredExecutions

        return StoredExecutions(self.folder / STATE_FILE)


def _of_job(job: JobRecord, workflow: str) -> QueryRecord:
    took = None if job.finished_at is None else round((job.finished_at - job.started_at).total_seconds() * 1000)
    billed = _billed(job.bytes_scanned)
    return QueryRecord(
        query_id=f"{job.run_id}-{job.attempt}-{job.job}",
        asked_by="job",
        run_id=job.run_id,
        job=job.job,
        statement=f"{workflow}: {job.job}",
        state=job.state.value,
        started_at=job.started_at,
        finished_at=job.finished_at,
        milliseconds=took,
        bytes_scanned=job.bytes_scanned,
        bytes_billed=billed,
        cost_usd=_cost(billed),
    )


def _of_execution(one: Execution) -> QueryRecord:
    counts = one.statement_type == "DML" or one.outcome.scanned > 0  # CTAS is DDL
    is_billed = counts and one.state in _BILLED and one.started > 0 and not one.reused
    billed = _billed(one.outcome.scanned) if is_billed else 0
    return QueryRecord(
        query_id=one.id,
        asked_by="endpoint",
        run_id=None,
        job=None,
        statement=one.sql.strip()[:_SHOWN],
        state=one.state.value,
        started_at=_instant(one.submitted),
        finished_at=_instant(one.completed) if one.completed else None,
        milliseconds=round((one.completed - one.submitted) * 1000) if one.completed else None,
        bytes_scanned=one.outcome.scanned,
        bytes_billed=billed,
        cost_usd=_cost(billed),
    )


def _billed(scanned: int) -> int:
    from millrace.infra.pricing.rounding import query_bytes

    return query_bytes(scanned)


def _cost(billed: int) -> float:
    """In USD. Read by people alone: no job pays for the import of prices."""
    from millrace.infra.pricing.price_list import shipped_prices
    from millrace.infra.pricing.rounding import TERABYTE

    return shipped_prices()["athena.scanned"].of(billed / TERABYTE)


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
