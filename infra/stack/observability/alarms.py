"""Alarms: of duties, each of which is one, and of what tells at once.

Ten alarms and ten series of Millrace's own metrics as the stages ship: each costs by the month. Sources: CloudWatch
metrics of Firehose, SQS, Lambda and DynamoDB; CloudWatch user guide, "Configuring how alarms treat missing data",
"Using metric math".
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from troposphere import GetAtt, Ref, cloudwatch

from millrace.infra.entrypoints.metrics import NAMESPACE, MetricName
from millrace.infra.stack.deployment import (
    ALERTS,
    JOB_FUNCTION,
    NEW_OBJECTS,
    ROUTER,
    STATE_TABLE,
    STREAM,
    TEND,
    Deployment,
)
from millrace.infra.stack.resources import logical_id, resource
from millrace.schedules.expressions import UTC_ZONE, interval_of, intervals_of
from millrace.schedules.names import Duty

_MINUTE, _HOUR = 60, 3600
_MOST_FUNCTIONS, _MOST_POLLS = 7, 5  # of which throttling is an alarm
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

_OneMetric = tuple[str, str, Mapping[str, Any]]  # its namespace, name and dimensions


@dataclass(frozen=True, slots=True)
class _Told:
    """What people read of an alarm, and the `periods` that it looks at."""

    name: str
    about: str
    periods: int = 1


def alarms(deployment: Deployment) -> list[Any]:
    """Those of duties, and of what tells at once. Without the duty that looks at it, there is an alarm in its place."""
    if not deployment.stage.alerts.alarms:
        return []
    watching = deployment.duties() if deployment.stage.schedules else {}  # the duties that the clock starts
    found = [_of_duty(deployment, duty, expression) for duty, expression in watching.items()]
    found += [_dead_letters(deployment), _delivery(deployment), _throttled(deployment)]
    if Duty.QUARANTINE not in watching:
        found.append(_quarantined(deployment))
    if Duty.FEEDS not in watching:
        found += _of_feeds(deployment)
    if Duty.RUNS not in watching:
        found.append(_waiting(deployment))
    return found


def _of_duty(deployment: Deployment, duty: Duty, expression: str) -> Any:
    """That no clean result came within a period of the schedule and a bit: something was found, or nothing ran.

    One result within the window that found nothing is enough, and where there is none, that is an alarm too.
    """
    longest = int(intervals_of(expression, UTC_ZONE)[1].total_seconds())
    period = min(longest, _HOUR) // _MINUTE * _MINUTE
    name, about = _DUTIES[duty]
    told = _Told(name, f"{about} {_LOOK} {deployment.dashed('tend')}.", math.ceil(longest / period) + 1)
    metric = (NAMESPACE, str(MetricName.FINDINGS), {"Stage": deployment.stage.name, "Duty": duty.value})
    return _over(deployment, told, metric, "Maximum", 0, period=period, TreatMissingData="breaching")


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
    others = [TEND] if deployment.duties() else []
    others += [JOB_FUNCTION] if deployment.has_state_machines or deployment.has_router else []
    others += [ROUTER] if deployment.has_router else []
    polls = [logical_id("PollOf", one.name) for one in deployment.definitions.polled]
    functions = [*polls[: min(_MOST_POLLS, _MOST_FUNCTIONS - len(others))], *others]
    metrics: list[_OneMetric] = [
        ("AWS/Firehose", "ThrottledRecords", {"DeliveryStreamName": Ref(STREAM)}),
        ("AWS/DynamoDB", "ReadThrottleEvents", {"TableName": Ref(STATE_TABLE)}),
        ("AWS/DynamoDB", "WriteThrottleEvents", {"TableName": Ref(STATE_TABLE)}),
        *(("AWS/Lambda", "Throttles", {"FunctionName": Ref(one)}) for one in functions),
    ]
    about = "The delivery stream, the table of state or functions are refused requests, for a quarter of an hour."
    return _over_all(deployment, _Told("Throttled", about, 3), "SUM", metrics)


def _delivery(deployment: Deployment) -> Any:
    late = _LATE_DELIVERIES * deployment.stage.ingest.buffer_seconds
    about = "The delivery stream is late: records wait for longer than it should hold them."
    metric = ("AWS/Firehose", "DeliveryToS3.DataFreshness", {"DeliveryStreamName": Ref(STREAM)})
    return _over(deployment, _Told("DeliveryLate", about, 3), metric, "Maximum", late)


def _quarantined(deployment: Deployment) -> Any:
    told = _Told("PollsQuarantined", "Responses of feeds were not accepted.")
    return _over(deployment, told, _of_polls(deployment, MetricName.POLLS_QUARANTINED), "Sum", 0)


def _of_feeds(deployment: Deployment) -> Iterator[Any]:
    """That nothing comes is an alarm where the clock polls some source often enough."""
    told = _Told("FeedsFailing", "Feeds do not answer, for a quarter of an hour.", 3)
    yield _over(deployment, told, _of_polls(deployment, MetricName.POLLS_FAILED), "Sum", 0)
    intervals = [interval_of(one.schedule, ZoneInfo(one.timezone)) for one in deployment.definitions.polled]
    if deployment.stage.schedules and intervals and min(intervals) <= _OFTEN:
        told = _Told("NothingDelivered", "For an hour no poll of any feed was delivered.", 12)
        yield _over(
            deployment,
            told,
            _of_polls(deployment, MetricName.POLLS_DELIVERED),
            "Sum",
            1,
            ComparisonOperator="LessThanThreshold",
            TreatMissingData="breaching",
        )


def _of_polls(deployment: Deployment, metric: MetricName) -> _OneMetric:
    """A metric that the functions write, summed over all sources."""
    return NAMESPACE, str(metric), {"Stage": deployment.stage.name}


def _waiting(deployment: Deployment) -> Any:
    told = _Told("ObjectsWaiting", "Messages about new objects wait for more than a day: no workflow runs.")
    metric = ("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": GetAtt(NEW_OBJECTS, "QueueName")})
    return _over(deployment, told, metric, "Maximum", 24 * _HOUR)


def _over(
    deployment: Deployment,
    told: _Told,
    metric: _OneMetric,
    statistic: str,
    threshold: int,
    *,
    period: int = 5 * _MINUTE,
    **others: str,
) -> Any:
    """An alarm when a statistic of a metric is over the threshold in each period, unless `others` say otherwise."""
    return _alarm(
        deployment, told, **_described(metric), Statistic=statistic, Period=period, Threshold=threshold, **others
    )


def _over_all(deployment: Deployment, told: _Told, of: str, metrics: Sequence[_OneMetric]) -> Any:
    """One alarm when a function of several metrics is over 0; one without data counts as 0."""
    stat = {"MAX": "Maximum", "SUM": "Sum"}[of]
    queries = [
        {
            "Id": f"m{number}",
            "ReturnData": False,
            "MetricStat": {"Metric": _described(metric), "Period": 5 * _MINUTE, "Stat": stat},
        }
        for number, metric in enumerate(metrics)
    ]
    filled = ", ".join(f"FILL(m{number}, 0)" for number in range(len(metrics)))
    all_of_them = {"Id": "found", "Expression": f"{of}([{filled}])", "Label": told.name, "ReturnData": True}
    return _alarm(deployment, told, Metrics=[*queries, all_of_them], Threshold=0)


def _described(metric: _OneMetric) -> dict[str, Any]:
    namespace, name, dimensions = metric
    listed = [{"Name": one, "Value": value} for one, value in dimensions.items()]
    return {"Namespace": namespace, "MetricName": name, "Dimensions": listed}


def _alarm(deployment: Deployment, told: _Told, **properties: Any) -> Any:
    """The alarm, told to the topic when it begins and when it ends."""
    by_default = {"ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching"}
    return resource(
        cloudwatch.Alarm,
        told.name,
        AlarmName=deployment.dashed(told.name),
        AlarmDescription=told.about,
        EvaluationPeriods=told.periods,
        AlarmActions=[Ref(ALERTS)],
        OKActions=[Ref(ALERTS)],
        **{**by_default, **properties},
    )
