# ruff: noqa: DTZ001  (an engine gives and takes naive UTC)
from datetime import date, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.athena_sql.ports import Column, Result, Statement, Value
from millrace.glue_workflow.quality.evaluation.evaluator import evaluate
from millrace.glue_workflow.quality.evaluation.history import FakeHistory
from millrace.glue_workflow.quality.loading.parsing import parse
from millrace.glue_workflow.quality.suggestion import suggest
from tests.doubles.reading_engine import GivenParameters, GivenTables
from tests.unit.glue_workflow.quality.duckdb_engine import SampleEngine

COLUMNS = [
    Column("id", "int"),
    Column("kind", "string"),
    Column('od"d', "double"),
    Column("price", "decimal(9,2)"),
    Column("seen_at", "timestamp"),
    Column("dt", "date"),
    Column("yes", "boolean"),
]


def test_what_is_suggested_describes_the_data() -> None:
    engine = SampleEngine()
    at = datetime(2024, 5, 30)
    rows = [(i, "ab"[i % 2], i / 3, Decimal(i) if i % 4 else None, at, date(2024, 5, 30), True) for i in range(1, 41)]
    engine.add("staging.t", COLUMNS, rows)
    text = suggest(engine, "staging.t", COLUMNS)
    assert text.startswith("# Suggested from what staging.t held.")
    for rule in (
        "RowCount > 0",
        "ColumnCount = 7",
        'IsPrimaryKey "id"',
        'ColumnValues "id" >= 1',
        'ColumnValues "id" <= 40',
        'ColumnValues "kind" in ["a", "b"]',
        'ColumnLength "kind" = 1',
        'Completeness "price" >= 0.75',
        'ColumnValues "price" <= 39 where "\\"price\\" IS NOT NULL"',
        'IsComplete "seen_at"',
    ):
        assert f"    {rule}" in text
    engine.close()


ROW = st.tuples(
    st.none() | st.integers(-(2**31), 2**31 - 1),
    st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
    st.none() | st.floats(),
    st.none() | st.decimals(-(10**6), 10**6, places=2),
    st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)),
    st.none() | st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    st.none() | st.booleans(),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(ROW, max_size=6))
def test_what_is_suggested_passes(rows: list[tuple[Value, ...]]) -> None:
    engine = SampleEngine()
    engine.add("staging.t", COLUMNS, rows)
    ruleset = parse(suggest(engine, "staging.t", COLUMNS))
    results = evaluate(
        ruleset,
        engine=engine,
        table="staging.t",
        columns=COLUMNS,
        history=FakeHistory(),
        logical_time=datetime(2024, 5, 30),
    )
    assert results
    assert {result.verdict for result in results} == {"pass"}
    engine.close()


class RoundingEngine(SampleEngine):
    """Gives floats with three digits, as some drivers do."""

    def answer(self, statement: Statement, parameters: GivenParameters, tables: GivenTables) -> Result:
        result = super().answer(statement, parameters, tables)
        rows = [tuple(round(one, 3) if isinstance(one, float) else one for one in row) for row in result.rows]
        return Result(result.columns, rows)


def test_what_would_not_pass_is_left_out() -> None:
    engine = RoundingEngine()
    engine.add("staging.t", [Column("x", "double")], [(0.0006,), (2 / 3,)])
    text = suggest(engine, "staging.t", [Column("x", "double")])
    assert 'ColumnValues "x" >= 0.001' not in text  # 0.0006 is less
    assert 'ColumnValues "x" <= 0.667' in text
    engine.close()
