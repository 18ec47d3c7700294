"""Workflow runs: started, resumed, and shown as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from millrace.errors import UsageError
from millrace.glue_workflow.run_request import All, Only, RunRequest, Touched, Wanted
from millrace.settings import EngineName
from millrace.time_keys import parse_date, stored

if TYPE_CHECKING:
    from millrace.glue_workflow.ports import JobRecord, RunRecord
    from millrace.glue_workflow.run.step import Progress
    from millrace.infra.runtime.base import Runtime
    from millrace.usecases.versions import Decision


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
    workflow, wanted = runtime.pipelines.workflow(name), _wanted(partitions, full=full)
    runtime.stream.flush(everything=True)  # this run includes what a crashed poll left in the spool
    return runtime.runner(progress, engine).run(workflow, RunRequest(wanted, engine))


def _wanted(partitions: Sequence[str], *, full: bool) -> Wanted:
    if full:
        return All()
    return Only(tuple(sorted({parse_date(one).isoformat() for one in partitions}))) if partitions else Touched()


def resume_run(runtime: Runtime, run_id: str, *, progress: Progress, decide: Decision | None = None) -> RunRecord:
    """Resumes a run as it was asked for, on the same engine. `decide`: reviews a reprocess that is resumed.

    Raises UnknownName, UsageError (also for a reprocess that nobody decides), LeaseHeld.
    """
    run = runtime.runs.run(run_id)
    workflow, engine = runtime.pipelines.workflow(run.workflow), run.asked.engine
    runner = runtime.runner(progress, EngineName.named(engine) if engine else None)
    if decide is None or not run.asked.is_reviewed:
        return runner.resume(workflow, run_id)
    from millrace.usecases.versions import reprocessing

    return reprocessing(runtime, decide).resume(runner, workflow, run_id)


def run_row(run: RunRecord) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "workflow": run.workflow,
        "attempt": run.attempt,
        "state": str(run.state),
        "started_at": stored(run.started_at),
        "seconds": _seconds(run.started_at, run.finished_at),
        "partitions": ", ".join(run.partitions),
        "held": ", ".join(run.held),
        "bytes_scanned": run.bytes_scanned,
        "error": run.error,
    }


def held_rows(runtime: Runtime, run: RunRecord) -> list[dict[str, Any]]:
    """Each partition that the gate refused in the last attempt of a run, with a row for each rule that it fails."""
    if not run.held:
        return []
    found = [one for one in runtime.runs.quality(run_id=run.run_id) if one.attempt == run.attempt]
    last: dict[str, int] = {}
    for one in found:
        last[one.partitions] = max(one.check_number, last.get(one.partitions, 0))
    return [
        {"partition": one.partitions, "rule": one.rule, "verdict": one.verdict, "message": one.message}
        for one in reversed(found)
        if one.partitions in run.held and one.action in _HOLDING and one.check_number == last[one.partitions]
    ]


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


_HOLDING = ("stop", "set_aside")


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return round((end - start).total_seconds(), 2) if end else None
