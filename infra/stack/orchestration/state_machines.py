"""Step Functions: a version of the function of jobs, and for each workflow a state machine and its schedule.

A start that comes twice makes one run: the key is the scheduled time. An execution makes all its calls of the version
that its definition names, so a deployment changes no run that is under way. Sources: Step Functions developer guide,
"IAM policies for integrated services", "Using CloudWatch Logs to log execution history" (log deliveries take no
resource; the group's name begins with /aws/vendedlogs/); EventBridge Scheduler user guide, "Using templated targets".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from troposphere import Ref, stepfunctions

from millrace.glue_workflow.compilers.glue_triggers import glue_job_name
from millrace.glue_workflow.compilers.states import ALERTS_TOPIC, GLUE_JOB, JOB_FUNCTION, PARTITION
from millrace.glue_workflow.compilers.step_functions import StepFunctions
from millrace.glue_workflow.workflow import Workflow
from millrace.infra.stack.access import allow, role
from millrace.infra.stack.deployment import ALERTS, RUN_FAILURES, Deployment, arn, arn_of
from millrace.infra.stack.deployment import JOB_FUNCTION as FUNCTION
from millrace.infra.stack.encryption import keys, log_group
from millrace.infra.stack.orchestration.compiled import of_stack
from millrace.infra.stack.orchestration.glue import glue_job_id, glue_jobs
from millrace.infra.stack.orchestration.job_function import job_function
from millrace.infra.stack.packaged.published import any_version, published
from millrace.infra.stack.resources import limited, logical_id, resource
from millrace.infra.stack.scheduled import ScheduleGroup

_ROLE, _LOG, _STARTS_ROLE = "StateMachinesRole", "StateMachinesLog", "StartsRole"
_MOST_NAME = 80  # characters of a state machine's name
_MOST_SCHEDULE_NAME = 64
_EVENT = {"key": "<aws.scheduler.scheduled-time>"}
_WRITES_LOG = (
    *("logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery"),
    *("logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"),
)


def state_machines(deployment: Deployment) -> list[Any]:
    flows = deployment.definitions.flows
    if not flows:
        return []
    *beside, function = job_function(deployment)
    version = published(deployment, function)
    on_glue = deployment.jobs_on_glue
    machines = [_machine(deployment, flow, version.title) for flow in flows]
    return [
        *beside,
        function,
        version,
        log_group(deployment, _LOG, f"/aws/vendedlogs/states/{deployment.dashed('runs')}"),
        *glue_jobs(deployment, on_glue),
        _role(deployment, [glue_job_id(flow, job) for flow, job in on_glue]),
        *machines,
        *_starts(deployment, {flow.name: machine for flow, machine in zip(flows, machines, strict=True)}),
    ]


def _starts(deployment: Deployment, machines: Mapping[str, Any]) -> list[Any]:
    """The schedules of state machines, given by workflow, and what they have in common."""
    flows = deployment.started_by_scheduler
    if not flows:
        return []
    group = ScheduleGroup(deployment, "Starts", "starts", RUN_FAILURES)
    return [
        *group.shared(),
        group.role(_STARTS_ROLE, [Ref(machines[flow.name]) for flow in flows], "states:StartExecution"),
        *(_schedule(group, flow, machines[flow.name]) for flow in flows),
    ]


def _machine(deployment: Deployment, flow: Workflow, version: str) -> Any:
    invocation = timedelta(seconds=deployment.stage.workflow.timeout_seconds)
    compiled = StepFunctions(invocation, told_by_end=deployment.tells_alerts).compile(flow)
    names = {PARTITION: "AWS::Partition", JOB_FUNCTION: version, ALERTS_TOPIC: ALERTS}
    names |= {f"{GLUE_JOB}{glue_job_name(flow, job)}": glue_job_id(flow, job) for job in flow.jobs}
    return resource(
        stepfunctions.StateMachine,
        logical_id("MachineOf", flow.name),
        StateMachineName=limited(deployment.underscored(flow.name), _MOST_NAME),
        StateMachineType="STANDARD",
        RoleArn=arn_of(_ROLE),
        Definition=of_stack(compiled, names),
        LoggingConfiguration={
            "Level": "ERROR",  # the whole history of an execution is kept by the service for 90 days
            "IncludeExecutionData": False,
            "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": arn_of(_LOG)}}],
        },
    )


def _schedule(group: ScheduleGroup, flow: Workflow, machine: Any) -> Any:
    name = limited(f"start-{flow.name}", _MOST_SCHEDULE_NAME)
    return group.schedule_of(
        logical_id("StartOf", flow.name), name, (flow.schedule, flow.zone), machine, _STARTS_ROLE, _EVENT
    )


def _role(deployment: Deployment, glue_jobs_started: Iterable[str]) -> Any:
    """`glue_jobs_started`: by their logical ids."""
    machines = arn("states", f"stateMachine:{deployment.underscored('*')}")
    return role(
        deployment,
        _ROLE,
        "states.amazonaws.com",
        [
            allow(["lambda:InvokeFunction"], any_version(FUNCTION)),
            allow(["sns:Publish"], Ref(ALERTS)),
            *_starts_jobs(sorted({*glue_jobs_started})),
            allow(_WRITES_LOG, "*"),
            *keys(deployment, "sns"),
        ],
        trusted_when={"ArnLike": {"aws:SourceArn": machines}},
    )


def _starts_jobs(jobs: Sequence[str]) -> list[dict[str, Any]]:
    """Step Functions looks at a job's run until it ends, and stops it where the execution is stopped."""
    actions = ["glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"]
    return [allow(actions, [arn("glue", f"job/${{{one}}}") for one in jobs])] if jobs else []
