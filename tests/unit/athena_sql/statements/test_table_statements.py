"""The statements that ship, and the tables that they make."""

from __future__ import annotations

import pytest

from millrace.athena_sql.portability.statement_check import portability_problems
from millrace.athena_sql.statements.table_statements import table_statement, table_statement_names
from millrace.athena_sql.tables import table, tables
from millrace.errors import UnknownName


@pytest.mark.parametrize("name", table_statement_names())
def test_a_statement_is_certified_explained_and_of_a_declared_table(name: str) -> None:
    statement = table_statement(name)
    assert portability_problems(statement) == []
    assert statement.sql.startswith("-- ")
    assert statement.name == name == table(name).name


def test_every_declared_table_has_its_statement() -> None:
    assert sorted(declared.name for declared in tables() if declared.has_statement) == table_statement_names()


@pytest.mark.parametrize("declared", tables(), ids=lambda declared: declared.name)
def test_a_declared_table_is_partitioned_by_its_last_column_or_not_at_all(declared: object) -> None:
    assert declared.partitioned == (declared.columns[-1].name == "dt")  # type: ignore[attr-defined]
    assert all(column.type != "double" for column in declared.columns)  # type: ignore[attr-defined]


def test_unknown_names_list_what_there_is() -> None:
    with pytest.raises(UnknownName, match=r"unknown table 'prod.nothing'. Choose one of: ops.polls, "):
        table("prod.nothing")
    for name in ("prod.nothing", "../../pyproject", "staging"):
        with pytest.raises(UnknownName, match=r"unknown statement .* Choose one of: ops.polls, "):
            table_statement(name)
