"""end: the last call of a run. The run store says how the run went; its result is stored, and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from millrace.commit_points import CommitPoint
from millrace.errors import MillraceError
from millrace.glue_workflow.job_kinds import CRAWL, QUALITY_CHECK
from millrace.glue_workflow.ports import JobRecord, RunRecord, RunState, RunStore
from millrace.glue_workflow.run.job_context import JobServices
from millrace.glue_workflow.run.readiness import SETTLED
from millrace.glue_workflow.run.telling import tell
from millrace.glue_workflow.workflow import Workflow

CTRL_C = "stopped with Ctrl-C"


def told(error: BaseException) -> str:
    """What the record of a job or a run says of an error."""
    if isinstance(error, KeyboardInterrupt):
        return CTRL_C
    return str(error) if isinstance(error, MillraceError) else f"{type(error).__name__}: {error}"


def end(services: JobServices, workflow: Workflow, run_id: str, error: BaseException | None = None) -> RunRecord:
    """The run's record, ended; one that has ended already stays as it is. `error`: what ended it outside its jobs."""
    run, jobs = services.runs.run(run_id), services.runs.jobs(run_id)
    if run.state is not RunState.RUNNING:
        return run
    state, why = _state(workflow, [job for job in jobs if _counts(job, run)], error)
    outputs = [(workflow.job(job.job).kind, job.output or {}) for job in jobs if _counts(job, run)]
    now = services.clock.now()
    end_running_jobs(services.runs, run_id, now, why)
    ended = replace(
        run,
        state=state,
        finished_at=now,
        error=why,
        partitions=_named("objects", CRAWL, outputs, run.partitions),
        held=_named("held", QUALITY_CHECK, outputs, ()),
        bytes_scanned=sum(job.bytes_scanned for job in jobs),
    )
    services.runs.save_run(ended)
    services.reached(CommitPoint.RUN_FINISHED)
    tell(services, workflow, ended, [job for job in jobs if _counts(job, run)])
    return ended


def end_running_jobs(runs: RunStore, run_id: str, now: datetime, why: str) -> None:
    """Mark the jobs of a run that are still on record as running, whose processes died; before the run itself ends."""
    for job in runs.jobs(run_id):
        if job.state is RunState.RUNNING:
            runs.save_job(replace(job, state=RunState.INTERRUPTED, finished_at=now, error=why))


def _counts(job: JobRecord, run: RunRecord) -> bool:
    """Whether a job's record is of the last attempt, or its success by the same code stands since an earlier one."""
    return job.attempt == run.attempt or (job.state in SETTLED and run.counts(job))


def _state(workflow: Workflow, jobs: Sequence[JobRecord], error: BaseException | None) -> tuple[RunState, str]:
    by_state = {job.state: job for job in reversed(jobs)}
    if RunState.FAILED in by_state:
        return RunState.FAILED, by_state[RunState.FAILED].error
    if error is not None:
        return RunState.INTERRUPTED if isinstance(error, KeyboardInterrupt) else RunState.FAILED, told(error)
    if RunState.INTERRUPTED in by_state:
        return RunState.INTERRUPTED, by_state[RunState.INTERRUPTED].error
    done = {job.job for job in jobs if job.state in SETTLED}
    missing = [job.name for job in workflow.in_order() if job.name not in done]
    if missing and not any(job.ends_run for job in jobs):
        return RunState.INTERRUPTED, f"it was ended before its job {missing[0]}"
    return RunState.SUCCEEDED, ""


def _named(
    field: str, kind: str, outputs: Sequence[tuple[str, Mapping[str, Any]]], otherwise: tuple[str, ...]
) -> tuple[str, ...]:
    """The partitions in this field of the last output of this kind."""
    found = [output[field] for of, output in outputs if of == kind and field in output]
    return tuple(found[-1]) if found else otherwise
