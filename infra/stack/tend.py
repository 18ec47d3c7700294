"""Tending: the function that does the duties, a schedule for each, what else starts one, and what failed.

Sources: Lambda developer guide, "Quotas"; EventBridge user guide, "Using resource-based policies for Amazon
EventBridge".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from troposphere import GetAtt, Ref, awslambda, events

from millrace.glue_workflow.crawl_jobs import dataset_of
from millrace.glue_workflow.external.glue_crawlers import crawler_name
from millrace.glue_workflow.routing.eventbridge import CRAWLER_CHANGED
from millrace.infra.stack.access import STATE_OF_RUNS, allow, role, secrets
from millrace.infra.stack.deployment import (
    DUTY_FAILURES,
    NEW_OBJECTS,
    STATE_TABLE,
    STREAM,
    TEND,
    Deployment,
    api_key_setting,
    arn,
    arn_of,
    keys_outside,
    lake_objects,
    of_jobs,
)
from millrace.infra.stack.encryption import keys, log_group, tells
from millrace.infra.stack.observability.service_events import runs_cut_short
from millrace.infra.stack.orchestration.events import jobs_version, starts_jobs
from millrace.infra.stack.orchestration.run_access import moves_tables, on_athena
from millrace.infra.stack.packaged.artefacts import TEND_HANDLER
from millrace.infra.stack.packaged.functions import packaged_function
from millrace.infra.stack.packaged.published import any_version
from millrace.infra.stack.resources import resource
from millrace.infra.stack.scheduled import ScheduleGroup
from millrace.schedules.names import Duty

_EVENT_SECONDS, _TRIES_OF_EVENT = 300, 2
_ROLE, _SCHEDULES_ROLE, _LOG = f"{TEND}Role", f"{TEND}SchedulesRole", f"{TEND}Log"


def tend(deployment: Deployment) -> list[Any]:
    duties = deployment.duties()
    if not duties:
        return []
    name = deployment.dashed("tend")
    group = ScheduleGroup(deployment, "Duties", "duties", DUTY_FAILURES)
    log = log_group(deployment, _LOG, f"/aws/lambda/{name}")
    function = packaged_function(
        deployment,
        TEND,
        TEND_HANDLER,
        name=name,
        role_title=_ROLE,
        log=_LOG,
        options=deployment.stage.tend,
        settings={
            **of_jobs(deployment),
            **_of_sources(deployment),
            **_of_router(deployment),
            **_of_crawls(deployment),
        },
    )
    started = group.started(f"{TEND}Invocation", function)
    schedules = [
        group.schedule(
            f"DutyOf{duty.capitalize()}",
            duty.value,
            (expression, "UTC"),
            started,
            _SCHEDULES_ROLE,
            {"duty": duty.value},
        )
        for duty, expression in duties.items()
    ]
    roles = [_role(deployment), group.role(_SCHEDULES_ROLE, any_version(TEND))]
    pattern = runs_cut_short(deployment) if Duty.RUNS in duties else None
    events_too = _after_runs_cut_short(deployment, pattern, started.version) if pattern else []
    events_too += _after_crawls(deployment, started.version)
    return [*group.shared(), log, *roles, function, *started.resources(), *schedules, *events_too]


def _after_runs_cut_short(deployment: Deployment, pattern: Mapping[str, Any], version: Any) -> list[Any]:
    """The duty `runs` at once, where the orchestrator tells that a run may have died. What no event tells of waits for
    the schedule. Where the duty tells people of such ends, it is given what the orchestrator says.
    """
    asked = {"duty": Duty.RUNS.value}
    given: dict[str, Any] = {"Input": json.dumps(asked)}
    if deployment.duty_tells_of_ends:
        template = json.dumps({**asked, "after": "DETAIL"}).replace('"DETAIL"', "<detail>")  # an object, in no quotes
        given = {"InputTransformer": {"InputPathsMap": {"detail": "$.detail"}, "InputTemplate": template}}
    return _started_by(version, "RunsCutShort", "Has runs looked at whose process may have died.", pattern, given)


def _after_crawls(deployment: Deployment, version: Any) -> list[Any]:
    """The duty `runs` at once, when a crawl that Glue's trigger began has ended, since it has no process of its own."""
    crawled = sorted({dataset_of(job) for _, job in deployment.crawls_of_glue})
    if not crawled or Duty.RUNS not in deployment.duties():
        return []
    names = [crawler_name(deployment.stage.name, one) for one in crawled]
    ended = {"crawlerName": names, "state": ["Succeeded", "Failed"]}
    pattern = {"source": ["aws.glue"], "detail-type": [CRAWLER_CHANGED], "detail": ended}
    given = {"Input": json.dumps({"duty": Duty.RUNS.value})}
    return _started_by(version, "CrawlsEnded", "Has runs gone on with whose crawl has ended.", pattern, given)


