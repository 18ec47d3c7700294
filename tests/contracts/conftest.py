"""The lake of the engine suites, and the Trino server of the test session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.athena_sql.portability.certified_tables import TABLES
from tests.contracts.engines import ENGINES, each_engine
from tests.contracts.trino.client import TrinoClient, TrinoVersion
from tests.contracts.trino.older import OlderTrino, older_is_missing, older_trino
from tests.contracts.trino.server import running_trino, trino_is_missing
from tests.unit.athena_sql.sql_lake import SampleTables, SqlLake


@pytest.fixture(params=each_engine())
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlLake]:
    """A lake with the tables of the dialect cases, on each engine."""
    tables = SampleTables(dict(TABLES))
    engine = ENGINES[request.param](tables, tmp_path)
    yield SqlLake(tmp_path, engine, tables)
    engine.close()


@pytest.fixture(scope="session")
def trino(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrinoClient]:
    """Skips the test where Trino is not installed; in continuous integration, where it must be, the test fails."""
    if reason := trino_is_missing():
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with running_trino(tmp_path_factory.mktemp("trino")) as client:
        yield client


@pytest.fixture(scope="session")
def older() -> Iterator[OlderTrino]:
    if reason := older_is_missing():
        pytest.skip(reason)
    with older_trino() as client:
        yield client


@pytest.fixture(scope="session", params=["trino", pytest.param("older", marks=pytest.mark.soak)])
def each_trino(request: pytest.FixtureRequest) -> TrinoVersion:
    """The server, and in `make soak` the version that is nearest to Athena's engine 3."""
    found: TrinoVersion = request.getfixturevalue(request.param)
    return found
