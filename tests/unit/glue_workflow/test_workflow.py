from __future__ import annotations

import pytest

from millrace.errors import DefinitionError, UnknownName
from millrace.glue_workflow.definitions import workflow, workflows
from millrace.glue_workflow.workflow import Job, Workflow


def with_jobs(*jobs: Job) -> Workflow:
    return Workflow("w", "s", "rate(1 hour)", "staging.x", ("prod.x",), "x", jobs=jobs)


def test_jobs_are_in_topological_order() -> None:
    made = with_jobs(Job("prod", after=("delete", "crawl")), Job("delete", after=("crawl",)), Job("crawl"))

    assert [job.name for job in made.in_order()] == ["crawl", "delete", "prod"]


@pytest.mark.parametrize(
    ("jobs", "message"),
    [
        ([Job("crawl", after=("delete",)), Job("delete", after=("crawl",))], "form a cycle: crawl -> delete -> crawl"),
        ([Job("crawl", after=("crawl",))], "form a cycle"),
        ([Job("sweep")], "job 'sweep' is unknown; the known jobs are crawl"),
        ([Job("crawl", after=("delete",))], "job 'delete' is named by another job's `after`, but is not"),
        ([Job("crawl"), Job("crawl")], "job 'crawl' is defined twice"),
    ],
)
def test_an_invalid_definition_is_refused_when_made(jobs: list[Job], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        with_jobs(*jobs)


def test_no_table_is_written_by_two_workflows() -> None:
    tables = [table for one in workflows().values() for table in one.tables]

    assert len(tables) == len(set(tables))


def test_the_error_for_an_unknown_workflow_lists_the_known_ones() -> None:
    with pytest.raises(
        UnknownName, match=r"unknown workflow 'taxis'\. Choose one of: polls, rainfall, taxi_availability"
    ):
        workflow("taxis")
