"""Observability: who is told of what. A topic for alerts, alarms, rules for Glue's events, and a dashboard.

Sources: CloudWatch metrics of Firehose, SQS and DynamoDB; CloudWatch user guide, "Query your metrics with CloudWatch
Metrics Insights"; EventBridge reference, "AWS Glue events"; EventBridge user guide, "Input transformation".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from troposphere import GetAtt, Ref, Sub, cloudwatch, events, sns

from millrace.infra.entrypoints.metrics import NAMESPACE, MetricName
from millrace.infra.stack.deployment import (
    ALERTS,
    DEAD_LETTERS,
    NEW_OBJECTS,
    POLL_FAILURES,
    STATE_TABLE,
    STREAM,
    Deployment,
)
from millrace.infra.stack.resources import logical_id, resource
from millrace.schedules.expressions import interval_of

_MINUTE = 60
_OFTEN = timedelta(minutes=30)
_LATE_DELIVERIES = 3  # delivery is late when it takes as many times the stream's own interval


@dataclass(frozen=True, slots=True)
class _Alarm:
    """An alarm when `statistic` of a metric is over `threshold` in each of `periods` of five minutes."""

    name: str
    about: str
    namespace: str
    metric: str
    dimension: tuple[str, Any]
    statistic: str
    threshold: float
    periods: int = 1


@dataclass(frozen=True, slots=True)
class _PollAlarm:
    """An alarm about a metric that the functions write, summed over all sources: more than `most`, or none at all."""

    name: str
    about: str
    metric: MetricName
    periods: int
    none_at_all: bool = False


def observability(deployment: Deployment) -> list[Any]:
    topic = resource(
        sns.Topic,
        ALERTS,
        TopicName=deployment.alerts_name,
        DisplayName="Millrace",
        KmsMasterKeyId=deployment.lake_key,
    )
    mails = [
        resource(
            sns.SubscriptionResource, logical_id("MailTo", mail), TopicArn=Ref(ALERTS), Protocol="email", Endpoint=mail
        )
        for mail in deployment.stage.alerts.emails
    ]
    alarms = []
    if deployment.stage.alerts.alarms:
        alarms += [_alarm(deployment, one) for one in _alarms(deployment)]
        alarms += [_poll_alarm(deployment, one) for one in _poll_alarms(deployment)]
    return [topic, _policy(), *mails, *alarms, *_rules(deployment), _dashboard(deployment)]


def _policy() -> Any:
    """CloudWatch's alarms and EventBridge's rules of this account may publish."""
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sns:Publish",
            "Resource": Ref(ALERTS),
            "Condition": {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}},
        }
        for service in ("cloudwatch.amazonaws.com", "events.amazonaws.com")
    ]
    document = {"Version": "2012-10-17", "Statement": statements}
    return resource(sns.TopicPolicy, f"{ALERTS}Policy", Topics=[Ref(ALERTS)], PolicyDocument=document)


def _alarms(deployment: Deployment) -> list[_Alarm]:
    late = _LATE_DELIVERIES * deployment.stage.ingest.buffer_seconds
    stream, visible = ("DeliveryStreamName", Ref(STREAM)), "ApproximateNumberOfMessagesVisible"
    return [
        _Alarm(
            "PollsFailed",
            "Polls failed, or could not be started; the messages say which.",
            *("AWS/SQS", visible, ("QueueName", GetAtt(POLL_FAILURES, "QueueName")), "Maximum", 0),
        ),
        _Alarm(
            "ObjectEventsUnread",
            "Messages about new objects could not be read.",
            *("AWS/SQS", visible, ("QueueName", GetAtt(DEAD_LETTERS, "QueueName")), "Maximum", 0),
        ),
        _Alarm(
            "ObjectsWaiting",
            "Messages about new objects wait for more than a day: no workflow runs.",
            *("AWS/SQS", "ApproximateAgeOfOldestMessage", ("QueueName", GetAtt(NEW_OBJECTS, "QueueName"))),
            *("Maximum", 24 * 60 * _MINUTE),
        ),
        _Alarm(
            "DeliveryLate",
            "The delivery stream is late: records wait for longer than it should hold them.",
            *("AWS/Firehose", "DeliveryToS3.DataFreshness", stream, "Maximum", late, 3),
        ),
        _Alarm(
            "StreamThrottled",
            "The delivery stream refuses records.",
            *("AWS/Firehose", "ThrottledRecords", stream, "Sum", 0),
        ),
        _Alarm(
            "StateThrottled",
            "The table of state refuses requests.",
            *("AWS/DynamoDB", "ThrottledRequests", ("TableName", Ref(STATE_TABLE)), "Sum", 0, 3),
        ),
    ]


def _alarm(deployment: Deployment, alarm: _Alarm) -> Any:
    name, value = alarm.dimension
    return _told(
        deployment,
        alarm,
        Namespace=alarm.namespace,
        MetricName=alarm.metric,
        Dimensions=[{"Name": name, "Value": value}],
        Statistic=alarm.statistic,
        Period=5 * _MINUTE,
        Threshold=alarm.threshold,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )


def _told(deployment: Deployment, alarm: _Alarm | _PollAlarm, **properties: Any) -> Any:
    """The alarm, told to the topic when it begins and when it ends."""
    return resource(
        cloudwatch.Alarm,
        alarm.name,
        AlarmName=deployment.dashed(alarm.name),
        AlarmDescription=alarm.about,
        EvaluationPeriods=alarm.periods,
        AlarmActions=[Ref(ALERTS)],
        OKActions=[Ref(ALERTS)],
        **properties,
    )


def _poll_alarms(deployment: Deployment) -> list[_PollAlarm]:
    """That nothing comes is an alarm where the clock polls some source often enough."""
    found = [
        _PollAlarm("PollsQuarantined", "Responses of feeds were not accepted.", MetricName.POLLS_QUARANTINED, 1),
        _PollAlarm("FeedsFailing", "Feeds do not answer, for a quarter of an hour.", MetricName.POLLS_FAILED, 3),
    ]
    intervals = [interval_of(one.schedule, ZoneInfo(one.timezone)) for one in deployment.definitions.polled]
    if deployment.stage.schedules and intervals and min(intervals) <= _OFTEN:
        about = "For an hour no poll of any feed was delivered."
        found.append(_PollAlarm("NothingDelivered", about, MetricName.POLLS_DELIVERED, 12, none_at_all=True))
    return found


def _poll_alarm(deployment: Deployment, alarm: _PollAlarm) -> Any:
    """By a query of Metrics Insights, which sums a metric over the sources, whichever there are."""
    dimensions = f'SCHEMA("{NAMESPACE}", Stage, Source)'
    query = f"SELECT SUM({alarm.metric}) FROM {dimensions} WHERE Stage = '{deployment.stage.name}'"
    return _told(
        deployment,
        alarm,
        Metrics=[{"Id": "found", "Expression": query, "Period": 5 * _MINUTE, "ReturnData": True}],
        Threshold=1 if alarm.none_at_all else 0,
        ComparisonOperator="LessThanThreshold" if alarm.none_at_all else "GreaterThanThreshold",
        TreatMissingData="breaching" if alarm.none_at_all else "notBreaching",
    )


def _rules(deployment: Deployment) -> list[Any]:
    """Glue's events of the stage's jobs that did not succeed, as one readable line."""
    if deployment.stage.workflow.orchestrator != "glue":
        return []
    pattern = {
        "source": ["aws.glue"],
        "detail-type": ["Glue Job State Change"],
        "detail": {
            "jobName": [{"prefix": deployment.underscored("")}],
            "state": ["FAILED", "STOPPED", "TIMEOUT"],
        },
    }
    shown = {
        "job": "$.detail.jobName",
        "state": "$.detail.state",
        "run": "$.detail.jobRunId",
        "why": "$.detail.message",
    }
    text = f'"Millrace {deployment.stage.name}: the Glue job <job> ended as <state>: <why> (run <run>)"'
    return [
        resource(
            events.Rule,
            "GlueJobsFailed",
            Description="Glue jobs that did not succeed.",
            EventPattern=pattern,
            State="ENABLED",
            Targets=[
                {
                    "Id": "alerts",
                    "Arn": Ref(ALERTS),
                    "InputTransformer": {"InputPathsMap": shown, "InputTemplate": text},
                }
            ],
        )
    ]


def _dashboard(deployment: Deployment) -> Any:
    metrics: dict[str, list[list[Any]]] = {
        "Delivery": [
            ["AWS/Firehose", "DeliveryToS3.DataFreshness", "DeliveryStreamName", f"${{{STREAM}}}"],
            ["AWS/Firehose", "IncomingRecords", "DeliveryStreamName", f"${{{STREAM}}}", {"stat": "Sum"}],
        ],
        "Failed polls": [
            ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", f"${{{POLL_FAILURES}.QueueName}}"]
        ],
        "New objects": [["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", f"${{{NEW_OBJECTS}.QueueName}}"]],
        "State": [["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", f"${{{STATE_TABLE}}}", {"stat": "Sum"}]],
    }
    body = {"widgets": [_widget(number, title, lines) for number, (title, lines) in enumerate(metrics.items())]}
    return resource(
        cloudwatch.Dashboard,
        "OperationsDashboard",
        DashboardName=deployment.dashed("operations"),
        DashboardBody=Sub(json.dumps(body)),
    )


def _widget(number: int, title: str, metrics: list[list[Any]]) -> dict[str, Any]:
    return {
        "type": "metric",
        "x": 12 * (number % 2),
        "y": 6 * (number // 2),
        "width": 12,
        "height": 6,
        "properties": {
            "title": title,
            "region": "${AWS::Region}",
            "view": "timeSeries",
            "stat": "Maximum",
            "period": 300,
            "metrics": metrics,
        },
    }


def alert_outputs(deployment: Deployment) -> dict[str, tuple[str, Any]]:
    return {"AlertsTopic": ("Alerts of this stage.", Ref(ALERTS))}
