"""Whose turn it is: which jobs of a run are settled, and which can be called now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from millrace.glue_workflow.ports import JobRecord, RunRecord, RunState
from millrace.glue_workflow.workflow import Job, Workflow


def settled_jobs(run: RunRecord, records: Iterable[JobRecord]) -> dict[str, JobRecord]:
    """The records of the jobs that are done, by name; of this attempt, or of an earlier one by this code."""
    return {one.job: one for one in records if run.counts(one) and one.state is RunState.SUCCEEDED}


def ready_jobs(workflow: Workflow, settled: Mapping[str, JobRecord]) -> list[Job]:
    """The jobs, in their order, whose step can be called now."""
    return [job for job in workflow.in_order() if job.name not in settled and not set(job.after) - settled.keys()]
