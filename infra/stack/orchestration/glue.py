"""The workflows on Glue: jobs, and for each workflow a Glue workflow with a trigger for each of its jobs.

A Glue job is of a kind, and shared by the workflows: the trigger says whose job it does. With `jobs = "fused"` one Glue
job makes all steps of a run. Triggers of one workflow are made one after the other. Source: Glue developer guide, "Job
parameters".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from troposphere import Ref, Sub, glue

from millrace.glue_workflow.compilers.glue_crawls import is_started_along
from millrace.glue_workflow.compilers.glue_triggers import FUSED, GlueTriggers, glue_job_name, glue_minutes
from millrace.glue_workflow.job_kinds import CRAWL, REPORT
from millrace.glue_workflow.workflow import Job, Workflow
from millrace.infra.stack.access import STATE_OF_RUNS, allow, role, secrets
from millrace.infra.stack.dataset_crawler import crawler_id
from millrace.infra.stack.deployment import (
    BUCKET,
    NEW_OBJECTS,
    RUN_FAILURES,
    STATE_TABLE,
    Deployment,
    arn,
    arn_of,
    environment,
    lake_objects,
    of_jobs,
    of_runs,
)
from millrace.infra.stack.encryption import keys, log_group, tells
from millrace.infra.stack.network import in_network, job_connections
from millrace.infra.stack.orchestration.kind_access import access_of_kinds
from millrace.infra.stack.orchestration.run_access import moves_tables, on_athena, puts_events
from millrace.infra.stack.resources import limited, logical_id, resource
from millrace.infra.stack.scheduled import ScheduleGroup
from millrace.lake.keys import EXPORTS

_JOB, _WORKFLOW = "JobOf", "WorkflowOf"
_LOG = "GlueLog"
_MOST_NAME = 255
_MOST_SCHEDULE_NAME = 64
_STARTS_ROLE, _START_TRIGGER = "StartsRole", "StartTriggerOf"


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


def glue_workflows(deployment: Deployment) -> list[Any]:
    flows = deployment.definitions.flows
    jobs = glue_jobs(deployment, [(flow, job) for flow in flows for job in _compiler(deployment).jobs(flow)])
    return [*jobs, *(one for flow in flows for one in _graph(deployment, flow)), *_starts(deployment)]


def glue_jobs(deployment: Deployment, made: Sequence[tuple[Workflow, Job]]) -> list[Any]:
    """The log, and the jobs of Glue that make these jobs, each with its role; nothing for none."""
    if not made:
        return []
    log = log_group(deployment, _LOG, f"/aws-glue/{deployment.dashed('jobs')}")
    jobs = [one for job in _shared(made) for one in (_role(deployment, job), _job(deployment, job))]
    return [log, *jobs]


def glue_job_id(flow: Workflow, job: Job) -> str:
    """The logical id of the job of Glue that makes a job."""
    return logical_id(_JOB, glue_job_name(flow, job))


def _compiler(deployment: Deployment) -> GlueTriggers:
    return GlueTriggers(fused=deployment.stage.workflow.jobs == "fused")


def _shared(made: Sequence[tuple[Workflow, Job]]) -> list[_GlueJob]:
    """By name; one that is made for items has as many users as are made at once."""
    found: dict[str, _GlueJob] = {}
    for flow, job in made:
        name, users = glue_job_name(flow, job), job.over.at_once if job.over else 1
        known = found.get(name, _GlueJob(name, job.kind, 0, timedelta()))
        found[name] = _GlueJob(name, job.kind, known.users + users, max(known.timeout, job.longest))
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
        Timeout=glue_minutes(job.timeout),
        MaxRetries=0,
        NotificationProperty={"NotifyDelayAfter": glue_minutes(job.timeout) // 2},  # an event tells that it takes long
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
    settings = {**environment(deployment), **of_jobs(deployment), **of_runs()}
    return given | {f"--{name}": value for name, value in settings.items()}


def _graph(deployment: Deployment, flow: Workflow) -> Iterator[Any]:
    """A Glue workflow and its triggers, each made after the one before."""
    title, compiled = logical_id(_WORKFLOW, flow.name), _compiler(deployment).compile(flow)
    yield resource(glue.Workflow, title, **{**compiled["Workflow"], "Name": deployment.underscored(flow.name)})
    before: list[str] = []
    for given in compiled["Triggers"]:
        trigger = _trigger(deployment, flow, given)
        trigger.DependsOn = before
        before = [trigger.title]
        yield trigger


def _trigger(deployment: Deployment, flow: Workflow, given: Mapping[str, Any]) -> Any:
    """A compiled trigger with the stack's names."""
    own = {
        "Name": limited(deployment.underscored(given["Name"]), _MOST_NAME),
        "WorkflowName": Ref(logical_id(_WORKFLOW, flow.name)),
        "Actions": [_of_stack(action) for action in given["Actions"]],
    }
    if "StartOnCreation" in given:
        own["StartOnCreation"] = deployment.stage.schedules or given["Type"] != "SCHEDULED"
    if "Predicate" in given:
        conditions = [_of_stack(one) for one in given["Predicate"]["Conditions"]]
        own["Predicate"] = {**given["Predicate"], "Conditions": conditions}
    node = given["Name"].removeprefix(f"{flow.name}-")
    title = logical_id("TriggerOf", f"{node}_of_{flow.name}")
    if given["Name"] == flow.name:
        title = logical_id(_START_TRIGGER, flow.name)
    return resource(glue.Trigger, title, **{**given, **own})


