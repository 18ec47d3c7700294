"""The script of Glue jobs, with the zip of wheels and what Glue has, and nothing else: one process for each job.

Prod must have the rows of a local run, on Athena (the local endpoint) and on Spark.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from millrace.infra.packaging.artefacts import glue_script, glue_target, wheels_zip
from millrace.infra.stack.network import GATEWAYS, INTERFACES
from millrace.settings import EngineName
from tests.contracts import aws
from tests.contracts.engines import SPARK_MARKS
from tests.doubles.aws_proxy import AwsProxy, AwsRequest
from tests.doubles.faults import Fault
from tests.doubles.lambda_runtime import linked_packages
from tests.doubles.simulated_feeds import shipped_feeds
from tests.end_to_end.aws.aws_jobs import (
    STAGE,
    START,
    Evening,
    ledgers,
    on_athena,
    poll_rain,
    rain,
    rain_of_a_local_run,
)
from tests.end_to_end.aws.aws_lake import AwsLake, aws_lake, environment, make_databases
from tests.end_to_end.aws.packaged import built
from tests.end_to_end.aws.permissions.recorded_calls import ActionRecording
from tests.end_to_end.aws.permissions.roles import RoleOfStack, stack_view
from tests.shipped import PIPELINES

# What Glue has besides Python's own library, of what is needed here.
PROVIDED = ("pyspark", "py4j", "boto3", "botocore", "jmespath", "s3transfer", "dateutil", "six")
JOBS = [job.name for job in PIPELINES.workflow("rainfall").in_order()]
NO_CONNECTOR = "UNRESOLVED DEPENDENCIES"


@pytest.fixture(scope="module")
def feeds() -> Iterator[dict[str, str]]:
    with shipped_feeds(Evening()) as simulator:
        yield simulator.urls


@pytest.fixture(scope="module")
def local(feeds: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return rain_of_a_local_run(feeds, tmp_path_factory.mktemp("local"), [START])


class GlueJobs:
    """What is deployed: the script, and the folder with the wheels, which pip installed as Glue does."""

    def __init__(self, folder: Path) -> None:
        self.script = glue_script().write(folder)
        self.installed, self.provided = folder / "installed", linked_packages(folder / "provided", PROVIDED)
        with zipfile.ZipFile(io.BytesIO(built(wheels_zip).content)) as archive:
            archive.extractall(folder)
        wheels = folder / "wheels"
        given = ("--no-index", "--find-links", wheels, "--requirement", wheels / "requirements.txt")
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-compile")
        subprocess.run([*pip, *given, "--target", self.installed], check=True, timeout=300)

    def start(
        self, job: str, settings: dict[str, str], workflow: str = "rainfall", run_id: str = "wr_1"
    ) -> subprocess.CompletedProcess[str]:
        """One job run of a Glue workflow's run."""
        credentials = {name: value for name, value in settings.items() if name.startswith("AWS_")}
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "JAVA_HOME") if name in os.environ}
        arguments: Sequence[str | Path] = [
            self.script,
            *("--workflow", "rainfall", "--job", job, "--job-bookmark-option", "job-bookmark-disable"),
            *("--JOB_NAME", job, "--WORKFLOW_NAME", workflow, "--WORKFLOW_RUN_ID", run_id),
            *(part for name, value in settings.items() if name not in credentials for part in (f"--{name}", value)),
        ]
        return subprocess.run(
            [sys.executable, "-S", "-s", *arguments],
            env={**kept, **credentials, "PYTHONPATH": f"{self.installed}:{self.provided}", "PYTHONTZPATH": ""},
            cwd=self.installed,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )


@pytest.fixture(scope="module")
def glue(tmp_path_factory: pytest.TempPathFactory) -> GlueJobs:
    return GlueJobs(tmp_path_factory.mktemp("glue"))


