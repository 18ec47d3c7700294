"""The crawls that an orchestrator makes itself, and those that nobody waits for: both are steps of the run's record.

A trigger of Glue starts a crawler and calls no process, so the process of the job after it, or the duty that looks at
runs, makes the step of the crawl, in which Glue's crawl is taken for the one that was started.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from millrace.glue_workflow.compilers.glue_crawls import is_crawl_of_glue, is_started_along
from millrace.glue_workflow.crawl_jobs import dataset_of
from millrace.glue_workflow.external.begun_crawls import BegunCrawls
from millrace.glue_workflow.ports import RunRecord
from millrace.glue_workflow.run.execution import WorkflowExecution
from millrace.glue_workflow.workflow import Job, Workflow

MakeStep = Callable[[WorkflowExecution, str, str], object]


def enter_crawls(
    execution: WorkflowExecution,
    run: RunRecord,
    begun: BegunCrawls,
    wanted: Callable[[Job], bool],
    step: MakeStep,
) -> None:
    """Makes the steps of those crawls whose turn it is, and that have ended or that nobody waits for, one by one.

    `begun`: those of Glue. `wanted`: which jobs are looked at. `step`: calls a step of a run. Raises what the steps
    raise, CrawlFailed among them.
    """
    workflow, seen = execution.workflow, replace(execution.services, crawlers=begun)
    while ready := [job for job in execution.ready(run) if wanted(job) and _is_made(workflow, job, begun)]:
        by_glue = is_crawl_of_glue(workflow, ready[0])
        step(replace(execution, services=seen) if by_glue else execution, run.run_id, ready[0].name)


def _is_made(workflow: Workflow, job: Job, begun: BegunCrawls) -> bool:
    if is_crawl_of_glue(workflow, job):
        return not job.waits or begun.has_ended(dataset_of(job))
    return is_started_along(workflow, job)


def comes_before(workflow: Workflow, job: Job) -> frozenset[str]:
    """The names of all jobs before a job."""
    return frozenset(job.after).union(*(comes_before(workflow, workflow.job(name)) for name in job.after))
