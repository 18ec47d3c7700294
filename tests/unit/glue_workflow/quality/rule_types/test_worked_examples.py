"""Each rule type on a small table, with values worked out by hand."""

# ruff: noqa: DTZ001  (an engine gives and takes naive UTC)

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

import pytest

from millrace.athena_sql.ports import Column
from millrace.glue_workflow.quality.evaluation.evaluator import evaluate
from millrace.glue_workflow.quality.evaluation.history import FakeHistory
from millrace.glue_workflow.quality.evaluation.results import RuleResult
from millrace.glue_workflow.quality.loading.parsing import parse
from tests.unit.glue_workflow.quality.duckdb_engine import SampleEngine

Evaluated = tuple[float | None, str]  # the value and the verdict

NOW = datetime(2024, 5, 30, 12)
COLUMNS = [
    Column("id", "int"),
    Column("name", "string"),
    Column("amount", "decimal(9,2)"),
    Column("score", "double"),
    Column("seen_at", "timestamp"),
    Column("day", "date"),
    Column("active", "boolean"),
    Column("text_number", "string"),
]
ROWS = [
    (1, "ann", Decimal("10.00"), 1.0, datetime(2024, 5, 30, 11), date(2024, 5, 30), True, "1"),
    (2, "bob", Decimal("20.00"), 2.0, datetime(2024, 5, 30, 10), date(2024, 5, 29), False, "2.5"),
    (3, "bob", Decimal("30.00"), 3.0, datetime(2024, 5, 29, 12), date(2024, 5, 28), True, "x"),
    (4, "", Decimal("40.50"), 4.0, datetime(2024, 5, 27, 12), date(2024, 5, 27), None, "9999999999"),
    (None, None, None, None, None, None, None, None),
    (5, " \t", Decimal("-0.50"), -4.0, datetime(2024, 5, 30, 12), date(2024, 5, 31), True, "true"),
]


@pytest.fixture(scope="module")
def engine() -> Iterator[SampleEngine]:
    made = SampleEngine()
    made.add("staging.t", COLUMNS, ROWS)
    made.add("staging.empty", COLUMNS, [])
    made.add("staging.single", COLUMNS, ROWS[:1])
    made.add("staging.nulls", COLUMNS, [ROWS[4], ROWS[4]])
    made.add("prod.people", [Column("who", "string"), Column("number", "int")], [("ann", 1), ("bob", 2), ("bob", 2)])
    made.add("prod.nobody", [Column("who", "string"), Column("number", "int")], [])
    made.add("prod.twin", [*COLUMNS[1:], Column("id", "int")], [])
    made.add("prod.other", [*COLUMNS[:6], Column("active", "string"), Column("more", "int")], [])
    yield made
    made.close()


def judge(
    engine: SampleEngine,
    rule: str,
    table: str = "staging.t",
    columns: Sequence[Column] = COLUMNS,
    history: Mapping[str, Sequence[float]] | None = None,
) -> RuleResult:
    (result,) = evaluate(
        parse(f"Rules = [ {rule} ]"),
        engine=engine,
        table=table,
        columns=columns,
        history=FakeHistory(history),
        logical_time=NOW,
    )
    return result


