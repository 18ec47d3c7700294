"""Rules by partition: the numbers of each, in one scan, whatever other partitions are evaluated with it."""

# ruff: noqa: DTZ001  (an engine gives and takes naive UTC)

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import combinations

import pytest
import sqlglot
from sqlglot import exp

from millrace.athena_sql.ports import Column, ParquetData, ParquetFile, Result, Statement, TableData
from millrace.glue_workflow.quality import (
    FakeHistory,
    RuleHistory,
    RuleResult,
    evaluate,
    evaluate_by_partition,
    only_partitions,
    parse,
    partitions_of,
)
from tests.doubles.reading_engine import GivenParameters, GivenTables
from tests.unit.glue_workflow.quality.duckdb_engine import SampleEngine

NOW = datetime(2024, 6, 2)
TABLE = "staging.t"
STORED = (Column("id", "int"), Column("name", "string"), Column("x", "double"), Column("seen_at", "timestamp"))
COLUMNS = (*STORED, Column("dt", "date"))
ROWS = [
    (1, "ann", 1.0, datetime(2024, 5, 30), date(2024, 5, 30)),
    (2, "bob", 2.0, datetime(2024, 5, 30), date(2024, 5, 30)),
    (2, "bob", 9.0, datetime(2024, 5, 31), date(2024, 5, 31)),
    (2, None, 9.0, datetime(2024, 5, 31), date(2024, 5, 31)),
    (None, "eve", -1.0, datetime(2024, 5, 31), date(2024, 5, 31)),
    *[(number, "many", float(number), datetime(2024, 6, 1), date(2024, 6, 1)) for number in range(200)],
]
DAYS = ("2024-05-30", "2024-05-31", "2024-06-01", "2024-06-02")  # the last has no rows
RULES = """Rules = [
    RowCount > 0, RowCount between 0 and 100, IsComplete "id", Completeness "name" > 0.9, IsUnique "id",
    IsPrimaryKey "id", IsPrimaryKey "id" "name", Uniqueness "id" "x" > 0.5, UniqueValueRatio "x" > 0.6, Entropy "x" > 1,
    Uniqueness "dt" = 0, DistinctValuesCount "name" > 1, ColumnValues "id" > 0 with threshold > 0.5,
    ColumnLength "name" < 9, DataFreshness "seen_at" < 48 hours, Mean "x" > 1, Sum "x" > 3, StandardDeviation "x" < 9,
    ColumnCorrelation "id" "x" > 0, ColumnCount = 5, (IsComplete "id") or (RowCount > 2),
    ReferentialIntegrity "id" "prod.o.{n}" > 0.5, RowCountMatch "prod.o" < 2,
    AggregateMatch "sum(id)" "sum(prod.o.n)" > 0, AggregateMatch "avg(id)" "avg(staging.t.x)" > 0,
    SchemaMatch "prod.o" >= 0,
    CustomSql "select count(*) from primary where id is null" = 0,
    CustomSql "select id from primary where id > 0" with threshold > 0.6,
    CustomSql "select count(*) from prod.o" > 0, ColumnValues "nothing" > 0
]"""


@dataclass
class Bound(SampleEngine):
    """The engine with the table under test bound to the partitions that a call names."""

    ran: list[Statement] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def answer(self, statement: Statement, parameters: GivenParameters, tables: GivenTables) -> Result:
        tree = sqlglot.parse_one(statement.sql, read="athena")
        if TABLE in tables:
            days = ", ".join(f"DATE '{day}'" for day in partitions_of(tables[TABLE])) or "DATE '1970-01-01'"
            for found in list(tree.find_all(exp.Table)):
                if (found.db, found.name) == ("staging", "t"):
                    found.set("db", exp.to_identifier("bound"))
            self.execute("CREATE SCHEMA IF NOT EXISTS bound")
            self.execute(f"CREATE OR REPLACE VIEW bound.t AS SELECT * FROM staging.t WHERE dt IN ({days})")
        return super().answer(Statement(statement.name, tree.sql("athena")), parameters, {})


class NoPast:
    def before(self, partition: str, /) -> RuleHistory:
        return FakeHistory()


@pytest.fixture
def engine() -> Iterator[Bound]:
    made = Bound()
    made.add(TABLE, COLUMNS, ROWS)
    made.add("prod.o", [Column("n", "int")], [(2,), (3,)])
    yield made
    made.close()


def data(days: Sequence[str]) -> TableData:
    files = tuple(ParquetFile(f"dt={day}/a", day) for day in days)
    return only_partitions(ParquetData(STORED, files), days)


def judged(engine: Bound, rules: str, days: Sequence[str]) -> dict[str, list[RuleResult]]:
    return evaluate_by_partition(
        parse(rules),
        engine=engine,
        table=TABLE,
        columns=COLUMNS,
        data=data(days),
        partitions=days,
        history=NoPast(),
        logical_time=NOW,
    )


def test_each_partition_has_the_results_that_it_has_alone(engine: Bound) -> None:
    alone = {day: judged(engine, RULES, [day])[day] for day in DAYS}
    for count in (2, 3, 4):
        for days in combinations(DAYS, count):
            assert judged(engine, RULES, days) == {day: alone[day] for day in days}


def test_the_results_of_a_partition_are_those_of_a_table_with_its_rows_only(engine: Bound) -> None:
    together = judged(engine, RULES, DAYS)
    for day in DAYS:
        engine.add(TABLE, COLUMNS, [row for row in ROWS if str(row[-1]) == day])
        whole = evaluate(
            parse(RULES), engine=engine, table=TABLE, columns=COLUMNS, history=FakeHistory(), logical_time=NOW
        )
        assert together[day] == whole
        assert {one.verdict for one in whole} == {"pass", "fail", "error"}


def test_all_partitions_take_one_scan(engine: Bound) -> None:
    judged(engine, 'Rules = [ RowCount > 0, IsComplete "id", Mean "x" > 0, IsUnique "id" ]', DAYS)
    assert len(engine.ran) == 1
    engine.ran.clear()
    judged(engine, 'Rules = [ Uniqueness "id" "x" > 0.5, ReferentialIntegrity "id" "prod.o.{n}" > 0.5 ]', DAYS)
    assert len(engine.ran) == 2


def test_rows_that_break_a_statement_break_it_for_their_partition_only(engine: Bound) -> None:
    engine.add(TABLE, COLUMNS, [(1, "1", 1.0, None, date(2024, 5, 30)), (1, "no", 1.0, None, date(2024, 5, 31))])
    found = judged(engine, """Rules = [ RowCount = 1, RowCount = 1 where "cast(name as int) = 1" ]""", DAYS[:2])
    assert [[one.verdict for one in results] for results in found.values()] == [["pass", "pass"], ["pass", "error"]]
