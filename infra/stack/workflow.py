"""The workflows on Glue: jobs, and for each workflow a Glue workflow with a trigger for each of its jobs.

A Glue job is of a kind, and shared by the workflows: the trigger says whose job it does. With `jobs = "fused"` one Glue
job makes all steps of a run. Sources: Glue developer guide, "Triggers", "Job parameters"; API reference, CreateTrigger:
each condition needs its LogicalOperator, several need Logical; triggers of one workflow are made one after the other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from troposphere import Ref, Sub, glue

from millrace.aws.glue_layout import candidate_database, databases
from millrace.errors import DefinitionError
from millrace.glue_workflow.job_kinds import CRAWL
from millrace.glue_workflow.workflow import Job, Workflow
from millrace.infra.stack.access import STATE_OF_RUNS, allow, role, secrets
from millrace.infra.stack.deployment import (
    BUCKET,
    NEW_OBJECTS,
    STATE_TABLE,
    Deployment,
    arn,
    arn_of,
    environment,
    lake_objects,
    of_jobs,
)
from millrace.infra.stack.encryption import keys, log_group
from millrace.infra.stack.network import in_network, job_connections
from millrace.infra.stack.resources import limited, logical_id, resource
from millrace.lake.keys import EXPORTS

FUSED = "run"
_JOB = "JobOf"
_LOG = "GlueLog"
_TO_GIVE_UP = timedelta(minutes=5)
_MOST_NAME = 255
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_LEAST_MINUTES = 5  # between two times of a trigger's schedule


@dataclass(frozen=True)
class _GlueJob:
    """One Glue job. `name`: the kind of job that it does, or one job of one workflow; `users`: how many start it."""

    name: str
    kind: str
    users: int
    timeout: timedelta

    @property
    def title(self) -> str:
        return logical_id(_JOB, self.name)

    @property
    def role(self) -> str:
        return logical_id("JobRoleOf", self.name)


def workflow(deployment: Deployment) -> list[Any]:
    if deployment.stage.workflow.orchestrator == "none":
        return []
    log = log_group(deployment, _LOG, f"/aws-glue/{deployment.dashed('jobs')}")
    jobs = [one for job in _jobs(deployment) for one in (_role(deployment, job), _job(deployment, job))]
    graphs = [one for flow in deployment.definitions.workflows for one in _graph(deployment, flow)]
    return [log, *jobs, *graphs]


def _steps(deployment: Deployment, flow: Workflow) -> list[Job]:
    """The workflow's jobs as Glue has them."""
    if deployment.stage.workflow.jobs == "fused":
        return [Job(FUSED, FUSED, timeout=sum((job.timeout for job in flow.jobs), timedelta()))]
    return list(flow.in_order())


def _glue_name(flow: Workflow, job: Job) -> str:
    """Glue tells jobs of one workflow apart by their names, so two of one kind are no shared job."""
    alone = sum(one.kind == job.kind for one in flow.jobs) <= 1
    return job.kind if alone else f"{flow.name}-{job.name}"


def _jobs(deployment: Deployment) -> list[_GlueJob]:
    found: dict[str, _GlueJob] = {}
    for flow in deployment.definitions.workflows:
        for job in _steps(deployment, flow):
            name = _glue_name(flow, job)
            known = found.get(name, _GlueJob(name, job.kind, 0, timedelta()))
            found[name] = _GlueJob(name, job.kind, known.users + 1, max(known.timeout, job.timeout))
    return [found[name] for name in sorted(found)]


