"""Wrong variants of alarms, rules and the dashboard."""

from __future__ import annotations

from tests.contracts.stack.mutations.wrong import GONE, Wrong

_P = "Properties"

ALERTS = (
    Wrong(
        "a sign for a comparison",
        "DeliveryLate",
        (_P, "ComparisonOperator"),
        ">",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong("an unknown statistic", "DeliveryLate", (_P, "Statistic"), "Max", ("create_calls", "cfn_lint", "cdk_nag")),
    Wrong("a period of 90 s", "DeliveryLate", (_P, "Period"), 90, ("cfn_lint",)),
    Wrong("a period of 45 s", "DeliveryLate", (_P, "Period"), 45, ("cfn_lint",)),
    Wrong(
        "a pattern without lists",
        "GlueJobsFailed",
        (_P, "EventPattern", "source"),
        "aws.glue",
        ("event_ruler", "cdk_nag"),
    ),
    Wrong(
        "an unknown test in a pattern",
        "GlueJobsFailed",
        (_P, "EventPattern", "detail", "jobName"),
        [{"begins": "millrace"}],
        ("event_ruler", "cdk_nag"),
    ),
    Wrong(
        "a kind of event in small letters",
        "GlueJobsFailed",
        (_P, "EventPattern", "detail-type"),
        ["Glue job state change"],
        ("event_ruler",),
    ),
    Wrong(
        "fields as whoever puts events names them",
        "GlueJobsFailed",
        (_P, "EventPattern"),
        {"Source": ["aws.glue"], "DetailType": ["Glue Job State Change"]},
        ("event_ruler",),
        "localstack/localstack#3586",
    ),
    Wrong(
        "details of an event",
        "GlueJobsFailed",
        (_P, "EventPattern"),
        {"source": ["aws.glue"], "detail-type": ["Glue Job State Change"], "details": {"state": ["FAILED"]}},
        ("event_ruler",),
        "aws/serverless-application-model#2406",
    ),
    Wrong(
        "states as Glue's API has them",
        "GlueJobsFailed",
        (_P, "EventPattern", "detail", "state"),
        ["ERROR", "FAILED", "STOPPED"],
        ("event_ruler",),
    ),
    Wrong("everybody's jobs", "GlueJobsFailed", (_P, "EventPattern", "detail", "jobName"), GONE, ("event_ruler",)),
    Wrong(
        "a name's field as the API has it",
        "GlueJobsFailed",
        (_P, "EventPattern", "detail"),
        {"JobName": [{"prefix": "millrace"}], "state": ["FAILED", "STOPPED", "TIMEOUT"]},
        ("event_ruler",),
    ),
    Wrong(
        "a target without an id",
        "GlueJobsFailed",
        (_P, "Targets", 0, "Id"),
        GONE,
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong(
        "a target's id with a blank",
        "GlueJobsFailed",
        (_P, "Targets", 0, "Id"),
        "to alerts",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong("a name too long", "DeliveryLate", (_P, "AlarmName"), "x" * 256, ("create_calls", "cfn_lint", "cdk_nag")),
    Wrong("publishers without TLS", "AlertsPolicy", (_P, "PolicyDocument", "Statement", 2), GONE, ("cdk_nag",)),
)
