"""Alarms and duties: who is told of what, how many alarms that makes, and when each duty is done."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest

from millrace.infra.entrypoints.metrics import MetricName
from millrace.infra.judges.references import resolved
from millrace.infra.stack.deployment import Deployment, ScheduledSource
from millrace.infra.stack.template import synthesise
from millrace.infra.stages.stage import TendOptions
from millrace.schedules.names import Duty
from tests.contracts.stack.templates import STAGED, content, definitions, of_many_sources, of_type


@pytest.mark.parametrize(("schedule", "expected"), [("rate(5 minutes)", True), ("rate(1 day)", False)])
def test_that_nothing_comes_is_an_alarm_where_polls_are_frequent(schedule: str, expected: bool) -> None:
    made = replace(definitions(), polled=(ScheduledSource("bikes", schedule, "Europe/Berlin"),))
    stage = replace(STAGED["prod"], tend=replace(STAGED["prod"].tend, feeds="", quarantine="", runs=""))
    alarms = of_type(resolved(synthesise(Deployment(stage, made)).content), "CloudWatch::Alarm")

    assert ("NothingDelivered" in alarms) is expected
    assert {"PollsQuarantined", "FeedsFailing", "ObjectsWaiting"} <= alarms.keys()
    assert not {"FeedsStale", "QuarantineWaits", "RunsOverdue"} & alarms.keys()
    assert alarms["PollsQuarantined"]["Dimensions"] == [{"Name": "Stage", "Value": "prod"}]


@pytest.mark.parametrize("name", [name for name, stage in STAGED.items() if stage.alerts.alarms])
def test_a_stage_has_ten_alarms_and_ten_series_at_most(name: str) -> None:
    """By default; CloudWatch bills each by the month."""
    template = resolved(content(name))

    assert len(of_type(template, "CloudWatch::Alarm")) <= 10
    assert len(set(MetricName) - {MetricName.FINDINGS}) + len(Duty) <= 10


def test_a_project_of_many_sources_has_no_more_alarms() -> None:
    many = synthesise(Deployment(STAGED["prod, shared roles and fused jobs"], of_many_sources(50))).content
    alarms = of_type(resolved(many), "CloudWatch::Alarm")

    assert len(alarms) <= 10
    assert max(len(one.get("Metrics", ())) for one in alarms.values()) <= 10 + 1, "ten metrics and what is made of them"


def test_the_alarm_of_a_duty_waits_for_a_period_of_its_schedule() -> None:
    """CloudWatch looks back for a day at most, and for a week where a period is an hour or more."""
    alarms = of_type(resolved(content("prod")), "CloudWatch::Alarm")
    by_duty = {
        one["Dimensions"][-1]["Value"]: one["Period"] * one["EvaluationPeriods"]
        for one in alarms.values()
        if one.get("MetricName") == "Findings"
    }

    assert by_duty == {
        "feeds": 30 * 60,
        "gaps": 2 * 3600,
        "runs": 30 * 60,
        "quarantine": 2 * 3600,
        **dict.fromkeys(("listing", "audit", "vacuum"), 25 * 3600),
    }
    assert {one["TreatMissingData"] for one in alarms.values() if one.get("MetricName") == "Findings"} == {"breaching"}


@pytest.mark.parametrize("name", STAGED)
def test_each_duty_has_a_schedule_unless_the_stage_leaves_it_out(name: str) -> None:
    found = of_type(resolved(content(name)), "Scheduler::Schedule").values()
    sent = [json.loads(one["Target"]["Input"]) for one in found]
    without = {Duty.RUNS} if STAGED[name].workflow.orchestrator == "none" else set()

    assert {one["duty"] for one in sent if "duty" in one} == set(Duty) - without
    assert {one.name for one in fields(TendOptions)} == {*Duty, "memory_mb", "timeout_seconds"}


def test_a_stage_without_duties_has_no_function_for_them() -> None:
    dev = STAGED["dev"]
    made = synthesise(Deployment(replace(dev, tend=TendOptions("", "", "", "", "", "", "")), definitions()))

    assert not [title for title in made.content["Resources"] if title.startswith(("Tend", "Dut"))]
    assert "JobZip" not in made.content["Parameters"]
