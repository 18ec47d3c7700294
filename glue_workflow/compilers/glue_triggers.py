"""A workflow as a Glue workflow: a job of Glue for each kind of job, and a trigger for each job and each crawl.

A job of Glue is of a kind, and shared by workflows: the trigger says whose job it does. Crawls are nodes of Glue's own
(`glue_crawls`). Sources: Glue developer guide, "Triggers"; API reference, CreateTrigger: each condition needs its
LogicalOperator, several need Logical; a trigger starts two crawlers at most, and watches as many.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from millrace.errors import DefinitionError
from millrace.glue_workflow.compilers.glue_crawls import is_crawl_of_glue, is_started_along, watched
from millrace.glue_workflow.crawl_jobs import dataset_of
from millrace.glue_workflow.job_options import JobRuntime, Joins
from millrace.glue_workflow.workflow import Job, Workflow
from millrace.schedules.expressions import UTC_ZONE, times_apart

FUSED = "run"  # the job of Glue that makes all steps of a run
_TO_GIVE_UP = timedelta(minutes=5)
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_LEAST = timedelta(minutes=5)  # between two times of a trigger's schedule
_MOST_CRAWLERS = 2  # that a trigger starts, and that it watches


@dataclass(frozen=True)
class GlueTriggers:
    """The definition: `Workflow` as CreateWorkflow takes it, and `Triggers`, each as CreateTrigger takes it.

    `JobName` is the name of a job of Glue without that of its stage, `CrawlerName` the dataset that is crawled.
    `fused`: one job makes all steps of a run.
    """

    fused: bool = False

    def compile(self, workflow: Workflow) -> dict[str, Any]:
        """Raises DefinitionError for a schedule that Glue has not, and for a job that it cannot express."""
        for job in workflow.jobs:
            _check(workflow, job)
        nodes = self.nodes(workflow)
        following = [job for job in nodes if watched(workflow, job)]
        first = [job for job in nodes if job not in following]
        return {
            "Workflow": {
                "Name": workflow.name,
                "MaxConcurrentRuns": 1,
                "DefaultRunProperties": {"workflow": workflow.name},
            },
            "Triggers": [_start(workflow, first), *(_following(workflow, job) for job in following)],
        }

    def nodes(self, workflow: Workflow) -> list[Job]:
        """The workflow's jobs and crawls as Glue has them."""
        if self.fused:
            return [Job(FUSED, FUSED, timeout=sum((job.longest for job in workflow.jobs), timedelta()))]
        return [job for job in workflow.in_order() if not is_started_along(workflow, job)]

    def jobs(self, workflow: Workflow) -> list[Job]:
        """The nodes that jobs of Glue make."""
        return [job for job in self.nodes(workflow) if not is_crawl_of_glue(workflow, job)]


def glue_job_name(workflow: Workflow, job: Job) -> str:
    """Glue tells jobs of one workflow apart by their names, so two of one kind are no shared job."""
    alone = sum(one.kind == job.kind for one in workflow.jobs) <= 1
    return job.kind if alone else f"{workflow.name}-{job.name}"


def glue_minutes(timeout: timedelta) -> int:
    """Glue's own limit comes later than the job's: until then the job gives up by itself, and says so."""
    return math.ceil((timeout + _TO_GIVE_UP) / timedelta(minutes=1))


def _start(workflow: Workflow, jobs: Sequence[Job]) -> dict[str, Any]:
    """The trigger that starts the workflow: a workflow of Glue has one. Where nothing of Glue's starts it, on demand.

    StartOnCreation is not for triggers on demand; one of another type that is not started never fires.
    """
    scheduled = workflow.schedule and is_in_utc(workflow)
    when = {"Type": "SCHEDULED", "Schedule": _schedule(workflow)} if scheduled else {"Type": "ON_DEMAND"}
    actions = [_action(workflow, job) for job in jobs]
    _require_few(workflow, actions, "start")
    started = {"StartOnCreation": True} if scheduled else {}
    return {**_named(workflow, workflow.name), **when, "Actions": actions, **started}


