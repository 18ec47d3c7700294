"""The project of docs/examples/classics, packaged: the function of jobs, in Lambda's runtime, publishes its report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from millrace.aws.glue_layout import dataset_crawler
from millrace.glue_workflow.run_request import Only, RunRequest
from millrace.infra.packaging.artefacts import job_zip
from millrace.infra.project.project import Project
from millrace.serving.http_server import Address
from millrace.settings import EngineName
from millrace.usecases.athena import serving_athena
from tests.end_to_end.aws.aws_jobs import STAGE, Evening
from tests.end_to_end.aws.aws_lake import AwsLake, TimelessRuntime, aws_lake, environment
from tests.end_to_end.aws.classics import CLASSICS, DAY, receipts
from tests.end_to_end.aws.packaged.functions import HERE, PackagedFunction, built
from tests.end_to_end.aws.packaged.glue_jobs import GlueJobs
from tests.end_to_end.aws.test_aws_scripts import opened
from tests.end_to_end.aws.test_classics_on_aws import OF_RECEIPTS, crawled, ending_crawls

HANDLER = "millrace.infra.entrypoints.job.handler"


pytestmark = pytest.mark.soak  # builds zips of its own; test_packaged_project does so in CI


@dataclass(frozen=True)
class ClassicLake:
    """A lake on AWS with receipts that wait, and what reads it. `lake`: as processes see it."""

    lake: AwsLake
    served: TimelessRuntime

    def published(self) -> tuple[bytes, int]:
        """The CSV that counts, and how many rows it has to have."""
        current = json.loads(self.served.storage.get(f"reports/ride_receipts/dt={DAY}/_current.json"))
        return self.served.storage.get(current["csv"]), current["rows"]


@pytest.fixture
def classic(tmp_path: Path) -> Iterator[ClassicLake]:
    with (
        aws_lake(tmp_path / "home", {}, Evening(), stage=STAGE) as deployed,
        opened(deployed, Project.find(CLASSICS)) as served,
        serving_athena(served, Address()) as server,
        ending_crawls(),
    ):
        crawled(served, "reports_in", OF_RECEIPTS)
        served.storage.put(f"reports_in/{DAY}.json", receipts().text(DAY, 7, 5).encode())
        yield ClassicLake(deployed.with_athena(server.url), served)
        served.clients.glue.delete_crawler(Name=dataset_crawler(STAGE, "reports_in"))


def test_the_daily_report_needs_nothing_but_the_zip(classic: ClassicLake, tmp_path: Path) -> None:
    jobs = PackagedFunction(built(job_zip, HERE, Project.find(CLASSICS)), HANDLER, tmp_path / "job")
    of = {"workflow": "daily_report", "execution": "A"}
    with jobs.started(environment(classic.lake, EngineName.ATHENA)) as container:
        begun = container.invoke({"call": "begin", "start": {"partitions": [DAY.isoformat()]}, **of}).body
        for job in begun["jobs"]:
            step = container.invoke({"call": "step", "run_id": begun["run_id"], "job": job, **of})
            assert (step.failed, step.body.get("state")) == (False, "succeeded"), step.body
        assert container.invoke({"call": "end", "run_id": begun["run_id"], **of}).body["state"] == "succeeded"
    text, rows = classic.published()
    assert text.count(b"\r\n") == rows + 1 > 10


def test_as_jobs_of_glue_it_is_the_same_and_athena_makes_its_query(classic: ClassicLake, tmp_path: Path) -> None:
    """Glue's jobs have Spark, which takes no rows apart that lie in an array of crawled JSON."""
    jobs = GlueJobs.packaged(tmp_path, project=Project.find(CLASSICS))
    settings = environment(classic.lake, EngineName.SPARK)
    execution, day = "glue:millrace_uat_daily_report/wr_1", DAY.isoformat()
    begun = classic.served.execution("daily_report", execution).begin(RunRequest(Only((day,))))
    for job in ("crawl_receipts", "publish"):
        done = jobs.start(job, settings, refines="daily_report", workflow="millrace_uat_daily_report")
        assert done.returncode == 0, done.stderr[-2000:]
    assert classic.served.runs.run(begun.run_id).state == "succeeded"
    text, rows = classic.published()
    assert text.count(b"\r\n") == rows + 1 > 10
