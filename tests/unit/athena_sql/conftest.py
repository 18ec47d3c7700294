from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from tests.unit.athena_sql.sql_lake import SampleTables, SqlLake


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[SqlLake]:
    tables = SampleTables()
    engine = DuckDbEngine(tables, tmp_path, threads=2)
    yield SqlLake(tmp_path, engine, tables)
    engine.close()