# Rule, the value to be measured, the verdict.
CASES = [
    ("RowCount = 6", 6, "pass"),
    ('RowCount = 3 where "amount > 10"', 3, "pass"),
    ("RowCount between 6 and 7", 6, "fail"),  # both ends are out
    ("RowCount between 5 and 7", 6, "pass"),
    ("RowCount not between 6 and 9", 6, "pass"),
    ("RowCount in [1, 6]", 6, "pass"),
    ("RowCount not in [1, 6]", 6, "fail"),
    ("RowCount > 2 * 3", 6, "fail"),
    ("RowCount >= (10 - 1) / 1.5", 6, "pass"),
    ("RowCount = abs(-6)", 6, "pass"),
    ("ColumnCount = 8", 8, "pass"),
    ("ColumnCount != 8", 8, "fail"),
    ('ColumnExists "Amount"', 1, "pass"),
    ('ColumnExists "amounts"', 0, "fail"),
    ('ColumnNamesMatchPattern "[a-z_]+"', 1, "pass"),
    ('ColumnNamesMatchPattern "[a-z]+"', 6 / 8, "fail"),
    ('IsComplete "name"', 5 / 6, "fail"),
    ('IsComplete "name" where "id is not null"', 1, "pass"),  # an empty text is complete
    ('Completeness "name" > 0.8', 5 / 6, "pass"),
    ('Completeness "name" >= 0.9', 5 / 6, "fail"),
    ('IsUnique "id"', 1, "pass"),  # NULLs are no values
    ('IsUnique "name"', 4 / 5, "fail"),
    ('IsUnique "id" "name"', 1, "pass"),
    ('IsUnique "name" where "id < 3"', 1, "pass"),
    ('IsUnique "active" "name" where "id in (1, 2, 5)"', 1, "pass"),
    ('IsPrimaryKey "id"', 5 / 6, "fail"),
    ('IsPrimaryKey "id" where "id is not null"', 1, "pass"),
    ('IsPrimaryKey "name" "day" where "id is not null"', 1, "pass"),
    ('IsPrimaryKey "id" "active" where "id is not null"', 4 / 5, "fail"),  # one has no `active`
    ('Uniqueness "name" = 0.6', 0.6, "pass"),  # ann, '', ' \t' of five
    ('Uniqueness "name" "id" = 1', 1, "pass"),
    ('Uniqueness "active" = 0.25', 0.25, "pass"),  # TRUE three times, FALSE once
    ('UniqueValueRatio "name" = 0.75', 0.75, "pass"),  # three of four distinct
    ('DistinctValuesCount "name" = 4', 4, "pass"),
    ('DistinctValuesCount "name" = 2 where "id in (2, 3, 4)"', 2, "pass"),
    ('Mean "amount" = 20', 20, "pass"),  # 100.00 / 5, exact
    ('Mean "amount" = 15 where "id < 3"', 15, "pass"),
    ('Mean "score" = 1.2', 1.2, "pass"),
    ('Sum "amount" = 100', 100, "pass"),
    ('Sum "id" = 15', 15, "pass"),
    ('StandardDeviation "id" between 1.41 and 1.42', math.sqrt(2), "pass"),  # of the population: sqrt(10 / 5)
    ('Variance "id" = 2', 2, "pass"),
    ('Entropy "active" between 0.562 and 0.563', -(0.75 * math.log(0.75) + 0.25 * math.log(0.25)), "pass"),
    ('ColumnCorrelation "id" "amount" > 0.9 where "id < 5"', 0.9999, "pass"),
    ('ColumnValues "id" >= 1', 5 / 6, "fail"),  # NULL fails
    ('ColumnValues "id" >= 1 with threshold > 0.8', 5 / 6, "pass"),
    ('ColumnValues "id" between 1 and 5 where "id is not null"', 3 / 5, "fail"),
    ('ColumnValues "id" not between 1 and 5 where "id is not null"', 2 / 5, "fail"),
    ('ColumnValues "id" != 3', 5 / 6, "fail"),  # NULL passes
    ('ColumnValues "id" not in [3, 4]', 4 / 6, "fail"),
    ('ColumnValues "id" not in [3, NULL]', 4 / 6, "fail"),
    ('ColumnValues "id" in [1, 2, 3, 4, 5, NULL]', 1, "pass"),
    ('ColumnValues "id" = NULL', 1 / 6, "fail"),
    ('ColumnValues "id" != NULL', 5 / 6, "fail"),
    ('ColumnValues "id" in ["1", "2"]', 2 / 6, "fail"),
    ('ColumnValues "id" > -1 + 4 where "id is not null"', 2 / 5, "fail"),
    ('ColumnValues "amount" > 9.99 where "amount > 0"', 1, "pass"),
    ('ColumnValues "amount" = -0.5 where "id = 5"', 1, "pass"),
    ('ColumnValues "score" <= 4', 5 / 6, "fail"),
    ('ColumnValues "name" in ["ann", "bob", EMPTY, WHITESPACES_ONLY, NULL]', 1, "pass"),
    ('ColumnValues "name" in ["ann", "bob"]', 3 / 6, "fail"),
    ('ColumnValues "name" = EMPTY', 1 / 6, "fail"),
    ('ColumnValues "name" = WHITESPACES_ONLY', 1 / 6, "fail"),
    ('ColumnValues "name" != EMPTY', 5 / 6, "fail"),
    ('ColumnValues "name" not in ["ann", WHITESPACES_ONLY]', 4 / 6, "fail"),
    ('ColumnValues "name" matches "[a-z]*" where "id < 5"', 1, "pass"),
    ('ColumnValues "name" matches "b" where "id = 2"', 0, "fail"),  # the whole text must match
    ('ColumnValues "name" matches "a.*|b.b" where "id < 4"', 1, "pass"),
    ('ColumnValues "name" not matches "b.*"', 3 / 6, "fail"),  # NULL fails
    ('ColumnValues "active" = "true" where "active is not null"', 3 / 4, "fail"),
    ('ColumnValues "seen_at" > (now() - 1 days)', 3 / 6, "fail"),
    ('ColumnValues "seen_at" <= now()', 5 / 6, "fail"),
    ('ColumnValues "seen_at" >= "2024-05-30"', 3 / 6, "fail"),
    ('ColumnValues "day" >= "2024-05-28"', 4 / 6, "fail"),
    ('ColumnValues "day" in ["2024-05-28", "2024-05-29"]', 2 / 6, "fail"),
    ('ColumnValues "day" between "2024-05-27" and (now() + 1 days)', 4 / 6, "fail"),
    ('ColumnLength "name" > 0', 4 / 6, "fail"),  # NULL has length 0
    ('ColumnLength "name" < 4', 1, "pass"),
    ('ColumnLength "name" in [0, 2, 3]', 1, "pass"),
    ('ColumnDataType "text_number" = "Integer"', 1 / 6, "fail"),
    ('ColumnDataType "text_number" = "Long"', 2 / 6, "fail"),
    ('ColumnDataType "text_number" = "Double"', 3 / 6, "fail"),
    ('ColumnDataType "text_number" in ["Double", "Boolean"] with threshold >= 0.66', 4 / 6, "pass"),
    ('ColumnDataType "text_number" != "Double" where "id is not null"', 2 / 5, "fail"),
    ('ColumnDataType "id" = "Integer" where "id is not null"', 1, "pass"),
    ('ColumnDataType "id" = "Date"', 0, "fail"),
    ('ColumnDataType "day" = "Date" where "id is not null"', 1, "pass"),
    ('DataFreshness "seen_at" <= 24 hours', 4 / 6, "fail"),  # NULL fails
    ('DataFreshness "seen_at" < 24 hours where "id is not null"', 3 / 5, "fail"),
    ('DataFreshness "seen_at" between 30 minutes and 3 hours where "id is not null"', 2 / 5, "fail"),
    ('DataFreshness "seen_at" not between 0 minutes and 3 days where "id is not null"', 2 / 5, "fail"),
    ('DataFreshness "seen_at" >= 0 days where "id is not null"', 1, "pass"),
    ('DataFreshness "day" < 1 days', 2 / 6, "fail"),  # a day is its midnight
    ('CustomSql "select count(*) from primary where amount > 10" = 3', 3, "pass"),
    ('CustomSql "select max(primary.id) from primary" < 5', 5, "fail"),
    ('CustomSql "select count(*) from primary p join prod.people x on p.name = x.who" = 5', 5, "pass"),
    ('CustomSql "select sum(id) from primary where id > 100" > 0', None, "fail"),
    ('CustomSql "select 1.5 > 1 from primary where id = 1" = 1', 1, "pass"),
    ('CustomSql "select id from primary where id is not null"', 5 / 6, "fail"),
    ('CustomSql "select id from primary where id is not null" with threshold > 0.8', 5 / 6, "pass"),
    ('ReferentialIntegrity "name" "prod.people.who" = 0.5', 0.5, "pass"),  # ann, bob, bob of six
    ('ReferentialIntegrity "name" "prod.people.who" = 1 where "id < 4"', 1, "pass"),
    ('ReferentialIntegrity "name,id" "prod.people.{who,number}" > 0.33', 2 / 6, "pass"),
    ('ReferentialIntegrity "name" "prod.nobody.who" > 0', 0, "fail"),
    ('RowCountMatch "prod.people" = 2', 2, "pass"),
    ('RowCountMatch "prod.nobody" > 0', None, "fail"),
    ('AggregateMatch "sum(id)" "sum(prod.people.number)" = 3', 3, "pass"),  # 15 against 5
    ('AggregateMatch "avg(id)" "AVG(prod.people.number)" = 1.8', 1.8, "pass"),  # 3 against 5/3
    ('AggregateMatch "sum(amount)" "sum(score)" >= 16', 100 / 6, "pass"),
    ('AggregateMatch "sum(id)" "sum(prod.nobody.number)" > 0', None, "fail"),
    ('SchemaMatch "prod.twin" = 1.0', 1, "pass"),  # the order does not matter
    ('SchemaMatch "prod.other" = 1.0', 6 / 9, "fail"),  # active differs, text_number and more are on one side
]


