from __future__ import annotations

import pytest

from millrace.errors import DefinitionError, UnknownName
from millrace.glue_workflow.definitions import workflow, workflows
from millrace.glue_workflow.workflow import Job, Workflow


def with_jobs(*jobs: Job) -> Workflow:
    return Workflow("w", "s", "rate(1 hour)", "staging.x", ("prod.x",), "x", jobs=jobs)


def test_jobs_come_after_those_they_wait_for() -> None:
    made = with_jobs(Job("prod", after=("delete", "crawl")), Job("delete", after=("crawl",)), Job("crawl"))

    assert [job.name for job in made.in_order()] == ["crawl", "delete", "prod"]


@pytest.mark.parametrize(
    ("jobs", "message"),
    [
        ([Job("crawl", after=("delete",)), Job("delete", after=("crawl",))], "in a circle: crawl -> delete -> crawl"),
        ([Job("crawl", after=("crawl",))], "in a circle"),
        ([Job("sweep")], "job 'sweep' is unknown; there is crawl"),
        ([Job("crawl", after=("delete",))], "job 'delete' is waited for, but not in the workflow"),
        ([Job("crawl"), Job("crawl")], "job 'crawl' is there twice"),
    ],
)
def test_a_definition_that_cannot_work_is_refused_when_made(jobs: list[Job], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        with_jobs(*jobs)


def test_no_table_is_written_by_two_workflows() -> None:
    tables = [table for one in workflows().values() for table in one.tables]

    assert len(tables) == len(set(tables))


def test_an_unknown_workflow_is_refused_with_those_there_are() -> None:
    with pytest.raises(
        UnknownName, match=r"unknown workflow 'taxis'\. Choose one of: polls, rainfall, taxi_availability"
    ):
        workflow("taxis")
