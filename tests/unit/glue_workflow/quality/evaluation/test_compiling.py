# ruff: noqa: DTZ001  (an engine gives and takes naive UTC)
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlglot
from sqlglot import ErrorLevel, exp

from millrace.athena_sql.ports import Column, Statement
from millrace.glue_workflow.quality.evaluation.compiling import plan
from millrace.glue_workflow.quality.evaluation.evaluator import evaluate
from millrace.glue_workflow.quality.evaluation.history import FakeHistory
from millrace.glue_workflow.quality.loading.parsing import parse
from tests.shipped import PIPELINES, TABLES
from tests.unit.glue_workflow.quality.duckdb_engine import SampleEngine

NOW = datetime(2024, 5, 30, 12)
COLUMNS = [Column("id", "int"), Column("name", "string"), Column("seen_at", "timestamp"), Column("x", "double")]

ONE_SCAN = """Rules = [
    RowCount > 0, ColumnCount = 4, ColumnExists "id", ColumnNamesMatchPattern "[a-z_]+",
    IsComplete "id", Completeness "name" > 0.9, IsUnique "id", IsPrimaryKey "id", DistinctValuesCount "name" > 0,
    ColumnValues "id" between 0 and 10 with threshold > 0.5, ColumnValues "name" matches "[a-z]+" where "id > 1",
    ColumnLength "name" < 9, ColumnDataType "name" = "String", DataFreshness "seen_at" < 2 days,
    Mean "x" > 0, Sum "x" > 0, StandardDeviation "x" < 9, Variance "x" < 9, ColumnCorrelation "id" "x" > -2,
    (IsComplete "x") or (ColumnValues "x" > 3), AggregateMatch "sum(id)" "avg(x)" > 0
]"""


def statements(rules: str) -> tuple[Statement, ...]:
    return plan(parse(rules), "staging.t", COLUMNS, logical_time=NOW).statements


def scans(statement: Statement, table: str = "t") -> list[exp.Table]:
    return [
        found for found in sqlglot.parse_one(statement.sql, read="athena").find_all(exp.Table) if found.name == table
    ]


def test_all_rules_that_can_share_it_take_one_scan() -> None:
    (statement,) = statements(ONE_SCAN)
    assert len(scans(statement)) == 1


def test_evaluation_runs_what_was_planned_and_nothing_else() -> None:
    engine = SampleEngine()
    engine.add("staging.t", COLUMNS, [(1, "ann", NOW, 1.0), (2, "bob", NOW, 2.5)])
    results = evaluate(
        parse(ONE_SCAN), engine=engine, table="staging.t", columns=COLUMNS, history=FakeHistory(), logical_time=NOW
    )
    assert {result.verdict for result in results} == {"pass"}
    assert tuple(engine.ran) == statements(ONE_SCAN)
    engine.close()


def test_an_aggregate_that_two_rules_need_is_selected_once() -> None:
    (statement,) = statements('Rules = [ RowCount > 0, RowCount < 9, IsComplete "id", Completeness "id" > 0.5 ]')
    assert statement.sql.count("COUNT") == 2


def test_rules_about_the_same_values_share_one_grouped_scan() -> None:
    both = statements(
        'Rules = [ Uniqueness "id" "name" > 0, IsUnique "name" "id", Entropy "x" > 0, Uniqueness "x" > 0 ]'
    )
    assert len(both) == 2
    assert all(len(scans(statement)) == 1 for statement in both)


def test_rules_about_another_table_share_a_scan_of_it() -> None:
    rules = 'Rules = [ RowCountMatch "prod.o" > 0, AggregateMatch "sum(id)" "sum(prod.o.n)" > 0, RowCount > 0 ]'
    assert [len(scans(found, "o")) for found in statements(rules)] == [0, 1]


def test_rules_about_column_names_need_no_statement() -> None:
    assert statements('Rules = [ ColumnCount = 4, ColumnExists "id", ColumnNamesMatchPattern ".*" ]') == ()


def test_names_and_texts_are_quoted() -> None:
    columns = [Column('we"ird; name', "string")]
    engine = SampleEngine()
    engine.add("staging.t", columns, [("it's; DROP TABLE staging.t; --",)])
    rules = r"""Rules = [
        ColumnValues "we\"ird; name" = "it's; DROP TABLE staging.t; --",
        ColumnValues "we\"ird; name" matches "it's.*--",
        Uniqueness "we\"ird; name" = 1,
        IsComplete "we\"ird; name" where "\"we\"\"ird; name\" <> 'a''b'"
    ]"""
    results = evaluate(
        parse(rules), engine=engine, table="staging.t", columns=columns, history=FakeHistory(), logical_time=NOW
    )
    assert [result.verdict for result in results] == ["pass"] * 4
    engine.close()


def test_primary_is_the_table_under_test_and_keeps_its_alias() -> None:
    sql = (
        "select primary.id from primary join prod.o p on primary.id = p.id "
        "where primary.id in (select q.id from primary as q)"
    )
    _, statement = statements(f'Rules = [ CustomSql "{sql}" ]')
    assert '"staging"."t" AS "primary"' in statement.sql
    assert '"staging"."t" AS "q"' in statement.sql
    assert "prod.o AS p" in statement.sql
    sqlglot.parse_one(statement.sql, read="athena")


@pytest.mark.parametrize(
    "at", [NOW, datetime(2024, 5, 30, 12, tzinfo=UTC), datetime(2024, 5, 30, 20, tzinfo=timezone(timedelta(hours=8)))]
)
def test_now_is_the_logical_time_in_utc(at: datetime) -> None:
    ruleset = parse('Rules = [ ColumnValues "seen_at" > (now() - 90 minutes) ]')
    (statement,) = plan(ruleset, "staging.t", COLUMNS, logical_time=at).statements
    assert "TIMESTAMP '2024-05-30 10:30:00'" in statement.sql


TAXI = TABLES.table("staging.taxi_position").columns


def test_the_taxi_rules_take_three_scans_and_their_sql_transpiles_to_spark_and_duckdb() -> None:
    ruleset = PIPELINES.ruleset(PIPELINES.refinement("taxi_availability"))
    found = plan(ruleset, "staging.taxi_position", TAXI, logical_time=NOW).statements
    assert len(found) == 3
    for statement in (*found, *statements(ONE_SCAN)):
        tree = sqlglot.parse_one(statement.sql, read="athena")
        for dialect in ("spark", "duckdb"):
            tree.sql(dialect, unsupported_level=ErrorLevel.RAISE)