def _starts(deployment: Deployment) -> list[Any]:
    """The schedules in other zones than UTC, which triggers do not know: Scheduler starts the workflow by them."""
    flows = deployment.started_by_scheduler
    if not flows:
        return []
    group = ScheduleGroup(deployment, "Starts", "starts", RUN_FAILURES)
    names = [deployment.underscored(flow.name) for flow in flows]
    return [
        *group.shared(),
        group.role(_STARTS_ROLE, [arn("glue", f"workflow/{name}") for name in names], "glue:StartWorkflowRun"),
        *(_start(group, flow, name) for flow, name in zip(flows, names, strict=True)),
    ]


def _start(group: ScheduleGroup, flow: Workflow, name: str) -> Any:
    title, when = logical_id("StartOf", flow.name), (flow.schedule, flow.zone)
    called = Sub("arn:${AWS::Partition}:scheduler:::aws-sdk:glue:startWorkflowRun")
    asked = {"Name": name, "RunProperties": {"key": "<aws.scheduler.scheduled-time>"}}
    made = group.schedule_of(
        title, limited(f"start-{flow.name}", _MOST_SCHEDULE_NAME), when, called, _STARTS_ROLE, asked
    )
    made.DependsOn = [logical_id(_WORKFLOW, flow.name)]
    return made


def _of_stack(named: Mapping[str, Any]) -> dict[str, Any]:
    """An action or a condition, which refers to the stack's job or crawler."""
    if "CrawlerName" in named:
        return {**named, "CrawlerName": Ref(crawler_id(named["CrawlerName"]))}
    return {**named, "JobName": Ref(logical_id(_JOB, named["JobName"]))}


def _job_name(deployment: Deployment, name: str) -> str:
    return limited(deployment.underscored(name), _MOST_NAME)


def _role(deployment: Deployment, job: _GlueJob) -> Any:
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
            *moves_tables(deployment),
            *access_of_kinds(deployment, _made_by(deployment, job)),
            *_queries(deployment, job),
            *_reads_starts(deployment),
            *([puts_events()] if deployment.has_router else []),
            allow(_WRITES_LOG, arn_of(_LOG)),
            allow(["logs:CreateLogGroup", *_WRITES_LOG], arn("logs", "log-group:/aws-glue/jobs/*")),  # Glue's own
            *_writes_metrics(deployment),
            *secrets(deployment.stage.alerts.notify_from),
            *tells(deployment),
            *keys(deployment, "s3", "dynamodb", *(("sqs",) if pending else ())),
            *in_network(deployment),
        ],
    )


def _queries(deployment: Deployment, job: _GlueJob) -> list[dict[str, Any]]:
    """Of reports, whose queries Athena makes where Spark has no form of their tables."""
    reports = any(one.kind == REPORT for one in _made_by(deployment, job))
    return list(on_athena(deployment)) if reports else []


def _made_by(deployment: Deployment, job: _GlueJob) -> list[Job]:
    """The workflows' jobs that this job of Glue makes, and the crawls that are started along with them."""
    every = [(flow, one) for flow in deployment.definitions.flows for one in flow.jobs]
    if job.kind == FUSED:
        return [one for _, one in every]
    own = [(flow, one) for flow, one in every if glue_job_name(flow, one) == job.name]
    along = [one for flow, _ in own for one in flow.jobs if is_started_along(flow, one)]
    return [*(one for _, one in own), *along]


def _reads_starts(deployment: Deployment) -> list[dict[str, Any]]:
    """What a workflow run was started for is in its properties; how its crawls ended, in its graph."""
    if deployment.stage.workflow.orchestrator != "glue":
        return []
    return [allow(["glue:GetWorkflowRunProperties"], arn("glue", f"workflow/{deployment.underscored('*')}"))]


def _writes_metrics(deployment: Deployment) -> list[dict[str, Any]]:
    """Glue's own, which a job writes by its role; Millrace's are lines of its log."""
    if not deployment.stage.workflow.metrics:
        return []
    return [allow(["cloudwatch:PutMetricData"], "*", {"StringEquals": {"cloudwatch:namespace": "Glue"}})]


_WRITES_LOG = ("logs:CreateLogStream", "logs:PutLogEvents")
