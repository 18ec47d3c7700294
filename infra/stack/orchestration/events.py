"""Events: a router, a version of the function of jobs that it starts, and for each workflow its schedule and its rules.

Each invocation of either function may come twice: what is done is in the state. What Lambda has given up of the jobs it
tells the event bus; of the router, the queue of failures. Sources: Lambda developer guide, "Asynchronous invocation",
"Capturing records of Lambda asynchronous invocations"; EventBridge user guide, "Using resource-based policies".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from troposphere import GetAtt, Ref, awslambda, events

from millrace.glue_workflow.compilers.event_rules import (
    CRAWLER_OF,
    JOB_ENDED,
    JOB_FUNCTION_ARN,
    LAKE_BUCKET,
    STAGE,
    EventRules,
)
from millrace.glue_workflow.compilers.event_rules import ROUTER as COMPILED_ROUTER
from millrace.glue_workflow.compilers.glue_triggers import glue_job_name
from millrace.glue_workflow.compilers.states import GLUE_JOB
from millrace.glue_workflow.crawl_jobs import awaited_crawls
from millrace.glue_workflow.external.glue_crawlers import crawler_name
from millrace.glue_workflow.workflow import Workflow
from millrace.infra.runtime.executions import router_name
from millrace.infra.stack.access import STATE_OF_ROUTER, allow, role, secrets
from millrace.infra.stack.dataset_crawler import crawler_id
from millrace.infra.stack.deployment import (
    BUCKET,
    JOB_FUNCTION,
    ROUTER,
    RUN_FAILURES,
    STATE_TABLE,
    Deployment,
    arn,
    arn_of,
    lake_objects,
    of_jobs,
    of_runs,
)
from millrace.infra.stack.encryption import keys, log_group, tells
from millrace.infra.stack.orchestration.compiled import of_stack
from millrace.infra.stack.orchestration.glue import glue_job_id, glue_jobs
from millrace.infra.stack.orchestration.job_function import job_function
from millrace.infra.stack.orchestration.run_access import default_bus, puts_events
from millrace.infra.stack.packaged.artefacts import ROUTED_JOB_HANDLER, ROUTER_HANDLER
from millrace.infra.stack.packaged.functions import RouterOptions, packaged_function
from millrace.infra.stack.packaged.published import any_version, published
from millrace.infra.stack.queries import JOBS
from millrace.infra.stack.resources import limited, logical_id, resource
from millrace.infra.stack.scheduled import ScheduleGroup, StartedFunction
from millrace.lake.keys import STATE_OBJECTS

_ROLE, _LOG, _STARTS_ROLE = f"{ROUTER}Role", f"{ROUTER}Log", "StartsRole"
_JOB_SECONDS, _JOB_TRIES = 300, 2  # of an invocation until it is given up: what waits for it, and how often it is made
_EVENT_SECONDS, _EVENT_TRIES = 300, 2
_MOST_RULE_NAME = _MOST_SCHEDULE_NAME = 64
JOB_ENDED_OF = "JobEndedOf"  # the begin of the logical id of each workflow's first rule
GLUE_ENDED_OF = "GlueEndedOf"  # of the rule of those jobs that Glue makes
# By how a compiled rule's name ends.
_TITLES = {
    JOB_ENDED: JOB_ENDED_OF,
    "-call-failed": "CallFailedOf",
    "-glue-ended": GLUE_ENDED_OF,
    "-crawled": "CrawledOf",
    "-objects": "ObjectsOf",
}
ROUTER_OPTIONS = RouterOptions()


def event_driven(deployment: Deployment) -> list[Any]:
    if not deployment.has_router:
        return []
    *beside, function = job_function(deployment, ROUTED_JOB_HANDLER, [puts_events()])
    jobs = published(deployment, function)
    router = _router(deployment, jobs)
    version = published(deployment, router)
    invoked = _invocation(f"{ROUTER}Invocation", router, version, _EVENT_SECONDS, _EVENT_TRIES, arn_of(RUN_FAILURES))
    group = ScheduleGroup(deployment, "Starts", "starts", RUN_FAILURES)
    started = StartedFunction(version, invoked)
    chains = [one for flow in deployment.definitions.flows for one in _chain(deployment, group, flow, started)]
    return [
        *beside,
        function,
        jobs,
        *glue_jobs(deployment, deployment.jobs_on_glue),
        _invocation(f"{JOB_FUNCTION}Invocation", function, jobs, _JOB_SECONDS, _JOB_TRIES, default_bus()),
        log_group(deployment, _LOG, f"/aws/lambda/{router_name(deployment.stage.name)}"),
        _role(deployment),
        router,
        *started.resources(),
        *group.shared(),
        group.role(_STARTS_ROLE, any_version(ROUTER)),
        *chains,
    ]


def jobs_version(deployment: Deployment) -> Any:
    """The version of the function of jobs that a router starts."""
    return published(deployment, job_function(deployment, ROUTED_JOB_HANDLER, [puts_events()])[-1])


def starts_jobs(deployment: Deployment) -> list[dict[str, Any]]:
    """Of whoever advances runs."""
    jobs = sorted({glue_job_id(flow, job) for flow, job in deployment.jobs_on_glue})
    on_glue = [allow(["glue:StartJobRun"], [arn("glue", f"job/${{{one}}}") for one in jobs])] if jobs else []
    crawled = sorted({one for flow in deployment.definitions.flows for one in awaited_crawls(flow)})
    crawlers = [arn("glue", f"crawler/{crawler_name(deployment.stage.name, one)}") for one in crawled]
    looks = [allow(["glue:GetCrawler"], crawlers)] if crawlers else []
    return [allow(["lambda:InvokeFunction"], any_version(JOB_FUNCTION)), *on_glue, *looks, puts_events()]


def _looks_at_jobs(deployment: Deployment) -> list[dict[str, Any]]:
    """Whose run an event of Glue is about is among the arguments of the job's run."""
    jobs = sorted({glue_job_id(flow, job) for flow, job in deployment.jobs_on_glue})
    return [allow(["glue:GetJobRun"], [arn("glue", f"job/${{{one}}}") for one in jobs])] if jobs else []


