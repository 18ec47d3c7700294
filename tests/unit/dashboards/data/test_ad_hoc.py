"""Ad hoc queries on the real engine: what they may read, and at which limits they are stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.athena_sql.ports import Column, Engine, Parameter, RowData, Statement, TableData
from millrace.dashboards.data.ad_hoc import AdHocLimits, AdHocQueries
from millrace.errors import MillraceError, QueryError, RetryLater, UnknownName, UsageError
from tests.many_rows import numbers_to


class OneTable:
    """`prod.numbers`: 0 to 9, with a long text each."""

    def names(self) -> list[str]:
        return ["prod.numbers"]

    def table(self, name: str) -> TableData:
        if name != "prod.numbers":
            raise UnknownName("table", name, self.names())
        columns = (Column("n", "int"), Column("words", "string"))
        return RowData(columns, tuple({"n": n, "words": "x" * 3000} for n in range(10)))


def rows_of(engine: Engine, statement: Statement, parameters: Mapping[str, Parameter]) -> bytes:
    return repr(engine.query(statement, parameters).rows).encode()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDbEngine]:
    running = DuckDbEngine(OneTable(), tmp_path, threads=1, memory="100MB")
    yield running
    running.close()


def ad_hoc(engine: DuckDbEngine, limits: AdHocLimits | None = None) -> AdHocQueries:
    return AdHocQueries(engine, export=partial(rows_of, engine), tables=list, limits=limits)


def test_rows_keep_their_order_and_say_when_there_are_more(engine: DuckDbEngine) -> None:
    found = ad_hoc(engine, AdHocLimits(shown_rows=3)).rows("SELECT n FROM prod.numbers ORDER BY n DESC;", {})
    assert (found["rows"], found["more"]) == ([[9], [8], [7]], True)
    assert found["columns"] == [{"name": "n", "type": "int"}]
    assert ad_hoc(engine).rows("SELECT n FROM prod.numbers", {})["more"] is False


def test_columns_of_the_same_name_and_long_texts_are_shown(engine: DuckDbEngine) -> None:
    found = ad_hoc(engine).rows("SELECT words, n, n FROM prod.numbers WHERE n = :n -- the last", {"n": "4"})
    assert found["rows"] == [["x" * 2000 + "…", 4, 4]]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT content FROM read_text('/etc/hostname')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_csv('https://example.com/x.csv')",
        "COPY prod.numbers TO '/tmp/x.csv'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "ATTACH '/tmp/x.db'",
        "CREATE TABLE x AS SELECT 1",
        "SELECT 1; SELECT 2",
        "SELECT 1) AS a, (SELECT 2) AS b; --",
        "SELECT getenv('HOME')",
        "",
        "   ;",
        "SELECT " + "(" * 3000,
        "SELECT '" + "x" * 30_000 + "'",
    ],
    ids=lambda sql: sql[:40],
)
def test_the_fence_holds(engine: DuckDbEngine, sql: str) -> None:
    with pytest.raises(MillraceError):
        ad_hoc(engine).rows(sql, {})


def test_an_error_names_the_line_as_it_was_written(engine: DuckDbEngine) -> None:
    with pytest.raises(QueryError, match=r"at line 2\b"):
        ad_hoc(engine).rows("SELECT\n  m FROM prod.numbers", {})


def test_what_takes_too_long_is_stopped_and_the_next_one_runs(engine: DuckDbEngine) -> None:
    """Also where the time is over before the statement has begun."""
    queries = ad_hoc(engine, AdHocLimits(seconds=0.001, wait_seconds=0))
    endless = f"SELECT sum(a * b) FROM {numbers_to(300_000, 'a')} AS t CROSS JOIN {numbers_to(300_000, 'b')} AS u"
    with pytest.raises(QueryError, match=r"stopped after 0\.001 seconds"):
        queries.rows(endless, {})
    with suppress(QueryError):  # it may be stopped, too; RetryLater would say that the first one still runs
        assert queries.rows("SELECT 1 AS one", {})["rows"] == [[1]]


def test_memory_is_bounded(engine: DuckDbEngine) -> None:
    with pytest.raises(QueryError):
        ad_hoc(engine).rows(
            f"SELECT length(array_join(array_agg(a * b), '')) FROM {numbers_to(9_000_000, 'a')} AS t"
            " CROSS JOIN UNNEST(sequence(1, 10)) AS u (b)",
            {},
        )


def test_a_download_is_whole_or_refused(engine: DuckDbEngine) -> None:
    queries = ad_hoc(engine)
    assert queries.csv("SELECT n FROM prod.numbers WHERE n > :n ORDER BY n", {"n": "7"}) == b"n\r\n8\r\n9\r\n"
    assert queries.parquet("SELECT n FROM prod.numbers WHERE n > 7 ORDER BY n", {}) == b"[(8,), (9,)]"
    for limits in (AdHocLimits(download_rows=9), AdHocLimits(download_bytes=29_000)):
        with pytest.raises(UsageError, match="a download has at most"):
            ad_hoc(engine, limits).csv("SELECT * FROM prod.numbers", {})


def test_one_query_at_a_time(engine: DuckDbEngine) -> None:
    queries: AdHocQueries

    def meanwhile(statement: Statement, parameters: Mapping[str, Parameter]) -> bytes:
        with pytest.raises(RetryLater):
            queries.rows("SELECT 1", {})
        return b"done"

    queries = AdHocQueries(engine, export=meanwhile, tables=list, limits=AdHocLimits(wait_seconds=0.01))
    assert queries.parquet("SELECT 1 AS one", {}) == b"done"
