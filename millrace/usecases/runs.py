"""Workflow runs: started, resumed, and shown as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from millrace.errors import UsageError
from millrace.glue_workflow.definitions import workflow as find_workflow
from millrace.settings import EngineName
from millrace.time_keys import parse_date, stored

if TYPE_CHECKING:
    from millrace.glue_workflow.ports import JobRecord, RunRecord
    from millrace.glue_workflow.run.runner import Progress
    from millrace.infra.runtime.base import Runtime


def run_workflow(
    runtime: Runtime,
    name: str,
    partitions: Sequence[str],
    *,
    full: bool,
    progress: Progress,
    engine: EngineName | None = None,
) -> RunRecord:
    """Runs a workflow. A job that fails is in the record. Raises UnknownName, BadTime, UsageError, LeaseHeld."""
    if full and partitions:
        raise UsageError("--full and --partition exclude each other.", hint="Give only one of them.")
    workflow = find_workflow(name)
    wanted = tuple(sorted({parse_date(one).isoformat() for one in partitions})) if partitions else None
    runtime.stream.flush(everything=True)  # this run includes what a crashed poll left in the spool
    return runtime.runner(progress, engine).run(workflow, () if full else wanted)


def resume_run(runtime: Runtime, run_id: str, *, progress: Progress) -> RunRecord:
    """Raises UnknownName, UsageError, LeaseHeld."""
    workflow = find_workflow(runtime.runs.run(run_id).workflow)
    return runtime.runner(progress).resume(workflow, run_id)


def run_row(run: RunRecord) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "workflow": run.workflow,
        "attempt": run.attempt,
        "state": str(run.state),
        "started_at": stored(run.started_at),
        "seconds": _seconds(run.started_at, run.finished_at),
        "partitions": ", ".join(run.partitions),
        "bytes_scanned": run.bytes_scanned,
        "error": run.error,
    }


def job_row(job: JobRecord) -> dict[str, Any]:
    return {
        "job": job.job,
        "attempt": job.attempt,
        "state": str(job.state),
        "started_at": stored(job.started_at),
        "seconds": _seconds(job.started_at, job.finished_at),
        "rows": job.rows,
        "bytes_scanned": job.bytes_scanned,
        "error": job.error,
        "log": job.log,
    }


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return round((end - start).total_seconds(), 2) if end else None
