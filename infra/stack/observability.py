"""Observability: who is told of what. A topic for alerts, alarms, rules for Glue's events, and a dashboard.

Ten alarms and ten series of Millrace's own metrics at most: a duty that looks at something is its alarm, too. Sources:
CloudWatch metrics of Firehose, SQS, Lambda and DynamoDB; CloudWatch user guide, "Configuring how alarms treat missing
data", "Using metric math"; Glue API reference, NotificationProperty; EventBridge reference, "AWS Glue events";
EventBridge user guide, "Input transformation".
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from troposphere import GetAtt, Ref, Sub, cloudwatch, events, sns

from millrace.infra.entrypoints.metrics import NAMESPACE, MetricName
from millrace.infra.stack.access import only_by_tls
from millrace.infra.stack.deployment import (
    ALERTS,
    NEW_OBJECTS,
    STATE_TABLE,
    STREAM,
    TEND,
    Deployment,
)
from millrace.infra.stack.queries import JOBS, READERS
from millrace.infra.stack.resources import logical_id, resource
from millrace.schedules.expressions import UTC_ZONE, interval_of, intervals_of
from millrace.schedules.names import Duty

_MINUTE, _HOUR = 60, 3600
_MOST_FUNCTIONS = 5  # of which throttling is an alarm
_LOOK = "What was found is in the log of the function, or it did not come to its end:"
_DUTIES: Mapping[Duty, tuple[str, str]] = {  # name and description of the alarm
    Duty.FEEDS: ("FeedsStale", "Feeds fail, or have no data as new as their sources promise."),
    Duty.GAPS: ("GapsOpen", "Missed polls could not be made up for."),
    Duty.RUNS: ("RunsOverdue", "A workflow did not run when it was due, or does not come to its end."),
    Duty.QUARANTINE: ("QuarantineWaits", "Responses that were not accepted wait for somebody."),
    Duty.LISTING: ("ListingMissed", "The daily listing of raw objects."),
    Duty.AUDIT: ("AuditFails", "The last days do not balance."),
    Duty.VACUUM: ("VacuumMissed", "The daily vacuum."),
}
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
class _Told:
    """What people read of an alarm, and the `periods` that it looks at."""

    name: str
    about: str
    periods: int = 1


_OneMetric = tuple[str, str, Mapping[str, Any]]  # its namespace, name and dimensions


@dataclass(frozen=True, slots=True)
class _PollAlarm:
    """An alarm about a metric that the functions write, summed over all sources: any, or none at all."""

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
    alarms = _alarms(deployment) if deployment.stage.alerts.alarms else []
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
    document = {"Version": "2012-10-17", "Statement": [*statements, only_by_tls("sns:Publish", Ref(ALERTS))]}
    return resource(sns.TopicPolicy, f"{ALERTS}Policy", Topics=[Ref(ALERTS)], PolicyDocument=document)


def _alarms(deployment: Deployment) -> list[Any]:
    """Those of duties, and of what tells at once. Without the duty that looks at it, there is an alarm in its place."""
    found = [_of_duty(deployment, duty, expression) for duty, expression in _watching(deployment).items()]
    found += [_dead_letters(deployment), _alarm(deployment, _delivery(deployment)), _throttled(deployment)]
    found += [_poll_alarm(deployment, one) for one in _poll_alarms(deployment)]
    if Duty.RUNS not in _watching(deployment):
        found.append(_alarm(deployment, _WAITING))
    return found


def _watching(deployment: Deployment) -> Mapping[Duty, str]:
    """The duties that the clock starts, with their expressions."""
    return deployment.duties() if deployment.stage.schedules else {}


def _of_duty(deployment: Deployment, duty: Duty, expression: str) -> Any:
    """That no clean result came within a period of the schedule and a bit: something was found, or nothing ran.

    One result within the window that found nothing is enough, and where there is none, that is an alarm too.
    """
    longest = int(intervals_of(expression, UTC_ZONE)[1].total_seconds())
    period = min(longest, _HOUR) // _MINUTE * _MINUTE
    name, about = _DUTIES[duty]
    return _told(
        deployment,
        _Told(name, f"{about} {_LOOK} {deployment.dashed('tend')}.", math.ceil(longest / period) + 1),
        Namespace=NAMESPACE,
        MetricName=str(MetricName.FINDINGS),
        Dimensions=[{"Name": "Stage", "Value": deployment.stage.name}, {"Name": "Duty", "Value": duty.value}],
        Statistic="Maximum",
        Period=period,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="breaching",
    )


def _dead_letters(deployment: Deployment) -> Any:
    metrics = [
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": GetAtt(one, "QueueName")})
        for one in deployment.failure_queues()
    ]
    about = "Polls or duties failed or could not be started, or messages about new objects could not be read."
    return _over_all(deployment, _Told("DeadLetters", f"{about} The messages in the queues say which."), "MAX", metrics)


def _throttled(deployment: Deployment) -> Any:
    """Firehose and DynamoDB by themselves, Lambda by its functions; Glue and Athena have no such metric.

    An alarm has ten metrics at most: an event of a function beyond them is in the queue of what failed.
    """
    functions = [logical_id("PollOf", one.name) for one in deployment.definitions.polled][:_MOST_FUNCTIONS]
    metrics: list[_OneMetric] = [
        ("AWS/Firehose", "ThrottledRecords", {"DeliveryStreamName": Ref(STREAM)}),
        ("AWS/DynamoDB", "ReadThrottleEvents", {"TableName": Ref(STATE_TABLE)}),
        ("AWS/DynamoDB", "WriteThrottleEvents", {"TableName": Ref(STATE_TABLE)}),
        *(
            ("AWS/Lambda", "Throttles", {"FunctionName": Ref(one)})
            for one in [*functions, *([TEND] if deployment.duties() else [])]
        ),
    ]
    about = "The delivery stream, the table of state or functions are refused requests, for a quarter of an hour."
    return _over_all(deployment, _Told("Throttled", about, 3), "SUM", metrics)


def _over_all(deployment: Deployment, told: _Told, of: str, metrics: Sequence[_OneMetric]) -> Any:
    """One alarm when a function of several metrics is over 0; one without data counts as 0."""
    stat = {"MAX": "Maximum", "SUM": "Sum"}[of]
    queries = [
        {
            "Id": f"m{number}",
            "ReturnData": False,
            "MetricStat": {
                "Metric": {
                    "Namespace": namespace,
                    "MetricName": name,
                    "Dimensions": [{"Name": one, "Value": value} for one, value in dimensions.items()],
                },
                "Period": 5 * _MINUTE,
                "Stat": stat,
            },
        }
        for number, (namespace, name, dimensions) in enumerate(metrics)
    ]
    filled = ", ".join(f"FILL(m{number}, 0)" for number in range(len(metrics)))
    all_of_them = {"Id": "found", "Expression": f"{of}([{filled}])", "Label": told.name, "ReturnData": True}
    return _told(
        deployment,
        told,
        Metrics=[*queries, all_of_them],
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )


def _delivery(deployment: Deployment) -> _Alarm:
    late = _LATE_DELIVERIES * deployment.stage.ingest.buffer_seconds
    return _Alarm(
        "DeliveryLate",
        "The delivery stream is late: records wait for longer than it should hold them.",
        *("AWS/Firehose", "DeliveryToS3.DataFreshness", ("DeliveryStreamName", Ref(STREAM)), "Maximum", late, 3),
    )


_WAITING = _Alarm(
    "ObjectsWaiting",
    "Messages about new objects wait for more than a day: no workflow runs.",
    *("AWS/SQS", "ApproximateAgeOfOldestMessage", ("QueueName", GetAtt(NEW_OBJECTS, "QueueName"))),
    *("Maximum", 24 * 60 * _MINUTE),
)


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


def _told(deployment: Deployment, alarm: _Alarm | _PollAlarm | _Told, **properties: Any) -> Any:
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
    watching, found = _watching(deployment), list[_PollAlarm]()
    if Duty.QUARANTINE not in watching:
        about = "Responses of feeds were not accepted."
        found.append(_PollAlarm("PollsQuarantined", about, MetricName.POLLS_QUARANTINED, 1))
    if Duty.FEEDS in watching:
        return found
    about = "Feeds do not answer, for a quarter of an hour."
    found.append(_PollAlarm("FeedsFailing", about, MetricName.POLLS_FAILED, 3))
    intervals = [interval_of(one.schedule, ZoneInfo(one.timezone)) for one in deployment.definitions.polled]
    if deployment.stage.schedules and intervals and min(intervals) <= _OFTEN:
        about = "For an hour no poll of any feed was delivered."
        found.append(_PollAlarm("NothingDelivered", about, MetricName.POLLS_DELIVERED, 12, none_at_all=True))
    return found


def _poll_alarm(deployment: Deployment, alarm: _PollAlarm) -> Any:
    return _told(
        deployment,
        alarm,
        Namespace=NAMESPACE,
        MetricName=str(alarm.metric),
        Dimensions=[{"Name": "Stage", "Value": deployment.stage.name}],
        Statistic="Sum",
        Period=5 * _MINUTE,
        Threshold=1 if alarm.none_at_all else 0,
        ComparisonOperator="LessThanThreshold" if alarm.none_at_all else "GreaterThanThreshold",
        TreatMissingData="breaching" if alarm.none_at_all else "notBreaching",
    )


def _rules(deployment: Deployment) -> list[Any]:
    """Glue's events of the stage's jobs that did not succeed, or run for long, as one readable line."""
    if deployment.stage.workflow.orchestrator != "glue":
        return []
    jobs = {"jobName": [{"prefix": deployment.underscored("")}]}
    shown = {"job": "$.detail.jobName", "run": "$.detail.jobRunId", "why": "$.detail.message"}
    failed = f"Millrace {deployment.stage.name}: the Glue job <job> ended as <state>: <why> (run <run>)"
    long = f"Millrace {deployment.stage.name}: the Glue job <job> runs since <since>, which is long (run <run>)"
    return [
        _rule(
            "GlueJobsFailed",
            "Glue jobs that did not succeed.",
            {"detail-type": ["Glue Job State Change"], "detail": {**jobs, "state": ["FAILED", "STOPPED", "TIMEOUT"]}},
            {**shown, "state": "$.detail.state"},
            failed,
        ),
        _rule(
            "GlueJobsLong",
            "Glue jobs that run for longer than half of their time limit.",
            {"detail-type": ["Glue Job Run Status"], "detail": jobs},
            {"job": shown["job"], "run": shown["run"], "since": "$.detail.startedOn"},
            long,
        ),
    ]


def _rule(title: str, about: str, pattern: Mapping[str, Any], shown: Mapping[str, str], text: str) -> Any:
    transformed = {"InputPathsMap": dict(shown), "InputTemplate": f'"{text}"'}
    return resource(
        events.Rule,
        title,
        Description=about,
        EventPattern={"source": ["aws.glue"], **pattern},
        State="ENABLED",
        Targets=[{"Id": "alerts", "Arn": Ref(ALERTS), "InputTransformer": transformed}],
    )


def _dashboard(deployment: Deployment) -> Any:
    body = {"widgets": [_widget(number, *one) for number, one in enumerate(_charts(deployment).items())]}
    return resource(
        cloudwatch.Dashboard,
        "OperationsDashboard",
        DashboardName=deployment.dashed("operations"),
        DashboardBody=Sub(json.dumps(body)),
    )


def _charts(deployment: Deployment) -> dict[str, list[list[Any]]]:
    """The lines of each chart, by its title. Names of resources are filled in when the stack is made."""
    stage, duties = deployment.stage.name, deployment.duties()
    queues = deployment.failure_queues()
    polls = (MetricName.POLLS_DELIVERED, MetricName.POLLS_QUARANTINED, MetricName.POLLS_FAILED)
    found = [[NAMESPACE, str(MetricName.FINDINGS), "Stage", stage, "Duty", duty.value] for duty in duties]
    return {
        "Polls": [[NAMESPACE, str(one), "Stage", stage, {"stat": "Sum"}] for one in polls],
        **({"Found by duties": found} if found else {}),
        "Delivery": [
            ["AWS/Firehose", "DeliveryToS3.DataFreshness", "DeliveryStreamName", f"${{{STREAM}}}"],
            ["AWS/Firehose", "IncomingRecords", "DeliveryStreamName", f"${{{STREAM}}}", {"stat": "Sum"}],
        ],
        "Dead letters": [
            ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", f"${{{one}.QueueName}}"] for one in queues
        ],
        "New objects": [["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", f"${{{NEW_OBJECTS}.QueueName}}"]],
        "State": [["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", f"${{{STATE_TABLE}}}", {"stat": "Sum"}]],
        "Athena": [
            ["AWS/Athena", "ProcessedBytes", "WorkGroup", deployment.underscored(one), {"stat": "Sum"}]
            for one in (JOBS, READERS)
        ],
    }


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
