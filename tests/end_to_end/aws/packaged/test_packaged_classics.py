"""The project of docs/examples/classics, packaged: the function of jobs, in Lambda's runtime, publishes its report."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from millrace.glue_workflow.run_request import Only, RunRequest
from millrace.infra.packaging.artefacts import job_zip
from millrace.infra.project.project import Project
from millrace.serving.http_server import Address
from millrace.settings import EngineName
from millrace.usecases.athena import serving_athena
from tests.contracts.aws import REGION
from tests.end_to_end.aws.aws_jobs import STAGE, Evening
from tests.end_to_end.aws.aws_lake import AwsLake, TimelessRuntime, aws_lake, environment
from tests.end_to_end.aws.classics import CLASSICS, DAY, copy_from, receipts
from tests.end_to_end.aws.packaged.functions import HERE, PackagedFunction, built
from tests.end_to_end.aws.packaged.glue_jobs import GlueJobs
from tests.end_to_end.aws.test_aws_scripts import opened
from tests.end_to_end.aws.test_classics_on_aws import OF_RECEIPTS, OPEN_BUCKET, crawled, ending_crawls

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
def project(tmp_path: Path) -> Project:
    """The classics, whose open data is in a bucket of moto's."""
    shutil.copytree(CLASSICS, tmp_path / "classics")
    copy_from(tmp_path / "classics", f"s3://{OPEN_BUCKET}/cases/")
    return Project.find(tmp_path / "classics")


@pytest.fixture
def classic(tmp_path: Path, project: Project) -> Iterator[ClassicLake]:
    with (
        aws_lake(tmp_path / "home", {}, Evening(), stage=STAGE) as deployed,
        opened(deployed, project) as served,
        serving_athena(served, Address()) as server,
        ending_crawls(),
    ):
        crawled(served, "reports_in", OF_RECEIPTS)
        served.storage.put(f"reports_in/{DAY}.json", receipts().text(DAY, 7, 5).encode())
        yield ClassicLake(deployed.with_athena(server.url), served)
        for one in served.clients.glue.get_crawlers()["Crawlers"]:
            served.clients.glue.delete_crawler(Name=one["Name"])


def test_the_daily_report_needs_nothing_but_the_zip(classic: ClassicLake, project: Project, tmp_path: Path) -> None:
    jobs = PackagedFunction(built(job_zip, HERE, project), HANDLER, tmp_path / "job")
    of = {"workflow": "daily_report", "execution": "A"}
    with jobs.started(environment(classic.lake, EngineName.ATHENA)) as container:
        begun = container.invoke({"call": "begin", "start": {"partitions": [DAY.isoformat()]}, **of}).body
        for job in begun["jobs"]:
            step = container.invoke({"call": "step", "run_id": begun["run_id"], "job": job, **of})
            assert (step.failed, step.body.get("state")) == (False, "succeeded"), step.body
        assert container.invoke({"call": "end", "run_id": begun["run_id"], **of}).body["state"] == "succeeded"
    text, rows = classic.published()
    assert text.count(b"\r\n") == rows + 1 > 10


@pytest.fixture
def glue_jobs(project: Project, tmp_path: Path) -> GlueJobs:
    return GlueJobs.packaged(tmp_path, project=project)


def by_glue(classic: ClassicLake, jobs: GlueJobs, workflow: str, names: Sequence[str], request: RunRequest) -> None:
    """Each job in a process of the script, with the engine that Glue's jobs have."""
    settings, of_glue = environment(classic.lake, EngineName.SPARK), f"millrace_{STAGE}_{workflow}"
    begun = classic.served.execution(workflow, f"glue:{of_glue}/wr_1").begin(request)
    for name in names:
        done = jobs.start(name, settings, refines=workflow, workflow=of_glue)
        assert done.returncode == 0, done.stderr[-2000:]
    assert classic.served.runs.run(begun.run_id).state == "succeeded"


def test_as_jobs_of_glue_the_report_is_the_same_and_athena_makes_its_query(
    classic: ClassicLake, glue_jobs: GlueJobs
) -> None:
    """Spark takes no rows apart that lie in an array of crawled JSON."""
    asked = RunRequest(Only((DAY.isoformat(),)))
    by_glue(classic, glue_jobs, "daily_report", ("crawl_receipts", "publish"), asked)
    text, rows = classic.published()
    assert text.count(b"\r\n") == rows + 1 > 10


def test_as_jobs_of_glue_open_data_is_copied(classic: ClassicLake, glue_jobs: GlueJobs) -> None:
    s3 = classic.served.clients.s3
    s3.create_bucket(Bucket=OPEN_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=OPEN_BUCKET, Key="cases/a.json", Body=b'{"positive": 1}\n', ACL="public-read")
    crawled(classic.served, "cases", {"positive": "int"})

    workflow = classic.served.pipelines.workflow("open_data_copy")
    by_glue(classic, glue_jobs, workflow.name, [job.name for job in workflow.in_order()], RunRequest())
    assert [found.key for found in classic.served.storage.list("cases/")] == ["cases/a.json"]
