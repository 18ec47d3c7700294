from __future__ import annotations

from collections.abc import Iterator

import pytest

from millrace.ingestors.simulator.misbehaviour import CATALOGUE, only, requested_between
from tests.doubles.simulated_feeds import shipped_feeds
from tests.end_to_end.aws.aws_jobs import BAD, FIVE, Evening


@pytest.fixture(scope="session")
def feeds() -> Iterator[dict[str, str]]:
    """The addresses of both feeds; one answer of the taxis is no snapshot."""
    bad = only(requested_between(BAD, BAD + FIVE), CATALOGUE["html"]())
    with shipped_feeds(Evening(), misbehaviours=[bad]) as simulator:
        yield simulator.urls
