"""Lines in the embedded metric format."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from millrace.infra.entrypoints.metrics import Metric, MetricName, count_unsent, metric_line
from millrace.notify.ports import Event, EventKind

AT = datetime(2024, 5, 30, 4, 30, tzinfo=UTC)


def test_a_line_is_what_the_format_says() -> None:
    """CloudWatch user guide, "Specification: Embedded metric format": every name that is declared is a root member."""
    line = metric_line(
        {"Stage": "dev", "Duty": "audit"},
        [Metric(MetricName.POLLS_DELIVERED, 1), Metric(MetricName.FINDINGS, 2)],
        AT,
        {"run_id": "r1"},
    )
    assert "\n" not in line
    found = json.loads(line)
    assert found.pop("_aws") == {
        "Timestamp": 1717043400000,
        "CloudWatchMetrics": [
            {
                "Namespace": "Millrace",
                "Dimensions": [["Stage", "Duty"]],
                "Metrics": [{"Name": "PollsDelivered", "Unit": "Count"}, {"Name": "Findings", "Unit": "Count"}],
            }
        ],
    }
    assert found == {"run_id": "r1", "Stage": "dev", "Duty": "audit", "PollsDelivered": 1, "Findings": 2}


def test_a_line_without_metrics_makes_no_series() -> None:
    assert json.loads(metric_line({"Stage": "dev"}, [], AT, {"Job": "crawl"})) == {"Stage": "dev", "Job": "crawl"}


def test_an_event_that_a_notifier_did_not_take_is_a_metric_by_stage() -> None:
    lines: list[str] = []
    count_unsent("prod", lines.append)(Event(EventKind.RUN_FAILED, "bikes", "no room", AT, {"key": "s3cret"}))
    found = json.loads(lines[0])
    (directive,) = found["_aws"]["CloudWatchMetrics"]
    assert (directive["Dimensions"], directive["Metrics"]) == (
        [["Stage"]],
        [{"Name": "NotificationsFailed", "Unit": "Count"}],
    )
    assert (found["Stage"], found["NotificationsFailed"], found["of"]) == ("prod", 1, "run.failed")
    assert "s3cret" not in lines[0]
