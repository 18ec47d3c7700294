"""The statements that ship, and the tables that they make."""

from __future__ import annotations

import pytest

from millrace.athena_sql.portability.statement_check import portability_problems
from millrace.errors import UnknownName
from tests.shipped import TABLES


@pytest.mark.parametrize("name", [table.name for table in TABLES if table.statement])
def test_a_statement_is_certified_explained_and_of_a_declared_table(name: str) -> None:
    statement = TABLES.statement(name)
    assert portability_problems(statement, TABLES) == []
    assert statement.sql.startswith("-- ")
    assert statement.name == name == TABLES.table(name).name


@pytest.mark.parametrize("declared", TABLES.all, ids=lambda declared: declared.name)
def test_a_declared_table_is_partitioned_by_its_last_column_or_not_at_all(declared: object) -> None:
    assert declared.partitioned == (declared.columns[-1].name == "dt")  # type: ignore[attr-defined]
    assert all(column.type != "double" for column in declared.columns)  # type: ignore[attr-defined]


def test_unknown_names_list_what_there_is() -> None:
    with pytest.raises(UnknownName, match=r"unknown table 'prod.nothing'. Choose one of: ops.polls, "):
        TABLES.table("prod.nothing")
    with pytest.raises(UnknownName, match=r"unknown statement 'staging.poll_set_aside'. Choose one of: ops.polls, "):
        TABLES.statement("staging.poll_set_aside")