def _job(deployment: Deployment, job: _GlueJob) -> Any:
    options = deployment.stage.workflow
    return resource(
        glue.Job,
        job.title,
        Name=_job_name(deployment, job.name),
        Role=arn_of(job.role),
        GlueVersion=options.glue_version,
        WorkerType=options.worker_type,
        NumberOfWorkers=options.workers,
        Timeout=_minutes(job.timeout),
        MaxRetries=0,
        NotificationProperty={"NotifyDelayAfter": _minutes(job.timeout) // 2},  # an event tells that it takes long
        ExecutionProperty={"MaxConcurrentRuns": job.users},
        Command={
            "Name": "glueetl",
            "PythonVersion": "3",
            "ScriptLocation": Sub("s3://${ArtefactsBucket}/${GlueScript}"),
        },
        DefaultArguments=_arguments(deployment),
        Connections=job_connections(deployment),
    )


def _arguments(deployment: Deployment) -> dict[str, Any]:
    given = {
        "--additional-python-modules": Sub("s3://${ArtefactsBucket}/${WheelsZip}"),
        "--python-modules-installer-option": "--no-index",  # private subnets reach no index, and all is in the zip
        "--TempDir": Sub(f"s3://${{{BUCKET}}}/{EXPORTS}/glue/"),
        "--job-bookmark-option": "job-bookmark-disable",
        "--enable-continuous-cloudwatch-log": "true",
        "--continuous-log-logGroup": Ref(_LOG),
    }
    if deployment.stage.workflow.metrics:  # either argument has its effect with any value
        given |= {"--enable-metrics": "true", "--enable-observability-metrics": "true"}
    if deployment.stage.workflow.auto_scaling:
        given["--enable-auto-scaling"] = "true"
    settings = {**environment(deployment), **of_jobs(deployment)}
    return given | {f"--{name}": value for name, value in settings.items()}


def _graph(deployment: Deployment, flow: Workflow) -> Iterator[Any]:
    """A Glue workflow and its triggers, each made after the one before."""
    title, name = logical_id("WorkflowOf", flow.name), deployment.underscored(flow.name)
    yield resource(glue.Workflow, title, Name=name, MaxConcurrentRuns=1, DefaultRunProperties={"workflow": flow.name})
    steps = _steps(deployment, flow)
    before: list[str] = []
    for job in steps:
        trigger = _trigger(deployment, flow, title, job)
        trigger.DependsOn = before
        before = [trigger.title]
        yield trigger


def _trigger(deployment: Deployment, flow: Workflow, title: str, job: Job) -> Any:
    action = {
        "JobName": Ref(logical_id(_JOB, _glue_name(flow, job))),
        "Arguments": {"--workflow": flow.name, "--job": job.name},
        "Timeout": _minutes(job.timeout),
    }
    own = logical_id("TriggerOf", f"{job.name}_of_{flow.name}")
    named = limited(f"{deployment.underscored(flow.name)}-{job.name}", _MOST_NAME)
    if job.after:
        watched = [logical_id(_JOB, _glue_name(flow, flow.job(name))) for name in job.after]
        return resource(
            glue.Trigger,
            own,
            Name=named,
            WorkflowName=Ref(title),
            Type="CONDITIONAL",
            Predicate={
                "Logical": "AND",
                "Conditions": [
                    {"LogicalOperator": "EQUALS", "JobName": Ref(one), "State": "SUCCEEDED"} for one in watched
                ],
            },
            Actions=[action],
            StartOnCreation=True,  # one that is not started never fires
        )
    return resource(
        glue.Trigger,
        own,
        Name=named,
        WorkflowName=Ref(title),
        Type="SCHEDULED",
        Schedule=glue_schedule(flow),
        Actions=[action],
        StartOnCreation=deployment.stage.schedules,
    )


def glue_schedule(flow: Workflow) -> str:
    """The workflow's schedule as Glue reads it: cron() alone, at most every five minutes. Raises DefinitionError."""
    rate = _RATE.fullmatch(flow.schedule.strip())
    if rate is None:
        return flow.schedule.strip()
    number, unit = int(rate[1]), rate[2]
    if unit == "minute" and number >= _LEAST_MINUTES and 60 % number == 0:
        return f"cron(0/{number} * * * ? *)" if number < 60 else "cron(0 * * * ? *)"
    if unit == "hour" and 24 % number == 0:
        return f"cron(0 0/{number} * * ? *)" if number < 24 else "cron(0 0 * * ? *)"
    if unit == "day" and number == 1:
        return "cron(0 0 * * ? *)"
    raise DefinitionError(
        f"workflow {flow.name}: Glue has no schedule {flow.schedule!r}.",
        hint="Give it cron(...), or a rate of 5 minutes or more that divides an hour or a day: rate(15 minutes).",
    )


def _job_name(deployment: Deployment, name: str) -> str:
    return limited(deployment.underscored(name), _MOST_NAME)


def _minutes(timeout: timedelta) -> int:
    """Glue's own limit comes later than the job's: until then the job gives up by itself, and says so."""
    return math.ceil((timeout + _TO_GIVE_UP) / timedelta(minutes=1))


def _role(deployment: Deployment, job: _GlueJob) -> Any:
    workflows = deployment.underscored("*")
    reads = job.kind in (CRAWL, FUSED)
    pending = [allow(["sqs:ReceiveMessage", "sqs:DeleteMessage"], arn_of(NEW_OBJECTS))] if reads else []
    code = [Sub(f"arn:${{AWS::Partition}}:s3:::${{ArtefactsBucket}}/${{{one}}}") for one in ("GlueScript", "WheelsZip")]
    return role(
        deployment,
        job.role,
        "glue.amazonaws.com",
        [
            allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"], lake_objects("")),
            allow(["s3:ListBucket"], arn_of(BUCKET)),
            allow(["s3:GetObject"], code),
            allow(STATE_OF_RUNS, arn_of(STATE_TABLE)),
            *pending,
            allow(FLIPS, catalog_arns(*moved_databases(deployment.stage.name))),
            allow(["glue:GetWorkflowRun"], arn("glue", f"workflow/{workflows}")),
            allow(_WRITES_LOG, arn_of(_LOG)),
            allow(["logs:CreateLogGroup", *_WRITES_LOG], arn("logs", "log-group:/aws-glue/jobs/*")),  # Glue's own
            *_writes_metrics(deployment),
            *secrets(deployment.stage.alerts.notify_from),
            *keys(deployment, "s3", "dynamodb", *(("sqs",) if pending else ())),
            *in_network(deployment),
        ],
    )


def _writes_metrics(deployment: Deployment) -> list[dict[str, Any]]:
    """Glue's own, which a job writes by its role; Millrace's are lines of its log."""
    if not deployment.stage.workflow.metrics:
        return []
    return [allow(["cloudwatch:PutMetricData"], "*", {"StringEquals": {"cloudwatch:namespace": "Glue"}})]


_WRITES_LOG = ("logs:CreateLogStream", "logs:PutLogEvents")
FLIPS = (
    *("glue:GetTable", "glue:CreateTable", "glue:UpdateTable", "glue:BatchDeleteTable"),
    *("glue:BatchCreatePartition", "glue:BatchUpdatePartition", "glue:BatchDeletePartition"),
)


def moved_databases(stage: str) -> tuple[str, ...]:
    """The databases of the tables that runs make and move."""
    return (*databases(stage).values(), candidate_database(stage))


def catalog_arns(*names: str) -> list[Any]:
    """The ARNs of the catalog, of these databases and of their tables."""
    return [arn("glue", "catalog"), *(arn("glue", one) for name in names for one in _of_database(name))]


def _of_database(name: str) -> tuple[str, str]:
    return f"database/{name}", f"table/{name}/*"
