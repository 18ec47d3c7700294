"""What botocore's service models say in words alone: which members need, or exclude, each other.

Each rule has the sentence that it follows, which stands in the documentation of a member of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from millrace.infra.judges.create_calls import Given

_HOUR, _DAY = 3600, 86_400


@dataclass(frozen=True, slots=True)
class DocumentedRule:
    """`member`: the path to the member whose documentation has the `sentence`; `breaks`: whether a call does."""

    service: str
    operation: str
    member: tuple[str, ...]
    sentence: str
    breaks: Callable[[Given], bool]


def broken(service: str, operation: str, given: Given) -> Iterator[str]:
    """The rules that a call breaks, each with its place."""
    for rule in RULES:
        if (rule.service, rule.operation) == (service, operation) and rule.breaks(given):
            yield f"{operation}.{'.'.join(rule.member)}: {rule.sentence}"


def _conditions(given: Given) -> list[Any]:
    return list(given.get("Predicate", {}).get("Conditions", []))


def _periods(given: Given) -> list[int]:
    """In seconds: the alarm's own, or those of its metrics."""
    measured = [one["MetricStat"]["Period"] for one in given.get("Metrics", []) if "MetricStat" in one]
    return [given["Period"]] if "Period" in given else measured


def _looks_back(given: Given, least: int, most: int, longest: int) -> bool:
    """Whether it looks back for longer than `longest` by a period from `least` to below `most`, all in seconds."""
    return any(least <= one < most and one * given["EvaluationPeriods"] > longest for one in _periods(given))


RULES = (
    DocumentedRule(
        "glue",
        "CreateTrigger",
        ("Schedule",),
        "This field is required when the trigger type is SCHEDULED.",
        lambda given: given["Type"] == "SCHEDULED" and "Schedule" not in given,
    ),
    DocumentedRule(
        "glue",
        "CreateTrigger",
        ("Predicate",),
        "This field is required when the trigger type is CONDITIONAL.",
        lambda given: given["Type"] == "CONDITIONAL" and not _conditions(given),
    ),
    DocumentedRule(
        "glue",
        "CreateTrigger",
        ("Predicate", "Logical"),
        "If multiple conditions are listed, then this field is required.",
        lambda given: len(_conditions(given)) > 1 and "Logical" not in given["Predicate"],
    ),
    DocumentedRule(
        "glue",
        "CreateJob",
        ("MaxCapacity",),
        "Do not set MaxCapacity if using WorkerType and NumberOfWorkers.",
        lambda given: "MaxCapacity" in given and bool({"WorkerType", "NumberOfWorkers"} & given.keys()),
    ),
    DocumentedRule(
        "cloudwatch",
        "PutMetricAlarm",
        ("Period",),
        "An alarm's total current evaluation period can be no longer than seven days",
        lambda given: _looks_back(given, _HOUR, 7 * _DAY + 1, 7 * _DAY),
    ),
    DocumentedRule(
        "cloudwatch",
        "PutMetricAlarm",
        ("Period",),
        "the total evaluation period can't be longer than one day",
        lambda given: _looks_back(given, 0, _HOUR, _DAY),
    ),
    DocumentedRule(
        "cloudwatch",
        "PutMetricAlarm",
        ("Metrics", "ReturnData"),
        "specify true for the one expression result to use as the alarm",
        lambda given: "Metrics" in given and sum(one.get("ReturnData", True) for one in given["Metrics"]) != 1,
    ),
)
