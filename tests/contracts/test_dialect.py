"""The certified cases on every engine, and that they prove what the check lets through."""

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


def test_the_titles_tell_the_cases_apart() -> None:
    assert len({case.title for case in CASES}) == len(CASES)


def test_what_is_certified_is_proven_by_a_case_that_holds_it() -> None:
    sql = {case.title: case.sql for case in CASES}
    assert all(sql[title] for titles in certified().values() for title in titles)
    assert [sql[title] for title in certified()["to_unixtime"] if "to_unixtime" not in sql[title].lower()] == []
    assert "soundex" not in certified()
