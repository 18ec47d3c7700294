"""The lake of the engine suites."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.athena_sql.portability.certified_tables import TABLES
from tests.contracts.engines import ENGINES, each_engine
from tests.unit.athena_sql.sql_lake import SampleTables, SqlLake


@pytest.fixture(params=each_engine())
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlLake]:
    """A lake with the tables of the dialect cases, on each engine."""
    tables = SampleTables(dict(TABLES))
    engine = ENGINES[request.param](tables, tmp_path)
    yield SqlLake(tmp_path, engine, tables)
    engine.close()
