"""Statements that are asked again: what is kept of them is what does not change."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from millrace.athena_sql.engines.duckdb.translation.translated_statements import TranslatedStatements
from millrace.athena_sql.ports import Column, Parameter, ParquetData, RowData, Statement, ViewData
from millrace.athena_sql.statements.table_binding import StatementTables
from millrace.errors import QueryError
from tests.unit.athena_sql.engines.duckdb.test_engine import COLUMNS, stored
from tests.unit.athena_sql.sql_lake import SqlLake

ROWS = "ops.rows"


def rows(*numbers: int, type_: str = "int") -> RowData:
    return RowData((Column("number", type_),), tuple({"number": number} for number in numbers))


def asked(lake: SqlLake, sql: str, **parameters: Parameter) -> list[tuple[Any, ...]]:
    return list(map(tuple, lake.engine.query(Statement("asked", sql), parameters).rows))


def test_a_statement_asked_again_is_not_translated_again(lake: SqlLake) -> None:
    known, statement = TranslatedStatements(), Statement("asked", "SELECT number FROM ops.rows WHERE number > :least")
    made = []
    for number, least in ((1, 0), (2, 0), (3, 1)):
        lake.tables.data[ROWS] = rows(number)
        made.append(known.of(statement, {"least": least}, StatementTables(lake.tables)))
    assert made[0] is made[1]
    assert made[1] is not made[2]


def test_new_files_of_a_table_are_read(lake: SqlLake) -> None:
    sql = "SELECT number, dt FROM staging.number AS n WHERE number > 0 ORDER BY 1"
    first, second = (stored(lake, version, "2024-05-29", number) for version, number in (("a-1", 1), ("b-1", 2)))
    found = []
    for files in ((first,), (second,), ()):
        lake.tables.data["staging.number"] = ParquetData(COLUMNS, files)
        found.append([number for number, _ in asked(lake, sql)])
    assert found == [[1], [2], []]


def test_another_type_of_a_column_is_another_statement(lake: SqlLake) -> None:
    sql = "SELECT number / 2 AS half FROM ops.rows"
    answers = []
    for type_ in ("int", "double", "int"):
        lake.tables.data[ROWS] = rows(3, type_=type_)
        answers.append(asked(lake, sql))
    assert answers == [[(1,)], [(1.5,)], [(1,)]]


def test_a_column_that_goes_is_missed(lake: SqlLake) -> None:
    lake.tables.data[ROWS] = rows(1)
    assert asked(lake, "SELECT number FROM ops.rows") == [(1,)]
    lake.tables.data[ROWS] = RowData((Column("other", "int"),), ({"other": 1},))
    with pytest.raises(QueryError, match="number"):
        asked(lake, "SELECT number FROM ops.rows")


@pytest.mark.parametrize("inner", ["ops.rows", "ops . rows", '"ops"."rows"', "ops/* a comment */.rows"])
def test_a_view_is_read_as_it_is_now(lake: SqlLake, inner: str) -> None:
    lake.tables.data |= {ROWS: rows(1), "ops.other": rows(2)}
    found = []
    for sql in (f"SELECT number FROM {inner}", "SELECT number + 10 AS number FROM ops.other"):
        lake.tables.data["ops.view"] = ViewData(Statement("ops.view", sql))
        found += asked(lake, "SELECT number FROM ops.view")
    lake.tables.data["ops.view"] = ViewData(Statement("ops.view", f"SELECT number FROM {inner}"))
    lake.tables.data[ROWS] = rows(5, type_="double")
    found += asked(lake, "SELECT number / 2 AS number FROM ops.view")
    assert found == [(1,), (12,), (2.5,)]


def test_a_view_that_only_the_parser_finds_in_the_text_is_read_as_it_is_now(lake: SqlLake) -> None:
    lake.tables.data |= {ROWS: rows(1)}
    found = []
    for sql in ("SELECT number FROM ops.rows", "SELECT number + 10 AS number FROM ops.rows", "SELECT 3 AS number"):
        lake.tables.data["ops.view"] = ViewData(Statement("ops.view", sql))
        found += asked(lake, "SELECT v.number FROM ops/* a comment */.view AS v CROSS JOIN ops.rows AS r")
    assert found == [(1,), (11,), (3,)]


def test_values_that_python_takes_for_equal_are_told_apart(lake: SqlLake) -> None:
    values: list[Parameter] = [1, True, 1.0, Decimal("1.0"), Decimal("1.00"), "1", [1], [1, 2]]
    for value in [*values, *values]:
        if isinstance(value, list):
            assert asked(lake, "SELECT 2 IN (:value) AS found", value=value) == [(2 in value,)]
        else:
            [(found,)] = asked(lake, "SELECT :value AS found", value=value)
            assert (type(found), str(found)) == (type(value), str(value))


def test_tables_given_with_a_query_come_before_the_lakes(lake: SqlLake) -> None:
    lake.tables.data[ROWS] = rows(1)
    statement = Statement("asked", "SELECT number / 2 AS half FROM ops.rows")
    given = [{}, {ROWS: rows(9)}, {ROWS: rows(9, type_="double")}, {}]
    assert [lake.engine.query(statement, {}, tables).rows[0][0] for tables in given] == [0, 4, 4.5, 0]


def test_a_statement_may_hold_any_text(lake: SqlLake) -> None:
    lake.tables.data[ROWS] = rows(7)
    text = "millrace_0_ {0} %s \\1 ''"
    assert asked(lake, f"SELECT '{text}' AS text, a.number, b.number FROM ops.rows a, ops.rows b") == [
        (text.replace("''", "'"), 7, 7)
    ]
