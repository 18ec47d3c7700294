"""The certified cases on every engine, and proof that each certified construct has a case."""

from __future__ import annotations

import pytest

from millrace.athena_sql.portability.certified_cases import CASES, Case
from millrace.athena_sql.portability.constructs import certified
from tests.unit.athena_sql.sql_lake import SqlLake


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_dialect_case_gives_the_known_rows(lake: SqlLake, case: Case) -> None:
    found = lake.engine.query(case.statement).rows
    assert found == case.rows
    assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in case.rows]


def test_every_case_has_its_own_title() -> None:
    assert len({case.title for case in CASES}) == len(CASES)


def test_every_certified_construct_occurs_in_the_cases_that_prove_it() -> None:
    sql = {case.title: case.sql for case in CASES}
    assert all(sql[title] for titles in certified().values() for title in titles)
    assert [sql[title] for title in certified()["to_unixtime"] if "to_unixtime" not in sql[title].lower()] == []
    assert "soundex" not in certified()
