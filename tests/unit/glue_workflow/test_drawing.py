"""Drawings of workflows."""

from __future__ import annotations

from dataclasses import replace

from millrace.glue_workflow.drawing import as_mermaid, as_text
from millrace.glue_workflow.workflow import Job
from tests.shipped import PIPELINES

RAINFALL = replace(
    PIPELINES.workflow("rainfall"),
    schedule="rate(15 minutes)",
    jobs=(Job("end", "crawl"), Job("delete", after=("end",))),
)


def test_lines_name_each_job_its_kind_and_those_before_it() -> None:
    assert as_text(RAINFALL) == "rainfall: rate(15 minutes), from rainfall\nend     (crawl)\ndelete  after end"


def test_a_flowchart_takes_names_that_are_words_of_its_language() -> None:
    assert as_mermaid(RAINFALL) == ('flowchart LR\n    job0["end"]\n    job1["delete"]\n    job0 --> job1')
