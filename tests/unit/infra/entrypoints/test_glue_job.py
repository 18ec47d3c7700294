"""The arguments of a Glue job, as Glue gives them."""

from __future__ import annotations

import pytest

from millrace.infra.entrypoints.glue_job import GlueArguments

OF_GLUE = ["--JOB_ID", "j_1", "--JOB_RUN_ID", "jr_1", "--JOB_NAME", "crawl", "--enable-spark-ui", "true"]
OURS = ["--workflow", "rainfall", "--job", "crawl"]


def test_settings_are_arguments_and_the_execution_is_the_workflow_run() -> None:
    of_workflow = ["--WORKFLOW_NAME", "millrace_dev_rainfall", "--WORKFLOW_RUN_ID", "wr_1"]
    settings = ["--MILLRACE_STAGE", "dev", "--MILLRACE_AWS_BUCKET=a=b", "--enable-metrics", "true"]
    found = GlueArguments.of([*OF_GLUE, *settings, *OURS, *of_workflow])
    assert (found.workflow, found.job) == ("rainfall", "crawl")
    assert found.execution == "glue:millrace_dev_rainfall/wr_1"
    assert found.settings == {"MILLRACE_STAGE": "dev", "MILLRACE_AWS_BUCKET": "a=b"}


def test_a_job_that_is_started_alone_is_an_execution_of_its_own() -> None:
    assert GlueArguments.of([*OF_GLUE, *OURS]).execution == "crawl jr_1"


@pytest.mark.parametrize("left_out", ["--workflow", "--job"])
def test_an_argument_that_is_missing_is_named(left_out: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = [*OF_GLUE, *OURS]
    place = given.index(left_out)
    with pytest.raises(SystemExit):
        GlueArguments.of(given[:place] + given[place + 2 :])
    assert f"required: {left_out}" in capsys.readouterr().err
