"""What the service models say in words: the rules are the models' own, and are broken by what breaks them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from millrace.infra.judges.documented import RULES, DocumentedRule, broken
from millrace.infra.judges.service_models import service

WATCHED = {"LogicalOperator": "EQUALS", "JobName": "crawl", "State": "SUCCEEDED"}
TRIGGER = {"Type": "CONDITIONAL", "Predicate": {"Logical": "AND", "Conditions": [WATCHED, WATCHED]}}
SUMMED = {"MetricStat": {"Period": 60}, "ReturnData": False}
ALARM = {"Period": 3600, "EvaluationPeriods": 168}
SOUND: list[tuple[str, str, dict[str, Any]]] = [
    ("glue", "CreateTrigger", {"Type": "SCHEDULED", "Schedule": "cron(0 * * * ? *)"}),
    ("glue", "CreateTrigger", TRIGGER),
    ("glue", "CreateTrigger", {"Type": "CONDITIONAL", "Predicate": {"Conditions": [WATCHED]}}),
    ("glue", "CreateJob", {"WorkerType": "G.1X", "NumberOfWorkers": 2}),
    ("cloudwatch", "PutMetricAlarm", ALARM),
    ("cloudwatch", "PutMetricAlarm", {"Period": 60, "EvaluationPeriods": 1440}),
    ("cloudwatch", "PutMetricAlarm", {"EvaluationPeriods": 1440, "Metrics": [SUMMED, {"Expression": "SUM(m)"}]}),
]
WRONG: list[tuple[str, str, dict[str, Any]]] = [
    ("glue", "CreateTrigger", {"Type": "SCHEDULED"}),
    ("glue", "CreateTrigger", {"Type": "CONDITIONAL"}),
    ("glue", "CreateTrigger", {"Type": "CONDITIONAL", "Predicate": {"Conditions": [WATCHED, WATCHED]}}),
    ("glue", "CreateJob", {"WorkerType": "G.1X", "NumberOfWorkers": 2, "MaxCapacity": 2}),
    ("cloudwatch", "PutMetricAlarm", {"Period": 3600, "EvaluationPeriods": 169}),
    ("cloudwatch", "PutMetricAlarm", {"EvaluationPeriods": 1441, "Metrics": [{**SUMMED, "ReturnData": True}]}),
    ("cloudwatch", "PutMetricAlarm", {"EvaluationPeriods": 1, "Metrics": [SUMMED]}),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.operation}.{'.'.join(rule.member)}: {rule.sentence}")
def test_a_rules_sentence_stands_in_the_model(rule: DocumentedRule) -> None:
    shape: Any = service(rule.service).operation_model(rule.operation).input_shape
    for name in rule.member:
        shape = (shape.member if shape.type_name == "list" else shape).members[name]

    assert rule.sentence in " ".join(re.sub("<[^>]+>", "", shape.documentation).split())


@pytest.mark.parametrize("call", SOUND)
def test_a_sound_call_breaks_none(call: tuple[str, str, dict[str, Any]]) -> None:
    assert list(broken(*call)) == []


@pytest.mark.parametrize(("rule", "call"), list(zip(RULES, WRONG, strict=True)))
def test_each_is_broken_by_its_own_call_alone(rule: DocumentedRule, call: tuple[str, str, dict[str, Any]]) -> None:
    assert list(broken(*call)) == [f"{rule.operation}.{'.'.join(rule.member)}: {rule.sentence}"]
