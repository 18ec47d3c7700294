"""What the roles of jobs may do for the kinds of composed workflows: only what a workflow names."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from millrace.glue_workflow.job_options import JobRuntime
from millrace.glue_workflow.workflow import Job, JobParameter, Workflow
from millrace.infra.judges.references import resolved
from millrace.infra.stack.deployment import Deployment
from millrace.infra.stack.template import synthesise
from millrace.infra.stages.stage import Stage
from tests.contracts.stack.templates import ARTEFACTS, STAGED, of_type, with_datasets

COPY: dict[str, JobParameter] = {"origin": "s3://open/data/", "objects": 9, "megabytes": 5}
JOBS = (
    Job("crawl", "crawler", parameters={"dataset": "reports_in"}),
    Job("publish", "report", parameters={"query": "days"}),
    Job("tell", "call", parameters={"function": "tell-people"}),
    Job("inside", "copy", parameters={**COPY, "target": "fares/"}),
    Job("outside", "copy", parameters={**COPY, "target": "s3://another-bucket/open/"}),
)
OWN = ("crawler/", "lambda:InvokeFunction", "another-bucket", "_crawled/", "fares/*")


def by_state_machines() -> Stage:
    return replace(STAGED["dev"], workflow=replace(STAGED["dev"].workflow, orchestrator="stepfunctions"))


def roles(stage: Stage, *jobs: Job) -> dict[str, str]:
    """The statements of each role of jobs, as text."""
    flows = (Workflow(name="nightly", schedule="", jobs=jobs),) if jobs else ()
    made = synthesise(Deployment(stage, replace(with_datasets(), composed=flows), ARTEFACTS))
    found = of_type(resolved(made.content), "IAM::Role")
    return {title: json.dumps(statements(one)) for title, one in found.items() if title.startswith("Job")}


def statements(role: Any) -> list[Any]:
    return [one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]]


def test_the_function_of_jobs_may_do_what_the_kinds_need() -> None:
    text = roles(by_state_machines(), *JOBS)["JobsRole"]

    for part in (
        '"glue:StartCrawler", "glue:GetCrawler"',
        ":crawler/millrace_dev_crawled_reports_in",
        "table/millrace_dev_crawled/*",
        ":function:tell-people",
        ":s3:::another-bucket/open/*",
        "/fares/*",
    ):
        assert part in text, part
    assert "crawled_fares" not in text


@pytest.mark.parametrize("stage", [by_state_machines(), STAGED["dev"]], ids=["state machines", "glue"])
def test_without_such_jobs_the_roles_may_do_nothing_of_it(stage: Stage) -> None:
    for title, text in roles(stage).items():
        assert [part for part in OWN if part in text] == [], title


def test_a_job_of_glue_may_do_what_its_own_kind_needs() -> None:
    """The crawl is Glue's own: its trigger starts it."""
    found = roles(STAGED["dev"], *JOBS)

    named = {title: [part for part in OWN if part in text] for title, text in found.items()}
    assert sorted(parts for parts in named.values() if parts) == [
        ["_crawled/"],
        ["another-bucket"],
        ["fares/*"],
        ["lambda:InvokeFunction"],
    ]


def test_what_a_job_of_glue_makes_the_function_need_not() -> None:
    found = roles(by_state_machines(), replace(JOBS[2], runtime=JobRuntime.GLUE), *JOBS[:1])

    assert "lambda:InvokeFunction" not in found["JobsRole"]
    assert any("lambda:InvokeFunction" in text for title, text in found.items() if title != "JobsRole")


def test_the_job_before_a_crawl_that_nobody_waits_for_may_start_it() -> None:
    beside = Job("crawl", "crawler", after=("publish",), parameters={"dataset": "reports_in"}, waits=False)
    found = roles(STAGED["dev"], JOBS[1], beside)

    assert '"glue:StartCrawler", "glue:GetCrawler"' in found["JobRoleOfReport"]
    assert "JobRoleOfCrawler" not in found
