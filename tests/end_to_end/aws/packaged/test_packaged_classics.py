"""The project of docs/examples/classics, packaged: the function of jobs, in Lambda's runtime, publishes its report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from millrace.infra.packaging.artefacts import job_zip
from millrace.infra.project.project import Project
from millrace.serving.http_server import Address
from millrace.settings import EngineName
from millrace.usecases.athena import serving_athena
from tests.end_to_end.aws.aws_jobs import STAGE, Evening
from tests.end_to_end.aws.aws_lake import aws_lake, environment
from tests.end_to_end.aws.classics import CLASSICS, DAY, receipts
from tests.end_to_end.aws.packaged.functions import HERE, PackagedFunction, built
from tests.end_to_end.aws.test_aws_scripts import opened
from tests.end_to_end.aws.test_classics_on_aws import OF_RECEIPTS, crawled, ending_crawls

HANDLER = "millrace.infra.entrypoints.job.handler"


@pytest.mark.soak  # builds a zip of its own; test_packaged_project does so in CI
def test_the_daily_report_needs_nothing_but_the_zip(tmp_path: Path) -> None:
    project = Project.find(CLASSICS)
    jobs = PackagedFunction(built(job_zip, HERE, project), HANDLER, tmp_path / "job")
    with (
        aws_lake(tmp_path / "home", {}, Evening(), stage=STAGE) as deployed,
        opened(deployed, project) as served,
        serving_athena(served, Address()) as server,
        ending_crawls(),
    ):
        lake = deployed.with_athena(server.url)
        crawled(served, "reports_in", OF_RECEIPTS)
        served.storage.put(f"reports_in/{DAY}.json", receipts().text(DAY, 7, 5).encode())
        of = {"workflow": "daily_report", "execution": "A"}
        with jobs.started(environment(lake, EngineName.ATHENA)) as container:
            begun = container.invoke({"call": "begin", "start": {"partitions": [DAY.isoformat()]}, **of}).body
            for job in begun["jobs"]:
                step = container.invoke({"call": "step", "run_id": begun["run_id"], "job": job, **of})
                assert (step.failed, step.body.get("state")) == (False, "succeeded"), step.body
            assert container.invoke({"call": "end", "run_id": begun["run_id"], **of}).body["state"] == "succeeded"
        current = json.loads(served.storage.get(f"reports/ride_receipts/dt={DAY}/_current.json"))
        assert served.storage.get(current["csv"]).count(b"\r\n") == current["rows"] + 1 > 10