def _router(deployment: Deployment, jobs: Any) -> Any:
    return packaged_function(
        deployment,
        ROUTER,
        ROUTER_HANDLER,
        name=router_name(deployment.stage.name),
        role_title=_ROLE,
        log=_LOG,
        options=ROUTER_OPTIONS,
        settings={**of_jobs(deployment), **of_runs(), "MILLRACE_AWS_JOB_FUNCTION": Ref(jobs)},
    )


def _invocation(title: str, function: Any, version: Any, seconds: int, tries: int, given_up: Any) -> Any:
    """How the events of a function are invoked. `given_up`: the ARN of what is told of those that failed for good."""
    return resource(
        awslambda.EventInvokeConfig,
        title,
        FunctionName=Ref(function),
        Qualifier=GetAtt(version, "Version"),
        MaximumEventAgeInSeconds=seconds,
        MaximumRetryAttempts=tries,
        DestinationConfig={"OnFailure": {"Destination": given_up}},
    )


def _role(deployment: Deployment) -> Any:
    """It reads and writes the state of runs, tells people of their ends, and stops queries of those that died."""
    return role(
        deployment,
        _ROLE,
        "lambda.amazonaws.com",
        [
            allow(["logs:CreateLogStream", "logs:PutLogEvents"], arn_of(_LOG)),
            allow(["s3:GetObject", "s3:PutObject"], lake_objects(STATE_OBJECTS)),
            allow(STATE_OF_ROUTER, arn_of(STATE_TABLE)),
            allow(
                ["athena:StopQueryExecution", "athena:GetQueryExecution"],
                arn("athena", f"workgroup/{deployment.underscored(JOBS)}"),
            ),
            *starts_jobs(deployment),
            *_looks_at_jobs(deployment),
            allow(["sqs:SendMessage"], arn_of(RUN_FAILURES)),
            *secrets(deployment.stage.alerts.notify_from),
            *tells(deployment),
            *keys(deployment, "s3", "dynamodb", "sqs"),
        ],
    )


def _chain(deployment: Deployment, group: ScheduleGroup, flow: Workflow, router: StartedFunction) -> Iterator[Any]:
    """The schedule and the rules of a workflow, as compiled."""
    names: dict[str, str] = {
        COMPILED_ROUTER: router.version.title,
        JOB_FUNCTION_ARN: f"{JOB_FUNCTION}.Arn",
        LAKE_BUCKET: BUCKET,
    }
    names |= {f"{GLUE_JOB}{glue_job_name(flow, job)}": glue_job_id(flow, job) for job in flow.jobs}
    names |= {f"{CRAWLER_OF}{one}": crawler_id(one) for one in awaited_crawls(flow)}
    compiled = EventRules().compile(flow)
    for given in compiled["Schedules"]:
        title = "StartOf" if given["Name"].startswith("start-") else "ClockOf"
        yield _schedule(group, logical_id(title, flow.name), given, router)
    for given in compiled["Rules"]:
        title = _TITLES[given["Name"].removeprefix(flow.name)]
        yield from _rule(deployment, logical_id(title, flow.name), of_stack(_of_stage(given, deployment), names))


def _of_stage(node: Any, deployment: Deployment) -> Any:
    """With the stage's name, which is no resource."""
    if isinstance(node, dict):
        return {key: _of_stage(value, deployment) for key, value in node.items()}
    if isinstance(node, list):
        return [_of_stage(one, deployment) for one in node]
    return deployment.stage.name if node == f"${{{STAGE}}}" else node


def _schedule(group: ScheduleGroup, title: str, given: Mapping[str, Any], router: StartedFunction) -> Any:
    return group.schedule(
        title,
        limited(given["Name"], _MOST_SCHEDULE_NAME),
        (given["ScheduleExpression"], given["ScheduleExpressionTimezone"]),
        router,
        _STARTS_ROLE,
        json.loads(given["Target"]["Input"]),
    )


def _rule(deployment: Deployment, title: str, given: Mapping[str, Any]) -> Iterator[Any]:
    """The rule, and the permission by which it invokes the router. The sweep finds what could not be delivered."""
    [target] = given["Targets"]
    retried = {"MaximumEventAgeInSeconds": _EVENT_SECONDS, "MaximumRetryAttempts": _EVENT_TRIES}
    targets = [{**target, "RetryPolicy": retried}]
    name = limited(deployment.underscored(given["Name"]), _MOST_RULE_NAME)
    rule = resource(events.Rule, title, **{**given, "Name": name, "State": "ENABLED", "Targets": targets})
    yield rule
    yield resource(
        awslambda.Permission,
        f"{title}Permission",
        Action="lambda:InvokeFunction",
        FunctionName=target["Arn"],
        Principal="events.amazonaws.com",
        SourceArn=GetAtt(rule, "Arn"),
    )
