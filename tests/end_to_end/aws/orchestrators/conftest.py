"""What the tests of orchestrators share: what is packaged, and a lake with two snapshots that wait for a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from millrace.infra.packaging.artefacts import job_zip
from tests.end_to_end.aws.aws_jobs import SLOTS, STAGE, Evening, on_athena, poll_rain, rain_of_a_local_run
from tests.end_to_end.aws.aws_lake import AwsLake, aws_lake
from tests.end_to_end.aws.packaged.functions import PackagedFunction, built
from tests.end_to_end.aws.packaged.glue_jobs import ForkedGlueJobs, GlueJobs

HANDLER = "millrace.infra.entrypoints.job.handler"
TWO = SLOTS[:2]


@pytest.fixture(scope="session")
def function(tmp_path_factory: pytest.TempPathFactory) -> PackagedFunction:
    return PackagedFunction(built(job_zip), HANDLER, tmp_path_factory.mktemp("job"))


@pytest.fixture(scope="session")
def glue_jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkedGlueJobs]:
    folder = tmp_path_factory.mktemp("glue")
    with ForkedGlueJobs(GlueJobs.packaged(folder), folder / "job.log") as jobs:
        yield jobs


@pytest.fixture(scope="session")
def local(feeds: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    """The rows of a run in a folder."""
    return rain_of_a_local_run(feeds, tmp_path_factory.mktemp("local"), TWO)


@pytest.fixture
def lake(feeds: dict[str, str], tmp_path: Path) -> Iterator[AwsLake]:
    with _lake(feeds, tmp_path) as lake:
        yield lake


@contextmanager
def _lake(feeds: dict[str, str], home: Path) -> Iterator[AwsLake]:
    with aws_lake(home, feeds, Evening(), stage=STAGE) as made, on_athena(made) as lake:
        with lake.runtime() as runtime:
            for slot in TWO:
                poll_rain(runtime, slot)
        lake.double.deliver(everything=True)
        yield lake