@pytest.mark.parametrize(("rule", "value", "verdict"), CASES, ids=[rule for rule, *_ in CASES])
def test_a_rule_on_six_rows(engine: SampleEngine, rule: str, value: float | None, verdict: str) -> None:
    result = judge(engine, rule)
    assert result.verdict == verdict, result.message
    assert result.value == (value if value is None else pytest.approx(value, rel=1e-3))


# Rules over no rows, over one row, and over two rows of NULLs: value or None for each, with the verdict.
EDGES = [
    ("RowCount > 0", (0, "fail"), (1, "pass"), (2, "pass")),
    ('IsComplete "id"', (1, "pass"), (1, "pass"), (0, "fail")),
    ('Completeness "id" >= 0.5', (1, "pass"), (1, "pass"), (0, "fail")),
    ('IsUnique "id"', (1, "pass"), (1, "pass"), (1, "pass")),
    ('IsUnique "id" "name"', (1, "pass"), (1, "pass"), (1, "pass")),
    ('IsPrimaryKey "id"', (1, "pass"), (1, "pass"), (0, "fail")),
    ('IsPrimaryKey "id" "name"', (1, "pass"), (1, "pass"), (0, "fail")),
    ('Uniqueness "id" = 1', (1, "pass"), (1, "pass"), (1, "pass")),
    ('UniqueValueRatio "id" = 1', (1, "pass"), (1, "pass"), (1, "pass")),
    ('DistinctValuesCount "id" = 1', (0, "fail"), (1, "pass"), (0, "fail")),
    ('Mean "amount" = 10', (None, "fail"), (10, "pass"), (None, "fail")),
    ('Sum "amount" = 10', (None, "fail"), (10, "pass"), (None, "fail")),
    ('StandardDeviation "amount" = 0', (None, "fail"), (0, "pass"), (None, "fail")),
    ('Variance "score" = 0', (None, "fail"), (0, "pass"), (None, "fail")),
    ('Entropy "id" = 0', (None, "fail"), (0, "pass"), (None, "fail")),
    ('ColumnCorrelation "id" "score" > 0', (None, "fail"), (None, "fail"), (None, "fail")),
    ('ColumnValues "id" = 1', (1, "pass"), (1, "pass"), (0, "fail")),
    ('ColumnValues "id" != 7', (1, "pass"), (1, "pass"), (1, "pass")),
    ('ColumnLength "name" = 3', (1, "pass"), (1, "pass"), (0, "fail")),
    ('ColumnDataType "text_number" = "Integer"', (1, "pass"), (1, "pass"), (0, "fail")),
    ('DataFreshness "seen_at" <= 1 hours', (1, "pass"), (1, "pass"), (0, "fail")),
    ('CustomSql "select id from primary where id = 1"', (1, "pass"), (1, "pass"), (0, "fail")),
    ('ReferentialIntegrity "name" "prod.people.who" = 1', (1, "pass"), (1, "pass"), (0, "fail")),
    ('RowCountMatch "staging.single" = 1', (0, "fail"), (1, "pass"), (2, "fail")),
    ('RowCountMatch "prod.nobody" = 1', (1, "pass"), (None, "fail"), (None, "fail")),
    ('AggregateMatch "sum(id)" "sum(id)" = 1', (None, "fail"), (1, "pass"), (None, "fail")),
]


