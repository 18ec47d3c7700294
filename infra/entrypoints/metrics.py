"""Metrics as lines of the log: CloudWatch makes metrics of JSON objects in its embedded metric format.

No library: the format is one object, and the one that writes it adds 1 MB to a zip and 25 ms to a cold start.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

NAMESPACE = "Millrace"


class MetricUnit(StrEnum):
    COUNT = "Count"
    SECONDS = "Seconds"
    BYTES = "Bytes"


class MetricName(StrEnum):
    """The metrics of polls have the dimensions Stage and Source, those of steps Stage, Workflow and Job, that of duties
    Stage and Duty.
    """

    POLLS_DELIVERED = "PollsDelivered"
    POLLS_QUARANTINED = "PollsQuarantined"
    POLLS_FAILED = "PollsFailed"
    POLLS_SKIPPED = "PollsSkipped"
    POLL_ENTITIES = "PollEntities"
    POLL_DELAY = "PollDelay"  # from the scheduled time to the end of the poll
    STEP_SECONDS = "StepSeconds"
    STEPS_FAILED = "StepsFailed"
    BYTES_SCANNED = "BytesScanned"
    FINDINGS = "Findings"  # what a duty found that somebody has to look at


@dataclass(frozen=True)
class Metric:
    name: MetricName
    value: float
    unit: MetricUnit = MetricUnit.COUNT


def metric_line(
    dimensions: Mapping[str, str], metrics: Sequence[Metric], at: datetime, fields: Mapping[str, Any] | None = None
) -> str:
    """One line. `fields`: further members of the object, which can be searched in the log and are no metrics."""
    declared = [{"Name": str(one.name), "Unit": str(one.unit)} for one in metrics]
    directive = {"Namespace": NAMESPACE, "Dimensions": [list(dimensions)], "Metrics": declared}
    content: dict[str, Any] = {
        **(fields or {}),
        **dimensions,
        **{str(one.name): one.value for one in metrics},
        "_aws": {"Timestamp": round(at.timestamp() * 1000), "CloudWatchMetrics": [directive]},
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
