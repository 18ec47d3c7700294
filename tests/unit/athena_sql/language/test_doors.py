"""What Athena refuses is refused in every door: by an engine, and by the endpoint's reading."""

from __future__ import annotations

import pytest

from millrace.athena_sql.endpoint.statements.parsing import read_statement
from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.athena_sql.ports import Statement
from millrace.errors import QueryError, RequestRefused
from tests.unit.athena_sql.sql_lake import SampleTables

FORMS = [
    ("SELECT 1::VARCHAR", "1, column 9", "CAST(x AS type)"),
    ("SELECT [1, 2]", "1, column 8", "ARRAY[...]"),
    ("SELECT x FROM (VALUES 1, 2) AS t (x) ORDER BY x LIMIT 1 OFFSET 1", "1, column 57", "OFFSET m LIMIT n"),
    ("SELECT x FROM (VALUES 1, 2) AS t (x) ORDER BY x LIMIT 1, 1", "1, column 56", "OFFSET m LIMIT n"),
    ("SELECT\n  ifnull(1, 2)", "2, column 3", "coalesce"),
]
TYPES = [
    ("SELECT 1 = '1'", "Cannot apply operator: integer = varchar(1)"),
    ("SELECT DATE '2024-05-30' = '2024-05-30'", "Cannot apply operator: date = varchar(10)"),
    ("SELECT '1' + 1", "Cannot apply operator: varchar(1) + integer"),
    ("SELECT DATE '2024-05-30' + 1", "Cannot apply operator: date + integer"),
    ("SELECT 1 IN (1, 'a')", "IN value and list items must be of the same type"),
    ("SELECT 1 BETWEEN '0' AND '2'", "Cannot check if integer is BETWEEN varchar(1) and varchar(1)"),
    ("SELECT coalesce('a', 1)", "All COALESCE operands must be the same type"),
    ("SELECT CASE WHEN true THEN 'a' ELSE 1 END", "All CASE results must be the same type"),
    ("SELECT if(true, 'a', 1)", "All IF results must be the same type"),
    ("SELECT 'a' UNION ALL SELECT 1", "column 1 in UNION query has incompatible types: varchar(1), integer"),
    ("SELECT 'a' || 1", "Unexpected parameters (varchar(1), integer) for function concat"),
    ("SELECT upper(5)", "Unexpected parameters (integer, ...) for function upper"),
    ("SELECT 1 AS x WHERE 1", "WHERE clause must evaluate to a boolean (actual: integer)"),
    ("SELECT NOT 1", "Logical expression term must evaluate to a boolean (actual: integer)"),
    ("WITH t AS (SELECT 'a' AS x) SELECT * FROM t WHERE x > 1", "Cannot apply operator: varchar > integer"),
]
ALIASES = [
    "SELECT x + 1 AS y FROM (VALUES 1) AS t (x) WHERE y > 1",
    "SELECT x + 1 AS y FROM (VALUES 1) AS t (x) GROUP BY y",
    "SELECT x AS z, count(*) AS n FROM (VALUES 1) AS t (x) GROUP BY x HAVING n > 1",
    "SELECT x + 1 AS y, y + 1 AS z FROM (VALUES 1) AS t (x)",
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> DuckDbEngine:
    return DuckDbEngine(SampleTables(), tmp_path_factory.mktemp("lake"))


def refusal(engine: DuckDbEngine, sql: str) -> str:
    with pytest.raises(QueryError) as caught:
        engine.query(Statement("test", sql))
    return str(caught.value)


@pytest.mark.parametrize(("sql", "place", "alternative"), FORMS)
def test_a_form_of_another_dialect(engine: DuckDbEngine, sql: str, place: str, alternative: str) -> None:
    said = refusal(engine, sql)
    assert f"line {place}" in said
    assert alternative in said
    with pytest.raises(RequestRefused, match=rf"line {place.replace(', column ', ':')}: mismatched input"):
        read_statement(sql)


@pytest.mark.parametrize(("sql", "said"), TYPES)
def test_values_of_mixed_types(engine: DuckDbEngine, sql: str, said: str) -> None:
    assert "TYPE_MISMATCH: line 1:" in refusal(engine, sql)
    assert said in refusal(engine, sql)


@pytest.mark.parametrize("sql", ALIASES)
def test_an_alias_used_too_early(engine: DuckDbEngine, sql: str) -> None:
    assert "COLUMN_NOT_FOUND" in refusal(engine, sql)


def test_a_function_that_athena_does_not_have_and_the_one_that_may_be_meant(engine: DuckDbEngine) -> None:
    assert refusal(engine, "SELECT flor(1.5)") == (
        "test: FUNCTION_NOT_FOUND: line 1:8: Function 'flor' not registered. Did you mean floor?"
    )


def test_a_function_of_another_dialect_and_athenas(engine: DuckDbEngine) -> None:
    assert refusal(engine, "SELECT countif(true)") == (
        "test: FUNCTION_NOT_FOUND: line 1:8: Function 'countif' not registered. Did you mean count_if?"
    )


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 + 1.5e0 > 2, DATE '2024-05-30' < TIMESTAMP '2024-05-30 08:00:00'",
        "SELECT TIMESTAMP '2024-05-30 08:00:00' + 3 * INTERVAL '1' MINUTE",
        "SELECT coalesce(NULL, 1), coalesce('a', NULL), CASE WHEN NULL THEN 1 ELSE 2.5e0 END",
        "SELECT x AS y FROM (VALUES 1) AS t (x) ORDER BY y",
        "SELECT x + 1 AS x FROM (VALUES 1) AS t (x) WHERE x > 0",
        "SELECT 'a' || CAST(1 AS VARCHAR) IN ('a1', 'b')",
    ],
)
def test_what_athena_takes_is_answered(engine: DuckDbEngine, sql: str) -> None:
    assert len(engine.query(Statement("test", sql)).rows) == 1
