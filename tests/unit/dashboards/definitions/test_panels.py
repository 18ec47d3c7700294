"""Every panel is consistent: its statement is one SELECT that gives the columns that the panel draws."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from millrace.athena_sql.portability.statement_check import portability_problems
from millrace.athena_sql.ports import Statement
from millrace.athena_sql.tables import tables_named
from millrace.dashboards.definitions.panel import Panel
from millrace.dashboards.shipped.taxis import AREA
from tests.shipped import PANELS, PROJECT, TABLES

STATEMENTS: list[tuple[Statement, tuple[str, ...], list[str]]] = [
    *((panel.statement, panel.parameters, panel.columns()) for panel in PANELS),
    *(
        (panel.overlay.statement, panel.overlay.parameters, [*panel.overlay.columns()])
        for panel in PANELS
        if panel.overlay
    ),
    (AREA.statement, AREA.parameters, [*AREA.columns()]),
]
EACH_PANEL = pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
EACH_STATEMENT = pytest.mark.parametrize(
    ("statement", "parameters", "columns"), STATEMENTS, ids=[one[0].name for one in STATEMENTS]
)


def test_names_are_unique() -> None:
    assert len({panel.name for panel in PANELS}) == len(PANELS)
    assert len({statement.name for statement, _, _ in STATEMENTS}) == len(STATEMENTS)


@EACH_STATEMENT
def test_a_statement_has_the_declared_parameters_and_columns(
    statement: Statement, parameters: tuple[str, ...], columns: list[str]
) -> None:
    (tree,) = sqlglot.parse(statement.sql, read="athena")
    assert isinstance(tree, exp.Select)
    assert {placeholder.name for placeholder in tree.find_all(exp.Placeholder)} == {str(one) for one in parameters}
    assert set(columns) <= set(tree.named_selects)


@EACH_STATEMENT
def test_the_statement_gives_the_same_rows_on_every_engine(
    statement: Statement, parameters: tuple[str, ...], columns: list[str]
) -> None:
    assert portability_problems(statement, TABLES) == []


@EACH_STATEMENT
def test_partitioned_tables_are_read_by_partition(
    statement: Statement, parameters: tuple[str, ...], columns: list[str]
) -> None:
    """Every SELECT over a table with partitions has a condition on dt."""
    for select in sqlglot.parse_one(statement.sql, read="athena").find_all(exp.Select):
        sources = [part.this for part in (select.args["from_"], *select.args.get("joins", []))]
        if any(isinstance(one, exp.Table) and one.db in ("prod", "staging") and one.name != "area" for one in sources):
            assert "dt" in {column.name for column in select.args["where"].find_all(exp.Column)}


@EACH_STATEMENT
def test_the_tables_of_a_statement_are_found(
    statement: Statement, parameters: tuple[str, ...], columns: list[str]
) -> None:
    tree = sqlglot.parse_one(statement.sql, read="athena")
    assert tables_named(statement.sql) == {f"{one.db}.{one.name}" for one in tree.find_all(exp.Table) if one.db}


@EACH_PANEL
def test_axes_have_a_unit(panel: Panel) -> None:
    assert panel.unit
    assert panel.series


@pytest.mark.parametrize("query", PROJECT.queries(), ids=lambda query: query.name)
def test_a_saved_query_has_a_title_and_a_default_for_each_parameter(query: object) -> None:
    tree = sqlglot.parse_one(query.statement.sql, read="athena")  # type: ignore[attr-defined]
    assert {one.name for one in tree.find_all(exp.Placeholder)} == set(query.defaults)  # type: ignore[attr-defined]
    assert portability_problems(query.statement, TABLES) == []  # type: ignore[attr-defined]
