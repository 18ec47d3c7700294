"""The definitions hold together: each statement is one SELECT over prod that gives what its panel draws."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from athena_sql.certifying import check
from athena_sql.ports import Statement
from athena_sql.tables import table
from dashboards.panels import NEWEST_DAY, PANELS, Panel

EACH_PANEL = pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)


def test_names_are_unique() -> None:
    assert len({panel.name for panel in PANELS}) == len(PANELS)
    assert len({panel.statement.name for panel in PANELS} | {NEWEST_DAY.name}) == len(PANELS) + 1


@EACH_PANEL
def test_the_statement_is_one_select_over_prod_for_the_chosen_day(panel: Panel) -> None:
    (tree,) = sqlglot.parse(panel.statement.sql, read="athena")
    assert isinstance(tree, exp.Select)
    assert {table.db for table in tree.find_all(exp.Table)} == {"prod"}
    assert [placeholder.name for placeholder in tree.find_all(exp.Placeholder)] == ["day"]


@EACH_PANEL
def test_the_statement_gives_the_columns_that_the_panel_needs(panel: Panel) -> None:
    given = sqlglot.parse_one(panel.statement.sql, read="athena").named_selects
    assert set(panel.columns()) <= set(given)


@pytest.mark.parametrize("statement", [*(panel.statement for panel in PANELS), NEWEST_DAY], ids=lambda s: s.name)
def test_the_statement_gives_the_same_rows_on_every_engine(statement: Statement) -> None:
    assert check(statement) == []


@EACH_PANEL
def test_the_statement_reads_columns_that_are_declared(panel: Panel) -> None:
    tree = sqlglot.parse_one(panel.statement.sql, read="athena")
    (source,) = tree.find_all(exp.Table)
    declared = {column.name for column in table(f"{source.db}.{source.name}").columns}
    aliases = {alias.alias for alias in tree.find_all(exp.Alias)}
    assert {column.name for column in tree.find_all(exp.Column)} - aliases <= declared


@EACH_PANEL
def test_axes_have_a_unit(panel: Panel) -> None:
    assert panel.unit
    assert panel.series
