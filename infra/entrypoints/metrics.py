"""Metrics as lines of the log: CloudWatch makes metrics of JSON objects in its embedded metric format.

No library: the format is one object, and the one that writes it adds 1 MB to a zip and 25 ms to a cold start.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from millrace.notify.ports import Event

NAMESPACE = "Millrace"


class MetricName(StrEnum):
    """Each series costs by the month, so the metrics of polls have the dimension Stage alone, that of duties Stage and
    Duty. What else is known of a poll or a step is in the fields of its line, by source, or by workflow and job.
    """

    POLLS_DELIVERED = "PollsDelivered"
    POLLS_QUARANTINED = "PollsQuarantined"
    POLLS_FAILED = "PollsFailed"
    FINDINGS = "Findings"  # what a duty found that somebody has to look at
    NOTIFICATIONS_FAILED = "NotificationsFailed"  # of the dimension Stage


# Of these a stage has no series while all is well.
OF_FAILURES = (MetricName.NOTIFICATIONS_FAILED,)


@dataclass(frozen=True)
class Metric:
    """A count."""

    name: MetricName
    value: float


def metric_line(
    dimensions: Mapping[str, str], metrics: Sequence[Metric], at: datetime, fields: Mapping[str, Any] | None = None
) -> str:
    """One line. `fields`: further members of the object, which can be searched in the log and are no metrics.

    Without metrics, it is a line of the log like any other.
    """
    declared = [{"Name": str(one.name), "Unit": "Count"} for one in metrics]
    directive = {"Namespace": NAMESPACE, "Dimensions": [list(dimensions)], "Metrics": declared}
    content: dict[str, Any] = {
        **(fields or {}),
        **dimensions,
        **{str(one.name): one.value for one in metrics},
    }
    if metrics:
        content["_aws"] = {"Timestamp": round(at.timestamp() * 1000), "CloudWatchMetrics": [directive]}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def count_unsent(stage: str, write: Callable[[str], object] = print) -> Callable[[Event], None]:
    """What a runtime tells of events that a notifier did not take: `write` is given a line of the metric for each."""

    def count(event: Event) -> None:
        failed = [Metric(MetricName.NOTIFICATIONS_FAILED, 1)]
        write(metric_line({"Stage": stage}, failed, event.at, {"of": str(event.kind)}))

    return count
