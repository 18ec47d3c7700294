"""Whose turn it is: what a job waits for, and which jobs of a run can be called now.

Every orchestrator may call a step; the step itself decides by this whether the job is made, so that all agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum, auto

from millrace.glue_workflow.job_options import Joins
from millrace.glue_workflow.ports import JobRecord, RunRecord, RunState
from millrace.glue_workflow.workflow import Job, Workflow

SETTLED = (RunState.SUCCEEDED, RunState.SKIPPED)


class Turn(Enum):
    """WAITS for a job before it; RUNS now; is SKIPPED, since its branch is not taken."""

    WAITS = auto()
    RUNS = auto()
    SKIPPED = auto()


def settled_jobs(run: RunRecord, records: Iterable[JobRecord]) -> dict[str, JobRecord]:
    """The records of the jobs that are done, or left out, by name: of this attempt, or of one before by this code."""
    return {one.job: one for one in records if run.counts(one) and one.state in SETTLED}


def turn(job: Job, settled: Mapping[str, JobRecord]) -> Turn:
    """`settled`: as `settled_jobs` gives it. Raises JobError for a condition on a field that the output has not."""
    if _waits(job, settled):
        return Turn.WAITS
    succeeded = _succeeded(job, settled)
    is_taken = any(succeeded) if job.joins is Joins.ANY else all(succeeded)
    return Turn.RUNS if is_taken and _holds(job, settled) else Turn.SKIPPED


def ready_jobs(workflow: Workflow, settled: Mapping[str, JobRecord]) -> list[Job]:
    """The jobs, in their order, whose step can be called now: those to be made, and those to be left out."""
    left = (job for job in workflow.in_order() if job.name not in settled)
    return [job for job in left if not _waits(job, settled)]


def _waits(job: Job, settled: Mapping[str, JobRecord]) -> bool:
    one_is_enough = job.joins is Joins.ANY and any(_succeeded(job, settled))
    return not one_is_enough and not settled.keys() >= set(job.after)


def _succeeded(job: Job, settled: Mapping[str, JobRecord]) -> list[bool]:
    return [name in settled and settled[name].state is RunState.SUCCEEDED for name in job.after]


def _holds(job: Job, settled: Mapping[str, JobRecord]) -> bool:
    """Whether the job's condition does; not where the job that it is about was left out."""
    if job.when is None:
        return True
    about = settled.get(job.when.job)
    return about is not None and about.state is RunState.SUCCEEDED and job.when.holds(about.output or {})
