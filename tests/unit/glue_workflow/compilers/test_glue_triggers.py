"""Workflows as Glue's: jobs, predicates and schedules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from millrace.errors import DefinitionError
from millrace.glue_workflow.compilers.glue_triggers import GlueTriggers
from millrace.glue_workflow.job_options import OutputCondition, Until
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


def crawl(name: str, *after: str, of: str = "", **more: Any) -> Job:
    return Job(name, "crawler", after=after, parameters={"dataset": of or name}, **more)


def triggers(*jobs: Job) -> list[tuple[list[str], list[str]]]:
    """Of each trigger what it watches, and what it starts: the names of jobs, and `crawl of` a dataset."""

    def name(given: Mapping[str, Any]) -> str:
        return f"crawl of {given['CrawlerName']}" if "CrawlerName" in given else given["JobName"].removeprefix("w-")

    compiled = GlueTriggers().compile(Workflow(name="w", schedule="", jobs=jobs))
    conditions = [one.get("Predicate", {}).get("Conditions", []) for one in compiled["Triggers"]]
    return [
        (sorted(map(name, watched)), sorted(map(name, one["Actions"])))
        for watched, one in zip(conditions, compiled["Triggers"], strict=True)
    ]


def test_a_crawl_is_a_node_of_glue() -> None:
    jobs = (crawl("a"), Job("publish", "report", after=("a",)), crawl("b", "publish"))

    assert triggers(*jobs) == [([], ["crawl of a"]), (["crawl of a"], ["report"]), (["report"], ["crawl of b"])]
    compiled = GlueTriggers().compile(Workflow(name="w", schedule="", jobs=jobs))["Triggers"]
    assert compiled[0]["Actions"] == [{"CrawlerName": "a"}]
    condition = {"LogicalOperator": "EQUALS", "CrawlerName": "a", "CrawlState": "SUCCEEDED"}
    assert compiled[1]["Predicate"]["Conditions"] == [condition]


@pytest.mark.parametrize(
    "made",
    [
        crawl("a", "first", retries=1),
        crawl("a", "first", until=Until(timedelta(seconds=5), 3, OutputCondition.of("waited = 'x'"))),
    ],
    ids=["tried again", "until its output says so"],
)
def test_a_crawl_that_a_trigger_cannot_make_is_made_by_a_job(made: Job) -> None:
    assert triggers(Job("first", "python"), made)[-1] == (["python"], ["crawler"])


def test_two_crawls_of_one_crawler_are_made_by_jobs() -> None:
    """A trigger cannot tell them apart."""
    found = triggers(crawl("a", of="x"), Job("first", "python", after=("a",)), crawl("b", "first", of="x"))

    assert found == [([], ["a"]), (["a"], ["python"]), (["python"], ["b"])]


def test_what_comes_after_a_crawl_that_nobody_waits_for_watches_what_was_before() -> None:
    jobs = (Job("first", "python"), crawl("a", "first", waits=False), Job("last", "report", after=("a",)))

    assert triggers(*jobs) == [([], ["python"]), (["python"], ["report"])]
    assert triggers(crawl("a", waits=False), Job("last", "report", after=("a",))) == [([], ["crawl of a", "report"])]


def test_more_crawlers_than_a_trigger_takes_are_refused() -> None:
    three = [crawl(name) for name in "abc"]
    with pytest.raises(DefinitionError, match="2 crawlers at most, and this one would start those of a, b, c"):
        triggers(*three)
    after = [crawl(name, "first") for name in "abc"]
    with pytest.raises(DefinitionError, match="would watch before 'last' those of a, b, c"):
        triggers(Job("first", "python"), *after, Job("last", "report", after=("a", "b", "c")))
