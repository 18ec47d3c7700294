"""Rules by which events of Glue and Step Functions become one readable line each, for the topic of alerts.

Sources: EventBridge reference, "AWS Glue events"; Step Functions developer guide, "Automating Step Functions event
delivery with EventBridge"; EventBridge user guide, "Input transformation"; Glue API reference, NotificationProperty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere import Ref, Sub, events

from millrace.glue_workflow.routing.eventbridge import RUN_CHANGED, SOURCE
from millrace.infra.stack.deployment import ALERTS, Deployment
from millrace.infra.stack.resources import resource

_JOB = {"job": "$.detail.jobName", "run": "$.detail.jobRunId"}
_HERE = "${AWS::Region}:${AWS::AccountId}"


def rules_of_runs(deployment: Deployment) -> list[Any]:
    """Of what the stage's orchestrator says of runs that did not succeed, unless a duty tells of that."""
    by_rule = not deployment.duty_tells_of_ends
    if deployment.stage.workflow.orchestrator == "glue":
        return [*([_rule_of_failed_jobs(deployment)] if by_rule else []), _rule_of_long_jobs(deployment)]
    if deployment.has_state_machines:
        return [_rule_of_executions(deployment)] if by_rule else []
    return [_rule_of_ends(deployment)] if deployment.has_router and not deployment.tells_alerts else []


def _rule_of_ends(deployment: Deployment) -> Any:
    """Of runs that events drove and that did not succeed, where the end of a run does not tell the topic itself."""
    ended = {"stage": [deployment.stage.name], "state": [{"anything-but": "succeeded"}]}
    return _alert_rule(
        "RunsFailed",
        "Runs that did not succeed.",
        {"source": [SOURCE], "detail-type": [RUN_CHANGED], "detail": ended},
        {"run": "$.detail.run_id", "workflow": "$.detail.workflow", "why": "$.detail.error", "state": "$.detail.state"},
        f"Millrace {deployment.stage.name}: the run <run> of <workflow> ended as <state>: <why>",
    )


def runs_cut_short(deployment: Deployment) -> dict[str, Any] | None:
    """The pattern of the orchestrator's events after which a run may be on record as under way, and is not. None: the
    orchestrator knows of it itself.
    """
    if deployment.stage.workflow.orchestrator == "events":
        return None
    if deployment.stage.workflow.orchestrator == "glue":
        return _jobs_cut_short(deployment)
    return _executions_cut_short(deployment)


def _jobs_cut_short(deployment: Deployment) -> dict[str, Any]:
    ended = {**_jobs(deployment), "state": ["FAILED", "STOPPED", "TIMEOUT"]}
    return {"source": ["aws.glue"], "detail-type": ["Glue Job State Change"], "detail": ended}


def _executions_cut_short(deployment: Deployment) -> dict[str, Any]:
    machines = Sub(f"arn:${{AWS::Partition}}:states:{_HERE}:stateMachine:{deployment.underscored('')}")
    ended = {"status": ["ABORTED", "TIMED_OUT"], "stateMachineArn": [{"prefix": machines}]}
    return {"source": ["aws.states"], "detail-type": ["Step Functions Execution Status Change"], "detail": ended}


def _rule_of_executions(deployment: Deployment) -> Any:
    """Of executions that were ended from outside. One that fails has told of it itself."""
    return _alert_rule(
        "ExecutionsEnded",
        "Executions of state machines that ran out of time, or were stopped.",
        _executions_cut_short(deployment),
        {"execution": "$.detail.executionArn", "state": "$.detail.status"},
        f"Millrace {deployment.stage.name}: the execution <execution> ended as <state>",
    )


def _rule_of_failed_jobs(deployment: Deployment) -> Any:
    return _alert_rule(
        "GlueJobsFailed",
        "Glue jobs that did not succeed.",
        _jobs_cut_short(deployment),
        {**_JOB, "why": "$.detail.message", "state": "$.detail.state"},
        f"Millrace {deployment.stage.name}: the Glue job <job> ended as <state>: <why> (run <run>)",
    )


def _rule_of_long_jobs(deployment: Deployment) -> Any:
    return glue_rule(
        "GlueJobsLong",
        "Glue jobs that run for longer than half of their time limit.",
        {"detail-type": ["Glue Job Run Status"], "detail": _jobs(deployment)},
        {**_JOB, "since": "$.detail.startedOn"},
        f"Millrace {deployment.stage.name}: the Glue job <job> runs since <since>, which is long (run <run>)",
    )


def _jobs(deployment: Deployment) -> dict[str, Any]:
    return {"jobName": [{"prefix": deployment.underscored("")}]}


def glue_rule(title: str, about: str, pattern: Mapping[str, Any], shown: Mapping[str, str], text: str) -> Any:
    """`pattern`: of Glue's events; `shown`: what stands in the text as `<name>`, as paths into the event."""
    return _alert_rule(title, about, {"source": ["aws.glue"], **pattern}, shown, text)


def _alert_rule(title: str, about: str, pattern: Mapping[str, Any], shown: Mapping[str, str], text: str) -> Any:
    transformed = {"InputPathsMap": dict(shown), "InputTemplate": f'"{text}"'}
    return resource(
        events.Rule,
        title,
        Description=about,
        EventPattern=dict(pattern),
        State="ENABLED",
        Targets=[{"Id": "alerts", "Arn": Ref(ALERTS), "InputTransformer": transformed}],
    )