@pytest.mark.parametrize(("rule", "empty", "single", "nulls"), EDGES, ids=[rule for rule, *_ in EDGES])
def test_a_rule_on_no_rows_one_row_and_nulls(
    engine: SampleEngine, rule: str, empty: Evaluated, single: Evaluated, nulls: Evaluated
) -> None:
    found = [judge(engine, rule, f"staging.{table}") for table in ("empty", "single", "nulls")]
    assert [(result.value, result.verdict) for result in found] == [empty, single, nulls]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('IsComplete "ids"', "staging.t has no column 'ids'. Choose one of: id, name"),
        ('IsUnique "ids"', "staging.t has no column 'ids'"),
        ('Mean "name" > 0', "the column name is string, not a number"),
        ('AggregateMatch "sum(name)" "sum(id)" > 0', "the column name is string, not a number"),
        ('ColumnLength "id" > 0', "the column id is int, not a text"),
        ('ColumnValues "id" = "one"', "the column id is int; this rule's values are of another type"),
        ('ColumnValues "name" > 5', "the column name is string; this rule's values are of another type"),
        ('ColumnValues "seen_at" = "yesterday"', "the column seen_at is timestamp; this rule's values are of another"),
        ('ColumnValues "active" = "yes"', "the column active is boolean; this rule's values are of another type"),
        ('ColumnValues "id" = EMPTY', "the column id is int, not a text"),
        ('ColumnValues "id" > now()', "the column id is int; this rule's values are of another type"),
        ('DataFreshness "name" < 1 days', "the column name is string, not a date or timestamp"),
        ('CustomSql "select id from primary" > 0', "the SQL gives 6 rows of 1 columns"),
        ('CustomSql "select name from primary where id = 1" > 0', "the SQL gives str, not a number"),
        ('CustomSql "select id from primary union all select id from primary"', "the SQL gives 12 rows, but the table"),
        ('CustomSql "select nothing from primary" > 0', "nothing"),
        ('RowCountMatch "prod.missing" = 1', "missing"),
        ('RowCount > 1 where "nothing > 1"', "nothing"),
    ],
)
def test_a_rule_that_cannot_be_evaluated_is_an_error_that_says_why(engine: SampleEngine, rule: str, said: str) -> None:
    result = judge(engine, rule)
    assert (result.verdict, result.value, result.action) == ("error", None, "stop")
    assert said in result.message
