"""The script of Glue jobs, with the zip of wheels and what Glue has, and nothing else: one process for each job.

Prod must have the rows of a local run, on Athena (the local endpoint) and on Spark.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from millrace.infra.packaging.artefacts import glue_target, wheels_zip
from millrace.infra.stack.network import GATEWAYS, INTERFACES
from millrace.settings import EngineName
from tests.contracts import aws
from tests.contracts.engines import SPARK_MARKS
from tests.doubles.aws_proxy import AwsProxy, AwsRequest
from tests.doubles.faults import Fault
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
from tests.end_to_end.aws.packaged.functions import built
from tests.end_to_end.aws.packaged.glue_jobs import GLUE_5, GLUE_6, JOBS, GlueJobs
from tests.end_to_end.aws.permissions.recorded_calls import ActionRecording
from tests.end_to_end.aws.permissions.roles import RoleOfStack, stack_view
from tests.judges import WITHOUT_SPARK_4

NO_CONNECTOR = "UNRESOLVED DEPENDENCIES"
SPARK_4_MARKS = (*SPARK_MARKS, pytest.mark.skipif(bool(WITHOUT_SPARK_4), reason=WITHOUT_SPARK_4))
ON_SPARK = [
    pytest.param(GLUE_5, marks=(*SPARK_MARKS, pytest.mark.soak), id="5.1"),
    pytest.param(GLUE_6, marks=SPARK_4_MARKS, id="6.0"),
]


@pytest.fixture(scope="module")
def local(feeds: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return rain_of_a_local_run(feeds, tmp_path_factory.mktemp("local"), [START])


@pytest.fixture(scope="module")
def glue(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> GlueJobs:
    """Of the version that the test names, by default 5.1."""
    return GlueJobs.packaged(tmp_path_factory.mktemp("glue"), getattr(request, "param", GLUE_5))


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


@pytest.mark.soak  # a run of five jobs is in every suite with the orchestrators
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


@pytest.mark.parametrize("glue", ON_SPARK, indirect=True)
def test_a_whole_run_in_one_job_on_spark(glue: GlueJobs, lake: AwsLake, local: list[Any]) -> None:
    """With Python and Spark of both versions of Glue, each with its wheels."""
    make_databases(STAGE)
    with closing(AwsProxy(aws.endpoint(), lambda _: Fault.NONE)) as proxy:
        done = glue.start("run", environment(lake.through(proxy.url), EngineName.SPARK))
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
