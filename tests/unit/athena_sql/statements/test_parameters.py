from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.athena_sql.ports import Parameter, Statement
from millrace.errors import QueryError
from tests.unit.athena_sql.sql_lake import SampleTables

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDbEngine]:
    engine = DuckDbEngine(SampleTables(), Path(tmp_path_factory.mktemp("lake")), threads=1)
    yield engine
    engine.close()


def came_back(engine: DuckDbEngine, value: Parameter) -> Any:
    [row] = engine.query(Statement("test", "SELECT :value AS value"), {"value": value}).rows
    return row[0]


@given(TEXT)
def test_any_text_comes_back_unchanged(engine: DuckDbEngine, text: str) -> None:
    assert came_back(engine, text) == text


@pytest.mark.parametrize("text", ["'; DROP TABLE x; --", "it''s", "\\'", "$1 :name ?", "a\nb\r\tc", "出租车 🚕", ""])
def test_text_that_looks_like_sql_stays_text(engine: DuckDbEngine, text: str) -> None:
    assert came_back(engine, text) == text


@given(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False),
        st.dates(),
        st.datetimes(),
        st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**20), max_value=10**20),
    )
)
def test_any_value_comes_back_unchanged(engine: DuckDbEngine, value: Parameter) -> None:
    found = came_back(engine, value)
    assert found == value
    assert type(found) is type(value)


@given(st.lists(TEXT), TEXT)
def test_a_list_expands_inside_in(engine: DuckDbEngine, texts: list[str], text: str) -> None:
    statement = Statement("test", "SELECT :text IN (:texts), :text NOT IN (:texts)")
    assert engine.query(statement, {"text": text, "texts": texts}).rows == [(text in texts, text not in texts)]


def test_a_time_with_a_zone_is_bound_in_utc(engine: DuckDbEngine) -> None:
    at = datetime(2024, 5, 30, 8, 0, tzinfo=timezone(timedelta(hours=8)))
    assert came_back(engine, at) == at.astimezone(UTC).replace(tzinfo=None)


def test_values_keep_their_types(engine: DuckDbEngine) -> None:
    values: dict[str, Parameter] = {"a": "x", "b": 1, "c": 1.5, "d": True, "e": Decimal("1.50"), "f": date(2024, 5, 30)}
    sql = "SELECT :a AS a, :b AS b, :c AS c, :d AS d, :e AS e, :f AS f, :g AS g"
    result = engine.query(Statement("test", sql), {**values, "g": datetime(2024, 5, 30, tzinfo=UTC)})
    assert [column.type for column in result.columns] == [
        "string",
        "int",
        "double",
        "boolean",
        "decimal(3,2)",
        "date",
        "timestamp",
    ]


@pytest.mark.parametrize(
    ("sql", "parameters", "message"),
    [
        ("SELECT :a, :b", {"a": 1}, "test: no value for the parameter :b. Give :b a value."),
        ("SELECT :a", {"a": 1, "c": 2}, "test: the statement has no parameter :c. It has: :a."),
        ("SELECT 1", {"c": 2}, "test: the statement has no parameter :c. It has: none."),
        ("SELECT :a", {"a": [1, 2]}, "test: :a is a list. A list can only be used as IN (:a)."),
        ("SELECT :a", {"a": 2**63}, "test: :a cannot be 9223372036854775808. SQL has no such literal."),
        ("SELECT :a", {"a": "x\0y"}, "test: :a cannot be 'x\\x00y'. SQL has no such literal."),
        ("SELECT :a", {"a": Decimal("NaN")}, "test: :a cannot be Decimal('NaN'). SQL has no such literal."),
    ],
)
def test_parameters_that_do_not_fit_are_named(
    engine: DuckDbEngine, sql: str, parameters: dict[str, Parameter], message: str
) -> None:
    with pytest.raises(QueryError) as caught:
        engine.query(Statement("test", sql), parameters)
    assert str(caught.value) == message
