"""The Trino server of the test session."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.contracts.trino.client import TrinoClient
from tests.contracts.trino.server import running_trino, trino_is_missing


@pytest.fixture(scope="session")
def trino(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrinoClient]:
    """Skips the test where Trino is not installed; in continuous integration, where it must be, the test fails."""
    if reason := trino_is_missing():
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with running_trino(tmp_path_factory.mktemp("trino")) as client:
        yield client
