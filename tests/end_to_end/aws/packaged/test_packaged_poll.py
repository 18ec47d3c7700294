"""The packaged function that polls, alone in a folder, in Lambda's runtime: from the feed to the delivery stream."""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from millrace.clock import ManualClock
from millrace.infra.packaging.artefacts import BuiltArtefact, poll_zip
from millrace.infra.packaging.distributions import PackageTarget
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import EngineName, Settings
from tests.contracts import aws
from tests.doubles.lambda_emulator import emulator, invoked_in_emulator
from tests.doubles.lambda_runtime import client_command
from tests.doubles.simulated_feeds import SERVED, shipped_feeds
from tests.end_to_end.aws.aws_jobs import STAGE
from tests.end_to_end.aws.aws_lake import AwsLake, aws_lake, environment
from tests.end_to_end.aws.packaged.functions import PackagedFunction, built
from tests.shipped import PROJECT

MOST_BYTES, MOST_UNPACKED = 5_000_000, 10_000_000
MOST_SECONDS = 0.25
MOST_INIT_MILLISECONDS = 10_000  # Lambda ends an initialisation that takes longer
NOT_INSIDE = {"boto3", "botocore", "duckdb", "plotly", "rich", "sqlglot", "typer"}
HANDLER = "millrace.infra.entrypoints.poll.handler"
KEY = "a-key-that-nobody-may-see"
AARCH64 = 183  # e_machine of an ELF file


@pytest.fixture(scope="module")
def zip_file() -> BuiltArtefact:
    return built(poll_zip)


@pytest.fixture(scope="module")
def function(zip_file: BuiltArtefact, tmp_path_factory: pytest.TempPathFactory) -> PackagedFunction:
    return PackagedFunction(zip_file, HANDLER, tmp_path_factory.mktemp("poll"))


@dataclass(frozen=True)
class _Deployed:
    lake: AwsLake
    environ: dict[str, str]
    urls: dict[str, str]
    now: datetime


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Deployed]:
    """A lake, and feeds that stand still: whoever asks gets the same snapshot."""
    now = datetime.now(UTC).replace(microsecond=0)
    clock = ManualClock(now)
    aws.clients().client("ssm").put_parameter(Name="/feeds/taxis", Value=KEY, Type="SecureString")
    with (
        shipped_feeds(clock) as simulator,
        aws_lake(tmp_path_factory.mktemp("home"), simulator.urls, clock, stage=STAGE) as lake,
    ):
        given = environment(lake, EngineName.ATHENA)
        given["MILLRACE_SOURCE_TAXI_AVAILABILITY_API_KEY_FROM"] = "ssm:/feeds/taxis"
        yield _Deployed(lake, given, simulator.urls, now)


def scheduled(source: str, at: datetime) -> dict[str, str]:
    return {"source": source, "scheduled_time": f"{at:%Y-%m-%dT%H:%M:%SZ}"}


def test_it_polls_each_feed_into_the_stream(function: PackagedFunction, deployed: _Deployed, tmp_path: Path) -> None:
    """The snapshots are those that a poll here gets."""
    with function.started(deployed.environ) as container:
        answers = [container.invoke(scheduled(name, deployed.now)) for name in SERVED]
        said = container.said
    assert [(answer.failed, answer.body["outcome"]) for answer in answers] == [(False, "delivered")] * 2, said
    with LocalRuntime(Settings(tmp_path, "simulated", source_urls=deployed.urls)) as runtime:
        here = [runtime.poll_handler().poll(PROJECT.source(name), deployed.now).snapshot_id for name in SERVED]
    assert [answer.body["snapshot_id"] for answer in answers] == here
    assert sum(deployed.lake.double.calls) == 4, "a snapshot and an attempt of each"
    assert KEY not in said
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    (metric,) = [one for one in lines if one.get("Source") == "rainfall" and "_aws" in one]
    assert (metric["Stage"], metric["PollsDelivered"]) == (STAGE, 1)
    assert [one["outcome"] for one in lines if one.get("event") == "polled"] == ["delivered"] * 2


def test_it_polls_in_the_emulator_of_lambda_s_runtime(function: PackagedFunction, deployed: _Deployed) -> None:
    program = emulator()
    if program is None:
        assert not os.environ.get("CI"), ".ci/install_lambda_emulator installs it"
        pytest.skip("the emulator is not installed: .ci/install_lambda_emulator installs it")
    command = client_command(function.task, function.runtime, function.handler)
    event = scheduled("rainfall", deployed.now)
    found = invoked_in_emulator(program, command, function.task, deployed.environ, event)
    assert found.answer["outcome"] == "delivered", found.said
    assert 0 < found.init_milliseconds < MOST_INIT_MILLISECONDS


def test_a_poll_that_cannot_deliver_fails_its_invocation(function: PackagedFunction, deployed: _Deployed) -> None:
    nowhere = {**deployed.environ, "MILLRACE_AWS_BUCKET": "a-bucket-that-is-not-there"}
    with function.started(nowhere) as container:
        answer = container.invoke(scheduled("rainfall", deployed.now))
        again = container.invoke(scheduled("rainfall", deployed.now))
    for one in (answer, again):
        assert one.failed
        assert one.body["errorType"] == "ServiceRefused"
        assert "a-bucket-that-is-not-there" in one.body["errorMessage"]


def test_the_zip_is_small_and_has_no_more_than_it_needs(zip_file: BuiltArtefact, function: PackagedFunction) -> None:
    assert len(zip_file.content) < MOST_BYTES, f"{len(zip_file.content):,} bytes"
    assert zip_file.unpacked < MOST_UNPACKED, f"{zip_file.unpacked:,} bytes"
    assert {path.name for path in function.task.iterdir()} & NOT_INSIDE == set()
    assert (function.task / "tzdata").is_dir()
    assert not (function.task / "millrace" / "dashboards").exists()
    assert not (function.task / "millrace" / "glue_workflow" / "run").exists()


def test_a_cold_import_is_quick_and_leaves_boto3_to_the_first_client(function: PackagedFunction) -> None:
    assert function.cold_import("millrace.infra.entrypoints.poll", MOST_SECONDS) < MOST_SECONDS
    assert not (function.task / "sqlglot").exists()


def test_it_is_the_same_from_the_same_commit(zip_file: BuiltArtefact) -> None:
    again = built(poll_zip)
    assert (again.file, again.content) == (zip_file.file, zip_file.content)


def test_what_is_compiled_is_for_the_machine_that_lambda_has() -> None:
    made = built(poll_zip, PackageTarget("3.13", "arm64"))
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        machines: dict[str, Any] = {
            name: struct.unpack_from("<H", archive.read(name), 18)[0]
            for name in archive.namelist()
            if name.endswith(".so")
        }
    assert machines
    assert set(machines.values()) == {AARCH64}, machines
