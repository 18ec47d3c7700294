"""SQL can read the catalog's tables and nothing else, in whatever form it is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.athena_sql.endpoint.endpoint import Endpoint
from millrace.errors import RequestRefused
from tests.unit.athena_sql.endpoint.fenced_lake import CANARY, SmallLake, endpoint_over, outcome, write_secrets

# {lake}: the lake's own folder, which the engine may read; {outside}: another.
ESCAPES = [
    "SELECT * FROM read_csv('{lake}/secret.csv')",
    "SELECT * FROM read_csv_auto('{lake}/secret.csv')",
    "SELECT * FROM read_text('{lake}/secret.txt')",
    "SELECT * FROM read_blob('{lake}/secret.txt')",
    "SELECT * FROM read_json('{lake}/secret.json')",
    "SELECT * FROM read_json_auto('{lake}/secret.json')",
    "SELECT * FROM read_json_objects('{lake}/secret.json')",
    "SELECT * FROM read_ndjson('{lake}/secret.json')",
    "SELECT * FROM read_parquet('{lake}/secret.parquet')",
    "SELECT * FROM parquet_scan('{lake}/secret.parquet')",
    "SELECT * FROM parquet_metadata('{lake}/secret.parquet')",
    "SELECT * FROM parquet_schema('{lake}/secret.parquet')",
    "SELECT * FROM sniff_csv('{lake}/secret.csv')",
    "SELECT * FROM glob('{lake}/*')",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('x')",
    "SELECT * FROM '{lake}/secret.parquet'",
    "SELECT * FROM \"{lake}/secret.parquet\"",
    "SELECT * FROM \"{outside}/secret.csv\"",
    "SELECT * FROM prod.\"{lake}/secret.parquet\"",
    "SELECT * FROM \"{lake}/secret.parquet\" AS numbers",
    "SELECT * FROM `{lake}/secret.parquet`",
    "WITH \"{lake}/secret.csv\" AS (SELECT * FROM \"{lake}/secret.csv\") SELECT * FROM \"{lake}/secret.csv\"",
    "WITH a AS (SELECT * FROM b), b AS (SELECT * FROM a) SELECT * FROM a",
    "WITH \"secret.parquet\" AS (SELECT 1), x AS (SELECT * FROM \"{lake}/secret.parquet\") SELECT * FROM x",
    "SELECT (WITH \"{lake}/secret.csv\" AS (SELECT 1) SELECT 1), s.* FROM \"{lake}/secret.csv\" s",
    "WITH RECURSIVE \"{lake}/x.csv\" AS (SELECT * FROM \"{lake}/x.csv\") SELECT * FROM \"{lake}/x.csv\"",
    "WITH duckdb_settings AS (SELECT * FROM duckdb_settings) SELECT * FROM duckdb_settings",
    "SELECT (SELECT content FROM read_text('{lake}/secret.txt'))",
    "SELECT n, (SELECT max(secret) FROM \"{lake}/secret.parquet\") FROM prod.numbers",
    "SELECT * FROM prod.numbers WHERE EXISTS (SELECT 1 FROM read_text('{lake}/secret.txt'))",
    "SELECT * FROM prod.numbers JOIN read_csv('{lake}/secret.csv') ON true",
    "SELECT * FROM prod.numbers, LATERAL read_csv('{lake}/secret.csv')",
    "SELECT * FROM prod.numbers, LATERAL (SELECT * FROM read_csv('{lake}/secret.csv'))",
    "SELECT * FROM TABLE(read_csv('{lake}/secret.csv'))",
    "TABLE \"{lake}/secret.csv\"",
    "FROM read_text('{lake}/secret.txt')",
    "FROM '{lake}/secret.csv'",
    "SELECT '{lake}/secret.txt'.read_text()",
    "SELECT getenv('MILLRACE_CANARY')",
    "SELECT current_setting('temp_directory')",
    "SELECT getvariable('x')",
    "SELECT version(), current_database(), current_schema()",
    "SELECT current_user, session_user",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_tables",
    "SELECT * FROM duckdb_functions()",
    "SELECT * FROM pg_catalog.pg_tables",
    "SELECT * FROM pg_tables",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM system.information_schema.tables",
    "SELECT * FROM main.x",
    "SELECT * FROM memory.main.x",
    "SELECT * FROM information_schema.character_sets",
    "SELECT pg_catalog.pg_get_viewdef(1)",
    "SELECT main.athena_double(1)",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM pragma_table_info('x')",
    "COPY (SELECT 1) TO '{lake}/made.csv'",
    "COPY prod.numbers TO '{outside}/made.csv'",
    "COPY prod.numbers FROM '{lake}/secret.csv'",
    "EXPORT DATABASE '{lake}/made'",
    "IMPORT DATABASE '{lake}/made'",
    "ATTACH '{lake}/state.db' AS s (TYPE sqlite)",
    "ATTACH '{outside}/made.duckdb'",
    "DETACH memory",
    "USE memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "FORCE INSTALL sqlite FROM 'http://127.0.0.1:1/'",
    "SELECT * FROM 'https://127.0.0.1:1/x.parquet'",
    "SELECT * FROM \"s3://bucket/x.parquet\"",
    "SELECT * FROM read_parquet('file://{lake}/secret.parquet')",
    "SELECT * FROM \"file://{lake}/secret.parquet\"",
    "PRAGMA database_list",
    "PRAGMA enable_profiling",
    "SET enable_external_access = true",
    "SET GLOBAL allowed_directories = ['/']",
    "SET SESSION temp_directory = '{outside}'",
    "RESET enable_external_access",
    "SET VARIABLE x = 1",
    "CALL pragma_version()",
    "CHECKPOINT",
    "VACUUM",
    "BEGIN",
    "CREATE TABLE x AS SELECT * FROM read_text('{lake}/secret.txt')",
    "CREATE VIEW prod.v AS SELECT * FROM read_text('{lake}/secret.txt')",
    "CREATE MACRO f() AS TABLE SELECT * FROM read_text('{lake}/secret.txt')",
    "CREATE FUNCTION f() AS 1",
    "CREATE SECRET s (TYPE s3)",
    "CREATE TYPE t AS ENUM ('x')",
    "CREATE SEQUENCE s",
    "INSERT INTO prod.numbers SELECT 1, 1, DATE '2024-05-30'",
    "INSERT INTO prod.numbers SELECT secret FROM \"{lake}/secret.csv\"",
    "UPDATE prod.numbers SET n = 1",
    "DELETE FROM prod.numbers",
    "DROP TABLE prod.numbers",
    "TRUNCATE TABLE prod.numbers",
    "ALTER TABLE prod.numbers ADD COLUMN x int",
    "MERGE INTO prod.numbers USING ops.words ON true WHEN MATCHED THEN DELETE",
    "UNLOAD (SELECT * FROM read_text('{lake}/secret.txt')) TO '{outside}/made' WITH (format = 'PARQUET')",
    "UNLOAD (SELECT 1 AS x) TO '{outside}/made' WITH (format = 'PARQUET')",
    "PREPARE p FROM COPY (SELECT 1) TO '{outside}/made.csv'",
    "EXECUTE p",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{outside}/made.csv'",
    "DESCRIBE SELECT * FROM read_text('{lake}/secret.txt')",
    "SUMMARIZE SELECT * FROM read_text('{lake}/secret.txt')",
    "SHOW ALL TABLES",
    "SELECT 1; SELECT * FROM read_text('{lake}/secret.txt')",
    "SELECT 1;;COPY (SELECT 1) TO '{outside}/made.csv'",
    "SELECT 1 AS x INTO made",
    "SELECT * FROM prod.numbers; -- ' \n COPY (SELECT 1) TO '{outside}/made.csv'",
    "/* SELECT 1 */ INSTALL httpfs",
    "SELECT $$ x $$; SELECT read_text('{lake}/secret.txt')",
    "SELECT CAST('pg_class' AS regclass)",
    "SELECT COLUMNS('.*') FROM prod.numbers",
    "PIVOT prod.numbers ON n",
    "SELECT * FROM (PIVOT ops.words ON word USING sum(n))",
    "SELECT * EXCLUDE (n) FROM prod.numbers",
    "SELECT @x, @@version",
    "SELECT json_execute_serialized_sql('x')",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "SELECT * FROM from_substrait(to_utf8('x'))",
    "SELECT * FROM arrow_scan(1, 2, 3)",
    "SELECT * FROM pandas_scan(1)",
    "SELECT * FROM seq_scan('x')",
    "SELECT * FROM test_all_types()",
    "SELECT * FROM repeat_row(1, num_rows = 3)",
    "SELECT * FROM range(10)",
    "SELECT write_log('x')",
    "SELECT nextval('x')",
    "SELECT * FROM prod.numbers AT (VERSION => 1)",
    "SELECT unnest(glob('{lake}/*'))",
    "SELECT list_transform([1], x -> getenv('MILLRACE_CANARY'))",
    "SELECT transform(ARRAY['MILLRACE_CANARY'], x -> getenv(x))",
    "SELECT filter(ARRAY[1], x -> read_text('{lake}/secret.txt') IS NOT NULL)",
    "SELECT TRY(read_text('{lake}/secret.txt'))",
    "SELECT count(*) FILTER (WHERE getenv('MILLRACE_CANARY') IS NOT NULL) FROM prod.numbers",
    "SELECT max(n) OVER (ORDER BY getenv('MILLRACE_CANARY')) FROM prod.numbers",
    "SELECT n FROM prod.numbers ORDER BY getenv('MILLRACE_CANARY')",
    "SELECT n FROM prod.numbers LIMIT (SELECT length(getenv('MILLRACE_CANARY')))",
    "SELECT n FROM prod.numbers GROUP BY n, getenv('MILLRACE_CANARY')",
    "VALUES (getenv('MILLRACE_CANARY'))",
    "SELECT CASE WHEN true THEN getenv('MILLRACE_CANARY') END",
    "SELECT \"getenv\"('MILLRACE_CANARY')",
    "SELECT GetEnv('MILLRACE_CANARY')",
    "SELECT system.main.getenv('MILLRACE_CANARY')",
]  # fmt: skip


@pytest.fixture(scope="module")
def fenced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Endpoint, Path, Path]]:
    folder = tmp_path_factory.mktemp("fence")
    lake, outside = SmallLake(folder / "lake"), folder / "outside"
    lake.write()
    write_secrets(lake.folder, outside)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MILLRACE_CANARY", CANARY)
        with endpoint_over(lake) as endpoint:
            yield endpoint, lake.folder, outside


@pytest.mark.parametrize("sql", ESCAPES)
def test_an_attempt_to_escape_is_a_clear_error(fenced: tuple[Endpoint, Path, Path], sql: str) -> None:
    endpoint, lake, outside = fenced
    before = files(lake, outside)
    state, reason, rows = outcome(endpoint, sql.replace("{lake}", str(lake)).replace("{outside}", str(outside)))
    assert (state, rows) in (("FAILED", []), ("REFUSED", [])), (state, rows)
    assert reason
    assert not reason.startswith("GENERIC"), reason
    assert CANARY not in reason
    assert files(lake, outside) == before


def test_a_prepared_statement_does_not_escape(fenced: tuple[Endpoint, Path, Path]) -> None:
    """The fence checks the prepared text, not the text of the EXECUTE at the same positions."""
    endpoint, lake, outside = fenced
    for sql in ESCAPES:
        asked = {"StatementName": "way_out", "WorkGroup": "primary"}
        written = sql.replace("{lake}", str(lake)).replace("{outside}", str(outside))
        try:
            endpoint.answer("CreatePreparedStatement", {**asked, "QueryStatement": written})
        except RequestRefused:
            continue
        state, reason, rows = outcome(endpoint, f"/* {'abs ' * 100} */ EXECUTE way_out")
        assert (state in ("FAILED", "REFUSED"), rows) == (True, []), (sql, reason)
        endpoint.answer("DeletePreparedStatement", asked)


def test_harmless_statements_that_look_like_escapes_are_answered(fenced: tuple[Endpoint, Path, Path]) -> None:
    endpoint, _, _ = fenced
    for sql in (
        "SELECT count(*) FROM prod.numbers",
        "WITH numbers AS (SELECT n FROM prod.numbers) SELECT count(*) FROM numbers",
        "WITH a AS (SELECT n FROM prod.numbers), b AS (SELECT n FROM a) SELECT count(*) FROM b",
        "WITH a AS (WITH a AS (SELECT n FROM prod.numbers) SELECT n FROM a) SELECT count(*) FROM a",
        "SELECT count(*) FROM (SELECT n FROM prod.numbers) AS \"secret.parquet\"",
        "SELECT count(x.n) FROM prod.numbers AS x (n)",
        "SELECT sum(c) FROM (SELECT count(*) AS c FROM prod.numbers UNION ALL SELECT 0)",
        "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT count(*) FROM r",
        "SELECT count(*) FROM prod.numbers WHERE numbers.n >= 0 AND prod.numbers.n < 10",
        "SELECT approx_distinct(n) FROM prod.numbers -- read_text('x')",
        "SELECT 10 AS \"read_text('x')\"",
        "SELECT length('COPY x TO y')-1",
    ):  # fmt: skip
        assert outcome(endpoint, sql)[::2] == ("SUCCEEDED", [[_header(endpoint, sql)], ["10"]]), sql


def test_the_engine_has_locks_of_its_own(fenced: tuple[Endpoint, Path, Path], tmp_path: Path) -> None:
    """The second line of defence: the engine's own locks refuse everything outside the lake's folder."""
    from millrace.athena_sql.engines.duckdb.session import SessionLimits, open_session

    _, lake, outside = fenced
    session = open_session(lake, SessionLimits(1, "100MB"), ordered=True)
    for sql in (
        f"SELECT * FROM read_text('{outside}/secret.txt')",
        f"COPY (SELECT 1) TO '{outside}/made.csv'",
        f"ATTACH '{outside}/made.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
    ):
        with pytest.raises(Exception, match=r"(?i)permission|disabled|locked|cannot|access|failed"):
            session.execute(sql).fetchall()
    session.close()


def files(*folders: Path) -> set[Path]:
    """All files but the endpoint's own."""
    return {
        path
        for folder in folders
        for path in folder.rglob("*")
        if "athena" not in path.parts and ".spill" not in path.parts
    }


def _header(endpoint: Endpoint, sql: str) -> str | None:
    return outcome(endpoint, sql)[2][0][0]
