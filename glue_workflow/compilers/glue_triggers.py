"""A workflow as a Glue workflow: a job of Glue for each kind of job, and a trigger for each job.

A job of Glue is of a kind, and shared by workflows: the trigger says whose job it does. Sources: Glue developer guide,
"Triggers"; API reference, CreateTrigger: each condition needs its LogicalOperator, several need Logical.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from millrace.errors import DefinitionError
from millrace.glue_workflow.workflow import Job, Workflow
from millrace.schedules.expressions import UTC_ZONE, times_apart

FUSED = "run"  # the job of Glue that makes all steps of a run
_TO_GIVE_UP = timedelta(minutes=5)
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_LEAST = timedelta(minutes=5)  # between two times of a trigger's schedule


@dataclass(frozen=True)
class GlueTriggers:
    """The definition: `Workflow` as CreateWorkflow takes it, and `Triggers`, each as CreateTrigger takes it.

    `JobName` is the name of a job of Glue without that of its stage. `fused`: one of them makes all steps of a run.
    """

    fused: bool = False

    def compile(self, workflow: Workflow) -> dict[str, Any]:
        """Raises DefinitionError for a schedule that Glue has not."""
        return {
            "Workflow": {
                "Name": workflow.name,
                "MaxConcurrentRuns": 1,
                "DefaultRunProperties": {"workflow": workflow.name},
            },
            "Triggers": [_trigger(workflow, job) for job in self.jobs(workflow)],
        }

    def jobs(self, workflow: Workflow) -> list[Job]:
        """The workflow's jobs as Glue has them."""
        if self.fused:
            return [Job(FUSED, FUSED, timeout=sum((job.timeout for job in workflow.jobs), timedelta()))]
        return list(workflow.in_order())


def glue_job_name(workflow: Workflow, job: Job) -> str:
    """Glue tells jobs of one workflow apart by their names, so two of one kind are no shared job."""
    alone = sum(one.kind == job.kind for one in workflow.jobs) <= 1
    return job.kind if alone else f"{workflow.name}-{job.name}"


def glue_minutes(timeout: timedelta) -> int:
    """Glue's own limit comes later than the job's: until then the job gives up by itself, and says so."""
    return math.ceil((timeout + _TO_GIVE_UP) / timedelta(minutes=1))


def _trigger(workflow: Workflow, job: Job) -> dict[str, Any]:
    """One that is not started never fires."""
    action = {
        "JobName": glue_job_name(workflow, job),
        "Arguments": {"--workflow": workflow.name, "--job": job.name},
        "Timeout": glue_minutes(job.timeout),
    }
    named = {"Name": f"{workflow.name}-{job.name}", "WorkflowName": workflow.name}
    when = _after(workflow, job) if job.after else {"Type": "SCHEDULED", "Schedule": _schedule(workflow)}
    return {**named, **when, "Actions": [action], "StartOnCreation": True}


def _after(workflow: Workflow, job: Job) -> dict[str, Any]:
    watched = [glue_job_name(workflow, workflow.job(name)) for name in job.after]
    conditions = [{"LogicalOperator": "EQUALS", "JobName": one, "State": "SUCCEEDED"} for one in watched]
    return {"Type": "CONDITIONAL", "Predicate": {"Logical": "AND", "Conditions": conditions}}


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
