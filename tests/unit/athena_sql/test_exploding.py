"""Writing in two steps gives the rows that the statement gives."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from athena_sql.duckdb_dialect import DUCKDB
from athena_sql.exploding import explosion
from athena_sql.parsing import parse_query
from athena_sql.ports import Statement
from athena_sql.statements import load

_SELECT = """
SELECT name, other, other = 'zx' AS compared, item, 'it''s' AS run
FROM (SELECT name, name || 'x' AS other, items FROM given) AS rows
CROSS JOIN UNNEST(items) AS t (item)
WHERE item IS NULL OR item <> 3
"""
_TEXTS = st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4)
_ITEMS = st.none() | st.lists(st.none() | st.integers(0, 4), max_size=5)


def tree(sql: str) -> exp.Query:
    return parse_query(Statement("test", sql))


def in_two_steps(connection: duckdb.DuckDBPyConnection, query: exp.Query, slices: int) -> str:
    found = explosion(query)
    assert found is not None
    return found.prepare(connection, slices)


@given(st.lists(st.tuples(_TEXTS, _ITEMS), max_size=8), st.integers(1, 4))
def test_the_rows_are_those_of_the_statement(rows: Sequence[tuple[str | None, list[int] | None]], slices: int) -> None:
    query = tree(_SELECT)
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE given (name VARCHAR, items BIGINT[])")
        if rows:
            connection.executemany("INSERT INTO given VALUES (?, ?)", rows)
        expected = connection.execute(query.sql(DUCKDB)).fetchall()
        found = connection.execute(in_two_steps(connection, query, slices)).fetchall()
    assert sorted(map(repr, found)) == sorted(map(repr, expected))


def test_texts_are_stored_as_texts(tmp_path: Path) -> None:
    target = tmp_path / "x.parquet"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE given AS SELECT 'a' AS name, [1, 2]::BIGINT[] AS items")
        written = in_two_steps(connection, tree(_SELECT), 2)
        connection.execute(f"COPY ({written}) TO '{target}' (FORMAT parquet)")
        described = connection.execute(f"DESCRIBE SELECT * FROM '{target}'").fetchall()
    assert [row[1] for row in described] == ["VARCHAR", "VARCHAR", "BOOLEAN", "BIGINT", "VARCHAR"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT item FROM given CROSS JOIN UNNEST(items) AS t (item)",
        "SELECT item FROM (SELECT items FROM given) AS r CROSS JOIN UNNEST(items) AS t (item) ORDER BY item",
        "SELECT DISTINCT item FROM (SELECT items FROM given) AS r CROSS JOIN UNNEST(items) AS t (item)",
        "SELECT count(*) FROM (SELECT items FROM given) AS r CROSS JOIN UNNEST(items) AS t (item)",
        "SELECT r.items FROM (SELECT items FROM given) AS r CROSS JOIN given",
        "SELECT 1 AS x UNION ALL SELECT 2",
    ],
)
def test_other_statements_are_written_as_they_are(sql: str) -> None:
    assert explosion(tree(sql)) is None


def test_the_staging_statement_is_written_in_two_steps() -> None:
    assert explosion(parse_query(load("staging.taxi_position"))) is not None
