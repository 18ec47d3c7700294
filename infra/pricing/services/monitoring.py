"""CloudWatch: Millrace's own series, alarms by the metrics that they look at, dashboards, and logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.infra.entrypoints.metrics import MetricName
from millrace.infra.pricing.assumptions import CostAssumptions
from millrace.infra.pricing.charges import Charge
from millrace.infra.pricing.rounding import DAYS, GIGABYTE, HOURS
from millrace.infra.pricing.template_view import EVENTS_OF, RUN_OF
from millrace.infra.pricing.workload import Workload

_FAST_SECONDS = 60
_ALARM_PERIOD = 300


def own_metrics(workload: Workload) -> Iterator[Charge]:
    """The series of Millrace's metrics, billed by the hours in which they have data: those of polls, and one a duty."""
    polls = sum(workload.view.polls.values())
    series = [one for one in MetricName if one is not MetricName.FINDINGS]
    if polls:
        hours = min(polls, HOURS)
        yield Charge("cloudwatch.metrics", len(series) * hours / HOURS, "", f"{len(series)} series of polls")
    for duty, times in workload.view.duties.items():
        yield Charge("cloudwatch.metrics", min(times, HOURS) / HOURS, "", f"a series for each {duty}")


def alarm(title: str, properties: Mapping[str, Any], _: Workload) -> Iterator[Charge]:
    """CloudWatch counts the metrics that an alarm looks at, not the alarm."""
    metrics = [one["MetricStat"] for one in properties.get("Metrics", ()) if "MetricStat" in one]
    periods = [one.get("Period", _ALARM_PERIOD) for one in metrics] or [properties.get("Period", _ALARM_PERIOD)]
    fast = any(period < _FAST_SECONDS for period in periods)
    key = "cloudwatch.fast_alarms" if fast else "cloudwatch.alarms"
    yield Charge(key, len(periods), title, f"{title} looks at {len(periods)}")


def dashboard(title: str, _: Mapping[str, Any], __: Workload) -> Iterator[Charge]:
    yield Charge("cloudwatch.dashboards", 1, title, title)


def log_group(title: str, properties: Mapping[str, Any], workload: Workload) -> Iterator[Charge]:
    """What its writers write, and what is kept of it; one that nothing in the template writes to is charged nothing."""
    days = float(properties.get("RetentionInDays", 30 * workload.assumed.months))
    for written, why in _written(title, workload):
        yield Charge("cloudwatch.log_ingestion", written / GIGABYTE, title, why)
        kept = written / GIGABYTE * workload.assumed.log_compression * days / DAYS
        yield Charge("cloudwatch.log_storage", kept, title, f"{days:g} days of them")


def _written(title: str, workload: Workload) -> Iterator[tuple[float, str]]:
    """Bytes a month."""
    assumed = workload.assumed
    for kind, writer in workload.view.writers(title):
        starts = workload.starts(writer) if kind == "function" else workload.view.job_starts(writer)
        for start in starts:
            size = _of_function(start.about, assumed) if kind == "function" else assumed.job_log_bytes
            yield start.times * size, f"{start.times:,.0f} of {start.about}, {size:,.0f} bytes each"


def _of_function(about: str, assumed: CostAssumptions) -> float:
    if about.startswith((RUN_OF, EVENTS_OF)):
        return assumed.run_log_bytes
    return assumed.duty_log_bytes if about.startswith("duty ") else assumed.poll_log_bytes
