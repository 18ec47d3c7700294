from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millrace.athena_sql.portability.statement_check import portability_problems
from millrace.athena_sql.ports import Column, Statement
from millrace.glue_workflow.quality import FakeHistory, RuleResult, evaluate, parse, remaining_rows, rows_set_aside
from tests.shipped import TABLES
from tests.unit.glue_workflow.quality.duckdb_engine import SampleEngine

TABLE = "staging.taxi_position"
COLUMNS = (
    Column("observed_at", "timestamp"),
    Column("longitude", "decimal(9,6)"),
    Column("snapshot_id", "string"),
    Column("loaded_at", "timestamp"),
    Column("run_id", "string"),
    Column("good", "boolean"),
    Column("dt", "date"),
)
RULES = """Rules = [
    IsComplete "longitude" labels=["on_failure"="set_aside"],
    ColumnValues "longitude" < 104 labels=["on_failure"="set_aside"],
    ColumnValues "snapshot_id" not in ["it's"] labels=["on_failure"="set_aside"],
    RowCount > 0
]"""
AT = datetime(2024, 5, 30, 4, 5, 6)  # noqa: DTZ001 - an engine gives and takes naive UTC
DAY = date(2024, 5, 30)


@pytest.fixture
def engine() -> Iterator[SampleEngine]:
    made = SampleEngine()
    yield made
    made.close()


def row(longitude: str | None, snapshot: str | None = "s", good: bool | None = True) -> tuple[Any, ...]:
    return (AT, Decimal(longitude) if longitude else None, snapshot, AT, "r", good, DAY)


def judged(engine: SampleEngine, rows: list[tuple[Any, ...]]) -> list[RuleResult]:
    engine.add(TABLE, COLUMNS, rows)
    return evaluate(
        parse(RULES, "test.dqdl"),
        engine=engine,
        table=TABLE,
        columns=COLUMNS,
        history=FakeHistory(),
        logical_time=AT.replace(tzinfo=UTC),
    )


def ran(engine: SampleEngine, statement: Statement) -> list[dict[str, Any]]:
    return engine.query(Statement("test", statement.sql.replace(":partitions", "DATE '2024-05-30'"))).dicts()


def test_a_row_appears_once_with_all_its_rules_and_reasons(engine: SampleEngine) -> None:
    results = judged(engine, [row("103.5"), row(None), row("104.5", "it's"), row("103.6")])
    aside = ran(engine, rows_set_aside(TABLE, COLUMNS, results))
    assert [(one["rule"].split("\n"), one["reason"].split("\n")) for one in aside] == [
        (['IsComplete "longitude"', 'ColumnValues "longitude" < 104'], ["longitude is NULL", "longitude is NULL"]),
        (
            ['ColumnValues "longitude" < 104', 'ColumnValues "snapshot_id" not in ["it\'s"]'],
            ["longitude is 104.500000", "snapshot_id is it's"],
        ),
    ]
    kept = ran(engine, remaining_rows(TABLE, COLUMNS, results))
    assert [one["longitude"] for one in kept] == [Decimal("103.5"), Decimal("103.6")]
    assert list(kept[0]) == [column.name for column in COLUMNS]


def test_the_row_is_json_with_every_column(engine: SampleEngine) -> None:
    (aside,) = ran(engine, rows_set_aside(TABLE, COLUMNS, judged(engine, [row("103.5"), row("104.5", None, None)])))
    assert json.loads(aside["row"], parse_float=Decimal) == {
        "observed_at": "2024-05-30 04:05:06",
        "longitude": Decimal("104.500000"),
        "snapshot_id": None,
        "loaded_at": "2024-05-30 04:05:06",
        "run_id": "r",
        "good": None,
        "dt": "2024-05-30",
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20))
def test_every_text_survives_the_json(engine: SampleEngine, text: str) -> None:
    aside = ran(engine, rows_set_aside(TABLE, COLUMNS, judged(engine, [row("104.5", text)])))
    spaced = "".join(" " if ord(c) < 32 and c not in "\t\n\r" else c for c in text)
    assert json.loads(aside[0]["row"])["snapshot_id"] == spaced


def test_the_statements_mean_the_same_on_every_engine(engine: SampleEngine) -> None:
    results = judged(engine, [row(None), row("104.5")])
    assert portability_problems(remaining_rows(TABLE, COLUMNS, results), TABLES) == []
    assert portability_problems(rows_set_aside(TABLE, COLUMNS, results), TABLES) == []
