from __future__ import annotations

from typing import Any

import pytest

from millrace.athena_sql.tables import Table
from millrace.errors import DefinitionError, UnknownName
from millrace.glue_workflow.derivation import refuse_unbuilt
from millrace.glue_workflow.job_kinds import JOB_KINDS
from millrace.glue_workflow.jobs import JOBS
from millrace.glue_workflow.refinement import Refinement
from millrace.glue_workflow.workflow import Job, Workflow
from tests.shipped import PIPELINES, TABLES


def refinement(staging: str = "staging.x", prod: tuple[str, ...] = ("prod.x",), **fields: Any) -> Refinement:
    given = {"schedule": "rate(1 hour)", **fields}
    return Refinement(name="w", source="s", staging=staging, prod=prod, rules="x", **given)


def with_jobs(*jobs: Job) -> Refinement:
    return refinement(jobs=jobs)


def test_jobs_are_in_topological_order() -> None:
    made = with_jobs(Job("create_parquet", after=("delete", "crawl")), Job("delete", after=("crawl",)), Job("crawl"))

    assert [job.name for job in made.in_order()] == ["crawl", "delete", "create_parquet"]


def test_a_job_has_a_name_and_a_kind() -> None:
    made = with_jobs(Job("list", "crawl"), Job("sweep", "delete"), Job("stage", "create_parquet", after=("list",)))

    assert [(job.name, job.kind) for job in made.in_order()] == [
        ("list", "crawl"),
        ("sweep", "delete"),
        ("stage", "create_parquet"),
    ]
    assert made.before(made.jobs[2], "crawl").name == "list"


def test_every_kind_has_a_function() -> None:
    assert set(JOBS) == set(JOB_KINDS)


@pytest.mark.parametrize(
    ("jobs", "message"),
    [
        ([Job("crawl", after=("delete",)), Job("delete", after=("crawl",))], "form a cycle: crawl -> delete -> crawl"),
        ([Job("crawl", after=("crawl",))], "form a cycle"),
        ([Job("sweep")], "job 'sweep' is of an unknown kind; the known kinds are crawl"),
        ([Job("create_parquet")], "job 'create_parquet' needs exactly one job of the kind crawl before it"),
        (
            [Job("crawl"), Job("other", "crawl"), Job("create_parquet", after=("crawl", "other"))],
            "job 'create_parquet' needs exactly one job of the kind crawl before it",
        ),
        (
            [Job("crawl"), Job("create_parquet", after=("crawl",)), Job("prod", after=("create_parquet",))],
            "job 'prod' needs exactly one job of the kind quality_check before it",
        ),
        ([Job("crawl", after=("delete",))], "job 'delete' is named by another job's `after`, but is not"),
        ([Job("crawl"), Job("crawl")], "job 'crawl' is defined twice"),
    ],
)
def test_an_invalid_definition_is_refused_when_made(jobs: list[Job], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        with_jobs(*jobs)


@pytest.mark.parametrize(
    ("schedule", "message"),
    [("hourly", "cannot read the schedule"), ("cron(0 2 30 2 ? *)", "never comes again")],
)
def test_a_schedule_that_never_starts_a_run_is_refused(schedule: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        refinement(schedule=schedule)


def test_no_table_is_written_by_two_workflows() -> None:
    tables = [table for one in PIPELINES.workflows.values() for table in one.tables]

    assert len(tables) == len(set(tables))


def test_the_error_for_an_unknown_workflow_lists_the_known_ones() -> None:
    with pytest.raises(
        UnknownName, match=r"unknown workflow 'taxis'\. Choose one of: polls, rainfall, taxi_availability"
    ):
        PIPELINES.workflow("taxis")


def test_what_ships_is_declared_and_built() -> None:
    refuse_unbuilt(PIPELINES.refinements.values(), TABLES)


def test_a_table_that_two_workflows_build_is_refused() -> None:
    both = [*PIPELINES.refinements.values(), refinement(prod=("prod.rainfall",))]
    declared = [*TABLES, Table("staging.x", "", ()), Table("staging.x_set_aside", "", ())]
    with pytest.raises(DefinitionError, match=r"prod\.rainfall is built by rainfall, w\."):
        refuse_unbuilt(both, declared)


@pytest.mark.parametrize(
    "made",
    [
        refinement(prod=()),
        refinement("staging.poll", ("prod.wind",)),
        refinement("staging.poll", (), dimensions=("prod.wind",)),
    ],
)
def test_a_workflow_that_builds_what_is_not_declared_is_refused(made: Refinement) -> None:
    with pytest.raises(DefinitionError, match=r"workflow w builds (staging\.x|prod\.wind), which is not declared"):
        refuse_unbuilt([made], TABLES)


def test_a_workflow_without_tables_has_no_job_that_works_on_tables() -> None:
    with pytest.raises(DefinitionError, match="workflow w: job 'crawl' works on the tables of a source"):
        Workflow(name="w", schedule="rate(1 hour)", jobs=(Job("crawl"),))