def _started_by(
    version: Any, title: str, about: str, pattern: Mapping[str, Any], given: Mapping[str, Any]
) -> list[Any]:
    """The rule by which events start a version of the function, with this input."""
    rule = resource(
        events.Rule,
        title,
        Description=about,
        EventPattern=dict(pattern),
        State="ENABLED",
        Targets=[
            {
                "Id": "runs",
                "Arn": Ref(version),
                **given,
                "RetryPolicy": {"MaximumEventAgeInSeconds": _EVENT_SECONDS, "MaximumRetryAttempts": _TRIES_OF_EVENT},
            }
        ],
    )
    allowed = resource(
        awslambda.Permission,
        f"{title}Permission",
        Action="lambda:InvokeFunction",
        FunctionName=Ref(version),
        Principal="events.amazonaws.com",
        SourceArn=GetAtt(rule, "Arn"),
    )
    return [rule, allowed]


def _of_sources(deployment: Deployment) -> dict[str, str]:
    """The settings about sources: where API keys are, and which feeds are reached from inside a VPC alone."""
    found = {api_key_setting(source): place for source, place in keys_outside(deployment).items()}
    inside = deployment.stage.network.sources
    return found | ({"MILLRACE_AWS_UNREACHED_SOURCES": ",".join(inside)} if inside else {})


def _of_router(deployment: Deployment) -> dict[str, Any]:
    """Where events drive runs, the duty `runs` goes on with what an event missed."""
    return {"MILLRACE_AWS_JOB_FUNCTION": Ref(jobs_version(deployment))} if deployment.has_router else {}


def _of_crawls(deployment: Deployment) -> dict[str, str]:
    """Where a crawl of Glue's comes first and fails, no process of a job begins the run that people would hear of."""
    begun = deployment.begun_by_crawls
    return {"MILLRACE_AWS_BEGUN_BY_CRAWLS": ",".join(flow.name for flow in begun)} if begun else {}


def _role(deployment: Deployment) -> Any:
    """What polls and runs need together: gaps are polls, and the vacuum removes what runs wrote."""
    return role(deployment, _ROLE, "lambda.amazonaws.com", [*_of_duties(deployment), *on_athena(deployment)])


def _of_duties(deployment: Deployment) -> Iterator[Any]:
    yield allow(["logs:CreateLogStream", "logs:PutLogEvents"], arn_of(_LOG))
    yield allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], lake_objects(""))
    yield allow([*STATE_OF_RUNS, "dynamodb:Scan"], arn_of(STATE_TABLE))  # for texts of state that no item names
    yield allow(["sqs:ReceiveMessage", "sqs:DeleteMessage"], arn_of(NEW_OBJECTS))
    yield allow(["sqs:SendMessage"], arn_of(DUTY_FAILURES))
    yield allow(["firehose:PutRecordBatch"], arn_of(STREAM))
    yield from starts_jobs(deployment) if deployment.has_router else []
    if begun := deployment.begun_by_crawls:
        names = [arn("glue", f"workflow/{deployment.underscored(flow.name)}") for flow in begun]
        yield allow(["glue:GetWorkflow", "glue:GetWorkflowRunProperties"], names)
    yield from moves_tables(deployment)  # the vacuum completes a flip that was interrupted
    yield from secrets(*keys_outside(deployment).values(), deployment.stage.alerts.notify_from)
    yield from tells(deployment)
    yield from keys(deployment, "s3", "dynamodb", "sqs")


def tend_outputs(deployment: Deployment) -> dict[str, tuple[str, Any]]:
    if not deployment.duties():
        return {}
    return {"DutyFailuresQueue": ("Duties that failed, and events that could not be sent.", Ref(DUTY_FAILURES))}
