"""Workflows as chains of events: what starts the router, and what it does then."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from millrace.errors import DefinitionError
from millrace.glue_workflow.compilers.event_rules import EventRules
from millrace.glue_workflow.workflow import Job
from tests.shipped import PIPELINES
from tests.unit.glue_workflow.compilers.graphs import ON_GLUE

RAINFALL = PIPELINES.refinements["rainfall"]


def test_a_schedule_names_its_workflow_and_its_scheduled_time() -> None:
    [schedule] = EventRules().compile(RAINFALL)["Schedules"]

    assert schedule["ScheduleExpression"] == RAINFALL.schedule
    start = {"workflow": "rainfall", "start": {"key": "<aws.scheduler.scheduled-time>"}}
    assert json.loads(schedule["Target"]["Input"]) == start


def test_the_graph_has_each_job_after_those_that_it_waits_for() -> None:
    graph = EventRules().compile(RAINFALL)["Graph"]

    assert [(one["Job"], one["After"]) for one in graph] == [(job.name, list(job.after)) for job in RAINFALL.in_order()]


def test_each_rule_names_the_workflow_and_has_the_router_as_its_target() -> None:
    rules = EventRules().compile(RAINFALL)["Rules"]

    assert [one["Name"] for one in rules] == ["rainfall-job-ended", "rainfall-call-failed"]
    assert all(one["Targets"] == [{"Id": "router", "Arn": "${Router}"}] for one in rules)
    assert rules[0]["EventPattern"]["detail"] == {"stage": ["${Stage}"], "workflow": ["rainfall"]}


def test_objects_start_runs_by_a_rule_of_the_source_and_a_clock_of_the_windows() -> None:
    compiled = EventRules().compile(replace(RAINFALL, on_objects_every_minutes=15))

    clock, rule = compiled["Schedules"][1], compiled["Rules"][2]
    assert clock["ScheduleExpression"] == "cron(0/15 * * * ? *)"
    assert json.loads(clock["Target"]["Input"])["objects_of"] == "rainfall"
    assert rule["EventPattern"]["detail"]["object"] == {"key": [{"prefix": "raw/rainfall/"}]}


@pytest.mark.parametrize("minutes", [-5, 7, 90])
def test_a_window_that_does_not_divide_the_hour_is_refused(minutes: int) -> None:
    with pytest.raises(DefinitionError, match="on_objects_every_minutes is"):
        replace(RAINFALL, on_objects_every_minutes=minutes)


def test_the_router_is_told_of_the_ends_of_jobs_that_glue_makes() -> None:
    compiled = EventRules().compile(ON_GLUE)

    [rule] = [one for one in compiled["Rules"] if one["Name"].endswith("-glue-ended")]
    ended = ["SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED"]
    assert rule["EventPattern"] == {
        "source": ["aws.glue"],
        "detail-type": ["Glue Job State Change"],
        "detail": {"jobName": ["${GlueJobOfgraph-large}"], "state": ended},
    }
    assert [one.get("Runtime") for one in compiled["Graph"]] == [None, "glue", None]


def test_the_router_is_told_of_the_end_of_a_crawl_that_runs_wait_for() -> None:
    compiled = EventRules().compile(RAINFALL.with_raw_crawl())

    [rule] = [one for one in compiled["Rules"] if one["Name"].endswith("-crawled")]
    assert rule["EventPattern"] == {
        "source": ["aws.glue"],
        "detail-type": ["Glue Crawler State Change"],
        "detail": {"crawlerName": ["${CrawlerOfraw}"], "state": ["Succeeded", "Failed"]},
    }
    assert json.loads(rule["Targets"][0]["Input"]) == {"crawl_of": "rainfall"}
    assert compiled["Graph"][0]["CalledBy"] == "Glue Crawler State Change"


def test_a_script_is_refused_with_who_can_run_it() -> None:
    *others, prod = RAINFALL.jobs
    script = Job("rank", "script", after=("quality_check",), table="prod.rank")
    with pytest.raises(DefinitionError, match="'rank' runs a script") as refused:
        EventRules().compile(replace(RAINFALL, jobs=(*others, script, replace(prod, after=("rank",)))))
    assert "let Glue run" in str(refused.value)
