"""Statements as the text of another program: what stands for parameters and databases, and what is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.athena_sql.ports import Parameter, Statement
from millrace.athena_sql.statements.foreign_texts import ForeignTexts, foreign_text
from millrace.errors import QueryError
from millrace.sql_quoting import literal
from tests.unit.athena_sql.sql_lake import SampleTables

TEXTS = ForeignTexts(
    values={"since": "$__timeFrom()", "area": "${area:sqlstring}"},
    memberships={"days": "{column} BETWEEN D - 28 AND D - 1"},
    databases={"prod": "millrace_dev_prod"},
)


def text(sql: str, limit: int | None = None) -> str:
    return " ".join(foreign_text(Statement("test", sql), TEXTS, limit).split())


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT a FROM t WHERE x >= :since", "SELECT a FROM t WHERE x >= $__timeFrom()"),
        ("SELECT a FROM t WHERE area IN (:area)", "SELECT a FROM t WHERE area IN (${area:sqlstring})"),
        ("SELECT a FROM t WHERE dt IN (:days)", "SELECT a FROM t WHERE (dt BETWEEN D - 28 AND D - 1)"),
        ("SELECT a FROM t WHERE NOT t.dt IN (:days)", "SELECT a FROM t WHERE NOT (t.dt BETWEEN D - 28 AND D - 1)"),
        ("SELECT ':since', x FROM t", "SELECT ':since', x FROM t"),
        ("SELECT prod.t.x FROM prod.t", "SELECT millrace_dev_prod.t.x FROM millrace_dev_prod.t"),
        ("SELECT x FROM PROD.t JOIN ops.u ON t.a = u.a", "SELECT x FROM millrace_dev_prod.t JOIN ops.u ON t.a = u.a"),
        (
            "WITH prod AS (SELECT 1 AS x) SELECT prod.x FROM prod",
            "WITH prod AS ( SELECT 1 AS x ) SELECT prod.x FROM prod",
        ),
    ],
)
def test_parameters_and_databases_are_replaced_and_nothing_else(sql: str, expected: str) -> None:
    assert text(sql) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT a FROM t ORDER BY a", "SELECT a FROM t ORDER BY a LIMIT 10"),
        ("SELECT a FROM t LIMIT 3", "SELECT a FROM t LIMIT 3"),
        ("SELECT a FROM t LIMIT 30", "SELECT * FROM ( SELECT a FROM t LIMIT 30 ) AS limited LIMIT 10"),
        ("SELECT 1 AS a UNION ALL SELECT 2 AS a", "SELECT 1 AS a UNION ALL SELECT 2 AS a LIMIT 10"),
    ],
)
def test_there_are_no_more_rows_than_the_limit(sql: str, expected: str) -> None:
    assert text(sql, limit=10) == expected


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT a FROM t WHERE x = :other", "test: :other has no text here. The parameters are :area, :days, :since."),
        ("SELECT a FROM t WHERE x = :days", "test: :days is a list. A list can only be used as IN (:days)."),
        ("SELECT a FROM t WHERE x IN (:days, 1)", "test: :days is a list. A list can only be used as IN (:days)."),
    ],
)
def test_a_parameter_that_cannot_be_replaced_is_refused(sql: str, said: str) -> None:
    with pytest.raises(QueryError) as refused:
        text(sql)
    assert str(refused.value) == said


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDbEngine]:
    engine = DuckDbEngine(SampleTables(), Path(tmp_path_factory.mktemp("lake")), threads=1)
    yield engine
    engine.close()


_STATEMENT = Statement(
    "test",
    """WITH days AS (SELECT date_add('day', n, DATE '2024-05-01') AS dt, 'it''s ' || CAST(mod(n, 3) AS VARCHAR) AS name
        FROM UNNEST(sequence(0, 40)) AS t (n))
    SELECT dt, name, ':day' AS said FROM days WHERE dt > :day AND name IN (:names) AND NOT dt IN (:days) ORDER BY dt""",
)
_DATES = st.dates(date(2024, 4, 25), date(2024, 6, 15))


@settings(max_examples=25)
@given(_DATES, st.lists(st.sampled_from(["it's 0", "it's 1", "'; --", "{column}"]), min_size=1, max_size=4), _DATES)
def test_the_text_gives_the_rows_that_bound_parameters_give(
    engine: DuckDbEngine, day: date, names: list[str], last: date
) -> None:
    few = [last - timedelta(days=back) for back in range(5)]
    bound: dict[str, Parameter] = {"day": day, "names": names, "days": few}
    values = {"day": f"DATE '{day}'", "names": ", ".join(map(literal, names))}
    between = {"days": f"{{column}} BETWEEN DATE '{few[-1]}' AND DATE '{last}'"}
    as_text = Statement("text", foreign_text(_STATEMENT, ForeignTexts(values, between)))
    assert list(engine.query(as_text).rows) == list(engine.query(_STATEMENT, bound).rows)
