"""What the tests on stand-ins of AWS share: the feeds, and what is packaged."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from millrace.infra.packaging.artefacts import job_zip
from millrace.ingestors.simulator.misbehaviour import CATALOGUE, only, requested_between
from tests.doubles.simulated_feeds import shipped_feeds
from tests.end_to_end.aws.aws_jobs import BAD, FIVE, Evening
from tests.end_to_end.aws.packaged.functions import PackagedFunction, built
from tests.end_to_end.aws.packaged.glue_jobs import ForkedGlueJobs, GlueJobs


@pytest.fixture(scope="session")
def feeds() -> Iterator[dict[str, str]]:
    """The addresses of both feeds; one answer of the taxis is no snapshot."""
    bad = only(requested_between(BAD, BAD + FIVE), CATALOGUE["html"]())
    with shipped_feeds(Evening(), misbehaviours=[bad]) as simulator:
        yield simulator.urls


@pytest.fixture(scope="session")
def job_function(tmp_path_factory: pytest.TempPathFactory) -> PackagedFunction:
    """The function of jobs."""
    return PackagedFunction(built(job_zip), "millrace.infra.entrypoints.job.handler", tmp_path_factory.mktemp("job"))


@pytest.fixture(scope="session")
def forked_glue_jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkedGlueJobs]:
    folder = tmp_path_factory.mktemp("glue")
    with ForkedGlueJobs(GlueJobs.packaged(folder), folder / "job.log") as jobs:
        yield jobs
