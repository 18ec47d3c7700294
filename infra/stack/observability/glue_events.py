"""Rules by which Glue's events become one readable line each, for the topic of alerts.

Sources: EventBridge reference, "AWS Glue events"; EventBridge user guide, "Input transformation"; Glue API reference,
NotificationProperty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere import Ref, events

from millrace.infra.stack.deployment import ALERTS, Deployment
from millrace.infra.stack.resources import resource


def rules_of_jobs(deployment: Deployment) -> list[Any]:
    """Of the stage's jobs that did not succeed, or run for long."""
    if deployment.stage.workflow.orchestrator != "glue":
        return []
    jobs = {"jobName": [{"prefix": deployment.underscored("")}]}
    shown = {"job": "$.detail.jobName", "run": "$.detail.jobRunId", "why": "$.detail.message"}
    failed = f"Millrace {deployment.stage.name}: the Glue job <job> ended as <state>: <why> (run <run>)"
    long = f"Millrace {deployment.stage.name}: the Glue job <job> runs since <since>, which is long (run <run>)"
    return [
        glue_rule(
            "GlueJobsFailed",
            "Glue jobs that did not succeed.",
            {"detail-type": ["Glue Job State Change"], "detail": {**jobs, "state": ["FAILED", "STOPPED", "TIMEOUT"]}},
            {**shown, "state": "$.detail.state"},
            failed,
        ),
        glue_rule(
            "GlueJobsLong",
            "Glue jobs that run for longer than half of their time limit.",
            {"detail-type": ["Glue Job Run Status"], "detail": jobs},
            {"job": shown["job"], "run": shown["run"], "since": "$.detail.startedOn"},
            long,
        ),
    ]


def glue_rule(title: str, about: str, pattern: Mapping[str, Any], shown: Mapping[str, str], text: str) -> Any:
    """`pattern`: of Glue's events; `shown`: what stands in the text as `<name>`, as paths into the event."""
    transformed = {"InputPathsMap": dict(shown), "InputTemplate": f'"{text}"'}
    return resource(
        events.Rule,
        title,
        Description=about,
        EventPattern={"source": ["aws.glue"], **pattern},
        State="ENABLED",
        Targets=[{"Id": "alerts", "Arn": Ref(ALERTS), "InputTransformer": transformed}],
    )
