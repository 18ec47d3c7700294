"""Drawings of workflows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from millrace.glue_workflow.drawing import as_mermaid, as_text, newest_records, ranks
from millrace.glue_workflow.ports import JobRecord, RunRecord, RunState
from millrace.glue_workflow.workflow import Job, Workflow
from tests.shipped import PIPELINES

NOW = datetime(2024, 5, 30, tzinfo=UTC)
RAINFALL = replace(
    PIPELINES.workflow("rainfall"),
    schedule="rate(15 minutes)",
    jobs=(Job("end", "crawl"), Job("delete", after=("end",))),
)
BRANCHES = Workflow(
    name="branches",
    schedule="rate(1 day)",
    jobs=(
        Job("one", "python", parameters={"file": "a.py"}),
        Job("left", "python", after=("one",), parameters={"file": "a.py"}),
        Job("right", "python", after=("one",), parameters={"file": "a.py"}),
        Job("deep", "python", after=("left",), parameters={"file": "a.py"}),
        Job("last", "python", after=("deep", "right"), parameters={"file": "a.py"}),
    ),
)
RUN = RunRecord("r", "branches", 2, RunState.FAILED, NOW, NOW)


def record(job: str, state: RunState, attempt: int = 2) -> JobRecord:
    return JobRecord("r", attempt, job, state, NOW)


def test_lines_name_each_job_its_kind_and_those_before_it() -> None:
    assert as_text(RAINFALL) == "rainfall: rate(15 minutes), from rainfall\nend     (crawl)\ndelete  after end"


def test_a_flowchart_takes_names_that_are_words_of_its_language() -> None:
    assert as_mermaid(RAINFALL) == ('flowchart LR\n    job0["end"]\n    job1["delete"]\n    job0 --> job1')


def test_jobs_are_side_by_side_below_all_that_come_before_them() -> None:
    assert [[job.name for job in rank] for rank in ranks(BRANCHES)] == [["one"], ["left", "right"], ["deep"], ["last"]]


def test_the_last_record_of_a_job_counts_if_it_is_of_the_runs_code() -> None:
    records = [
        record("one", RunState.SUCCEEDED, 1),
        record("left", RunState.FAILED, 1),
        record("left", RunState.SUCCEEDED),
    ]
    found = newest_records(RUN, records)
    assert {name: one.state for name, one in found.items()} == {"one": "succeeded", "left": "succeeded"}
    assert newest_records(replace(RUN, counts_from=2), records).keys() == {"left"}


def test_a_run_is_drawn_with_the_state_of_each_job() -> None:
    states = {"one": RunState.SUCCEEDED, "left": RunState.FAILED, "right": RunState.SKIPPED}
    records = newest_records(RUN, [record(job, state) for job, state in states.items()])
    assert as_text(BRANCHES, records).splitlines()[1:] == [
        "one    succeeded   (python)",
        "left   failed      (python) after one",
        "right  skipped     (python) after one",
        "deep   not yet     (python) after left",
        "last   not yet     (python) after deep, right",
    ]
    drawn = as_mermaid(BRANCHES, records).splitlines()
    assert '    job1["left<br/>failed"]' in drawn
    assert "    class job1 failed" in drawn
    assert any(line.startswith("    classDef failed stroke:") for line in drawn)
    assert not any(line.startswith("    class job3") for line in drawn), "it was not called"