@pytest.fixture
def lake(feeds: dict[str, str], tmp_path: Path) -> Iterator[AwsLake]:
    """In which one snapshot waits."""
    with aws_lake(tmp_path, feeds, Evening(), stage=STAGE) as deployed, on_athena(deployed) as made:
        with made.runtime() as runtime:
            poll_rain(runtime, START)
        made.double.deliver(everything=True)
        yield made


def published(lake: AwsLake) -> list[Any]:
    with lake.runtime() as runtime:
        assert len(ledgers(runtime)) == 1
        return rain(runtime)


def test_five_jobs_make_one_run_on_athena(glue: GlueJobs, lake: AwsLake, local: list[Any]) -> None:
    settings = environment(lake, EngineName.ATHENA)
    for job in JOBS:
        done = glue.start(job, settings)
        assert done.returncode == 0, done.stderr
    assert published(lake) == local
    with lake.runtime() as runtime:
        (run,) = runtime.runs.runs("rainfall", limit=9)
        assert run.state == "succeeded"
        assert runtime.runs.jobs(run.run_id)
    assert glue.start("crawl", settings).returncode == 0, "a node of a run that has ended does nothing"


def test_a_job_that_fails_ends_the_run_and_another_run_waits_while_one_goes_on(glue: GlueJobs, lake: AwsLake) -> None:
    """moto's workflow run stays RUNNING: Glue says that the execution goes on."""
    settings, workflow = environment(lake, EngineName.ATHENA), f"w{uuid4().hex}"
    client = aws.clients().glue
    client.create_workflow(Name=workflow)
    first = client.start_workflow_run(Name=workflow)["RunId"]
    assert glue.start("crawl", settings, workflow, first).returncode == 0
    waiting = glue.start("crawl", settings, workflow, "wr_2")
    assert waiting.returncode == 1
    assert f"rainfall is held by execution glue:{workflow}/{first}" in waiting.stderr
    out_of_turn = glue.start("prod", settings, workflow, first)
    assert out_of_turn.returncode == 1
    assert "comes after quality_check, which has not succeeded" in out_of_turn.stderr
    with lake.runtime() as runtime:
        (run,) = runtime.runs.runs("rainfall", limit=9)
        assert run.state == "failed"


@pytest.mark.parametrize("job", [pytest.param("run", marks=SPARK_MARKS)])
def test_a_whole_run_in_one_job_on_spark(glue: GlueJobs, lake: AwsLake, local: list[Any], job: str) -> None:
    make_databases(STAGE)
    with closing(AwsProxy(aws.endpoint(), lambda _: Fault.NONE)) as proxy:
        done = glue.start(job, environment(lake.through(proxy.url), EngineName.SPARK))
    if NO_CONNECTOR in done.stderr and not os.environ.get("CI"):
        pytest.skip("Spark's connector for S3 cannot be had: no network, or no repository of Java packages")
    assert done.returncode == 0, done.stderr[-3000:]
    assert published(lake) == local
    _is_allowed([request for request, _ in proxy.requests])


def _is_allowed(requests: Sequence[AwsRequest]) -> None:
    """Whoever makes them, Spark's connector or Python: by the role of a job, and by the endpoints of a VPC."""
    calls = ActionRecording()
    for request in requests:
        calls.note_request(request)
    assert any(request.by_jvm for request in requests)
    assert RoleOfStack.of(stack_view(STAGE), "JobRoleOfCrawl").refused(calls.needed) == []
    assert {action.partition(":")[0] for action, _ in calls.needed} <= {*GATEWAYS, *INTERFACES}


def test_each_version_of_glue_has_its_wheels() -> None:
    for version, python in (("5.1", "cp311"), ("6.0", "cp313")):
        made = built(wheels_zip, glue_target(version))
        assert made.file.endswith(".gluewheels.zip")
        assert made.content == built(wheels_zip, glue_target(version)).content
        with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
            names = archive.namelist()
            wanted = archive.read("wheels/requirements.txt").decode().splitlines()
        assert len(names) == len(wanted) + 1
        (compiled,) = [name for name in names if "msgspec" in name]
        assert python in compiled
        assert "x86_64" in compiled
