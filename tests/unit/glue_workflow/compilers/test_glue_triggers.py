"""Workflows as Glue's: jobs, predicates and schedules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from millrace.errors import DefinitionError
from millrace.glue_workflow.compilers.glue_triggers import GlueTriggers
from millrace.glue_workflow.workflow import Job, Workflow
from tests.shipped import PIPELINES

RAINFALL = PIPELINES.workflow("rainfall")


def first_schedule(workflow: Workflow) -> str:
    return str(GlueTriggers().compile(workflow)["Triggers"][0]["Schedule"])


def test_each_job_waits_for_the_one_before() -> None:
    compiled = GlueTriggers().compile(RAINFALL)

    first, *others = compiled["Triggers"]
    assert compiled["Workflow"]["MaxConcurrentRuns"] == 1
    assert (first["Type"], first["Actions"][0]["JobName"]) == ("SCHEDULED", "crawl")
    watched = [one["Predicate"]["Conditions"][0]["JobName"] for one in others]
    assert watched == ["crawl", "delete", "create_parquet", "quality_check"]
    assert [one["Actions"][0]["JobName"] for one in others] == [*watched[1:], "prod"]
    assert {one["Predicate"]["Conditions"][0]["State"] for one in others} == {"SUCCEEDED"}


def test_two_jobs_of_one_kind_are_two_jobs_of_glue() -> None:
    twice = replace(RAINFALL, jobs=(*RAINFALL.jobs, Job("clean", "delete", after=("prod",))))

    names = [one["Actions"][0]["JobName"] for one in GlueTriggers().compile(twice)["Triggers"]]

    assert names == ["crawl", "rainfall-delete", "create_parquet", "quality_check", "prod", "rainfall-clean"]


def test_a_fused_workflow_has_one_trigger() -> None:
    [trigger] = GlueTriggers(fused=True).compile(RAINFALL)["Triggers"]

    assert trigger["Actions"][0]["Arguments"] == {"--workflow": "rainfall", "--job": "run"}


@pytest.mark.parametrize(
    ("schedule", "cron"),
    [
        ("rate(15 minutes)", "cron(0/15 * * * ? *)"),
        ("rate(60 minutes)", "cron(0 * * * ? *)"),
        ("rate(1 hour)", "cron(0 0/1 * * ? *)"),
        ("rate(1 day)", "cron(0 0 * * ? *)"),
        ("cron(0 3 ? * MON *)", "cron(0 3 ? * MON *)"),
        ("cron(0 0 1 1 ? 2099)", "cron(0 0 1 1 ? 2099)"),
    ],
)
def test_glue_is_given_cron_alone(schedule: str, cron: str) -> None:
    assert first_schedule(replace(RAINFALL, schedule=schedule)) == cron


@pytest.mark.parametrize("schedule", ["rate(1 minute)", "rate(7 minutes)", "rate(5 hours)", "rate(2 days)"])
def test_a_rate_that_glue_has_not_is_refused(schedule: str) -> None:
    with pytest.raises(DefinitionError, match="Glue has no schedule 'rate"):
        GlueTriggers().compile(replace(RAINFALL, schedule=schedule))


@pytest.mark.parametrize("schedule", ["cron(* * * * ? *)", "cron(0,3 8 * * ? *)", "cron(0/2 8-20 ? * MON-FRI *)"])
def test_times_that_are_too_near_for_glue_are_refused(schedule: str) -> None:
    with pytest.raises(DefinitionError, match="Glue has no schedule 'cron") as refused:
        GlueTriggers().compile(replace(RAINFALL, schedule=schedule))
    assert "5 minutes or more apart" in str(refused.value)