def _following(workflow: Workflow, job: Job) -> dict[str, Any]:
    conditions = [_succeeded(workflow, workflow.job(name)) for name in watched(workflow, job)]
    _require_few(workflow, conditions, f"watch before {job.name!r}")
    logical = "ANY" if job.joins is Joins.ANY else "AND"
    when = {"Type": "CONDITIONAL", "Predicate": {"Logical": logical, "Conditions": conditions}}
    return {
        **_named(workflow, f"{workflow.name}-{job.name}"),
        **when,
        "Actions": [_action(workflow, job)],
        "StartOnCreation": True,
    }


def _succeeded(workflow: Workflow, job: Job) -> dict[str, Any]:
    """The condition on a job, or on a crawl, before another."""
    if is_crawl_of_glue(workflow, job):
        return {"LogicalOperator": "EQUALS", "CrawlerName": dataset_of(job), "CrawlState": "SUCCEEDED"}
    return {"LogicalOperator": "EQUALS", "JobName": glue_job_name(workflow, job), "State": "SUCCEEDED"}


def _require_few(workflow: Workflow, named: Sequence[Mapping[str, Any]], what: str) -> None:
    """Raises DefinitionError for more crawlers than a trigger takes."""
    crawlers = [one["CrawlerName"] for one in named if "CrawlerName" in one]
    if len(crawlers) > _MOST_CRAWLERS:
        raise DefinitionError(
            f"workflow {workflow.name}: a trigger of Glue takes {_MOST_CRAWLERS} crawlers at most, and this one would "
            f"{what} those of {', '.join(crawlers)}.",
            hint="Put a job between them, or crawl one after the other.",
        )


def _named(workflow: Workflow, name: str) -> dict[str, Any]:
    """The trigger that starts a workflow has the workflow's name, whichever jobs are the first: a trigger's type never
    changes, so that no trigger's name may come back with another type.
    """
    return {"Name": name, "WorkflowName": workflow.name}


def _action(workflow: Workflow, job: Job) -> dict[str, Any]:
    if is_crawl_of_glue(workflow, job):
        return {"CrawlerName": dataset_of(job)}
    return {
        "JobName": glue_job_name(workflow, job),
        "Arguments": {"--workflow": workflow.name, "--job": job.name},
        "Timeout": glue_minutes(job.longest),
    }


def is_in_utc(workflow: Workflow) -> bool:
    """Whether a trigger of Glue knows the times of its schedule, which are in UTC."""
    return workflow.zone == UTC_ZONE.key


def _check(workflow: Workflow, job: Job) -> None:
    """Raises DefinitionError for what a trigger's predicate cannot say: it knows how jobs ended, and no data."""
    what = (
        f"has the condition {job.when}" if job.when else "",
        f"is made for each of {job.over.job}.{job.over.field}" if job.over else "",
        "is made by a Lambda function" if job.runtime is JobRuntime.LAMBDA else "",
    )
    for why in filter(None, what):
        raise DefinitionError(
            f"workflow {workflow.name}: job {job.name!r} {why}, which a Glue workflow cannot express.",
            hint='Let Step Functions run the workflow: orchestrator = "stepfunctions" in the file of the stage.',
        )


def _schedule(workflow: Workflow) -> str:
    """The workflow's schedule as Glue reads it: cron() alone, at most every five minutes. Raises DefinitionError."""
    given = workflow.schedule.strip()
    rate = _RATE.fullmatch(given)
    read = _cron(int(rate[1]), rate[2]) if rate else given
    if read and min(times_apart(read, UTC_ZONE), default=_LEAST) >= _LEAST:
        return read
    raise DefinitionError(
        f"workflow {workflow.name}: Glue has no schedule {workflow.schedule!r}.",
        hint="Give it cron(...) whose times are 5 minutes or more apart, or a rate of as much that divides an hour or "
        "a day: rate(15 minutes).",
    )


def _cron(number: int, unit: str) -> str:
    """The expression of a rate that divides an hour or a day; "" for another."""
    if unit == "minute" and 60 % number == 0:
        return f"cron(0/{number} * * * ? *)" if number < 60 else "cron(0 * * * ? *)"
    if unit == "hour" and 24 % number == 0:
        return f"cron(0 0/{number} * * ? *)" if number < 24 else "cron(0 0 * * ? *)"
    return "cron(0 0 * * ? *)" if (number, unit) == (1, "day") else ""
