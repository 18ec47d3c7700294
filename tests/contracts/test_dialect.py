"""The certified cases on every engine, and the constructs that they certify."""

from __future__ import annotations

import pytest

from millrace.athena_sql.portability.certified_cases import CASES, CertifiedCase
from millrace.athena_sql.portability.certified_constructs import certified
from tests.unit.athena_sql.sql_lake import SqlLake


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_dialect_case_gives_the_known_rows(lake: SqlLake, case: CertifiedCase) -> None:
    found = lake.engine.query(case.statement).rows
    assert found == case.rows
    assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in case.rows]


def test_each_case_has_a_title_of_its_own() -> None:
    assert len({case.title for case in CASES}) == len(CASES)


def test_a_certified_construct_stands_in_each_of_its_cases() -> None:
    sql = {case.title: case.sql for case in CASES}
    assert all(sql[title] for titles in certified().values() for title in titles)
    assert [sql[title] for title in certified()["to_unixtime"] if "to_unixtime" not in sql[title].lower()] == []
    assert "soundex" not in certified()
