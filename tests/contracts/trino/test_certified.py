"""The certified cases on Trino: their known rows are those that Trino gives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.athena_sql.portability.certified_cases import CASES, CertifiedCase
from millrace.athena_sql.portability.certified_tables import TABLES
from tests.contracts.trino.client import TrinoVersion
from tests.contracts.trino.engine import TrinoEngine
from tests.unit.athena_sql.sql_lake import SampleTables


@pytest.fixture(scope="module")
def judge(each_trino: TrinoVersion, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrinoEngine]:
    tables = SampleTables(dict(TABLES))
    reader = DuckDbEngine(tables, tmp_path_factory.mktemp("reader"), threads=1)
    yield TrinoEngine(each_trino, tables, reader)
    reader.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_certified_case_has_trinos_rows(judge: TrinoEngine, case: CertifiedCase) -> None:
    found = judge.query(case.statement).rows

    assert found == case.rows
    assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in case.rows]
