"""What is particular to DuckDB: its confinement, partition pruning, other engines' files, messages with places."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.athena_sql.engines.duckdb.session import SessionLimits, open_session
from millrace.athena_sql.ports import (
    Column,
    ParquetData,
    ParquetFile,
    RawData,
    RowData,
    RowFormat,
    Statement,
    Value,
    ViewData,
    WriteRequest,
)
from millrace.errors import DefinitionError, LakeError, QueryError, UnknownName
from tests.many_rows import numbers_to
from tests.unit.athena_sql.sql_lake import SampleTables, SqlLake, taxis

COLUMNS = (Column("number", "int"), Column("text", "string"))


def stored(lake: SqlLake, version: str, partition: str, *numbers: int) -> ParquetFile:
    """A Parquet file made by the engine, with these numbers."""
    rows = RowData(COLUMNS, tuple({"number": number, "text": partition} for number in numbers))
    statement = Statement(
        "staging.number", "SELECT number, text, dt FROM ops.rows CROSS JOIN ops.day WHERE dt IN (:partitions)"
    )
    day = RowData((Column("dt", "date"),), ({"dt": date.fromisoformat(partition)},))
    request = WriteRequest(
        statement,
        (*COLUMNS, Column("dt", "date")),
        f"staging/number/run={version}/",
        (partition,),
        {},
        {"ops.rows": rows, "ops.day": day},
    )
    [file] = lake.engine.write(request)
    return ParquetFile(str(lake.root / file.key), partition)


def test_partitions_of_several_runs_are_one_table_without_a_run_column(lake: SqlLake) -> None:
    files = (stored(lake, "a-1", "2024-05-29", 1), stored(lake, "b-1", "2024-05-30", 2, 3))
    lake.tables.data["staging.number"] = ParquetData(COLUMNS, files)
    result = lake.sql("SELECT * FROM staging.number ORDER BY number")
    assert [column.name for column in result.columns] == ["number", "text", "dt"]
    assert [row[2] for row in result.rows] == [date(2024, 5, 29), date(2024, 5, 30), date(2024, 5, 30)]


@pytest.mark.parametrize(
    "predicate",
    [
        "dt = DATE '2024-05-29'",
        "dt IN (:days)",
        "dt < DATE '2024-05-30'",
        "dt BETWEEN DATE '2024-05-01' AND DATE '2024-05-29'",
    ],
)
def test_a_predicate_on_dt_skips_the_other_files(lake: SqlLake, predicate: str) -> None:
    files = (stored(lake, "a-1", "2024-05-29", 1), stored(lake, "b-1", "2024-05-30", 2))
    Path(files[1].location).write_bytes(b"not Parquet")
    lake.tables.data["staging.number"] = ParquetData(COLUMNS, files)
    days = {"days": [date(2024, 5, 29)]} if ":days" in predicate else {}
    assert lake.rows(f"SELECT number FROM staging.number WHERE {predicate}", **days) == [(1,)]
    with pytest.raises(LakeError):
        lake.rows("SELECT number FROM staging.number")


def test_a_predicate_on_dt_skips_raw_objects(lake: SqlLake) -> None:
    _, other = lake.deliver(
        "taxi_availability",
        [taxis("2024-05-30 08:00:00", [(103.8, 1.3)])],
        [taxis("2024-05-31 08:00:00", [(103.8, 1.3)])],
    )
    (lake.root / other).write_bytes(b"not gzip")
    assert lake.rows("SELECT count(*) FROM raw.taxi_availability WHERE dt = DATE '2024-05-30'") == [(1,)]


def test_files_without_the_partition_in_their_path_still_have_it(lake: SqlLake) -> None:
    file = stored(lake, "a-1", "2024-05-29", 1)
    moved = lake.root / "elsewhere.parquet"
    Path(file.location).rename(moved)
    lake.tables.data["staging.number"] = ParquetData(COLUMNS, (ParquetFile(str(moved), "2024-05-30"),))
    assert lake.rows("SELECT number, dt FROM staging.number") == [(1, date(2024, 5, 30))]


def test_files_of_another_engine_are_read_as_declared(lake: SqlLake) -> None:
    path = lake.root / "part.parquet"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Asia/Singapore'")
        connection.execute(
            "COPY (SELECT TIMESTAMPTZ '2024-05-30 08:00:00+08' AS at, 1::BIGINT AS number, 1.5::DOUBLE AS share)"
            f" TO '{path}' (FORMAT parquet)"
        )
    columns = (Column("at", "timestamp"), Column("number", "int"), Column("share", "decimal(9,2)"))
    lake.tables.data["prod.number"] = ParquetData(columns, (ParquetFile(str(path)),), partitioned=False)
    result = lake.sql("SELECT * FROM prod.number")
    assert [column.type for column in result.columns] == ["timestamp", "int", "decimal(9,2)"]
    assert result.rows == [(datetime(2024, 5, 30), 1, Decimal("1.50"))]  # noqa: DTZ001 - naive UTC


def test_a_folder_with_pattern_characters_in_its_name_is_read(tmp_path: Path) -> None:
    root = tmp_path / "lake [a] * dt=2000-01-01"
    root.mkdir()
    tables = SampleTables()
    lake = SqlLake(root, DuckDbEngine(tables, root, threads=1), tables)
    [key] = lake.deliver("taxi_availability", [taxis("2024-05-30 08:00:00", [(103.8, 1.3)])])
    lake.build("staging.taxi_position", "2024-05-30")
    assert lake.rows("SELECT source_object, dt FROM staging.taxi_position") == [(key, date(2024, 5, 30))]
    lake.engine.close()


def test_a_root_with_a_slash_at_its_end_gives_the_same_keys(lake: SqlLake) -> None:
    keys = lake.deliver("taxi_availability", [taxis("2024-05-30 08:00:00", [(103.8, 1.3)])])
    lake.tables.data["raw.taxi_availability"] = RawData(f"{lake.root}/", tuple(keys))
    assert lake.rows("SELECT source_object FROM raw.taxi_availability") == [(keys[0],)]


def test_no_raw_objects_are_an_empty_table(lake: SqlLake) -> None:
    lake.tables.data["raw.taxi_availability"] = RawData(str(lake.root), ())
    assert lake.rows("SELECT payload, dt, source_object FROM raw.taxi_availability") == []
    assert lake.build("staging.taxi_position", "2024-05-30") == []


def test_rows_keep_every_kind_of_value(lake: SqlLake) -> None:
    columns = (
        Column("t", "string"),
        Column("i", "bigint"),
        Column("d", "double"),
        Column("b", "boolean"),
        Column("at", "timestamp"),
        Column("day", "date"),
        Column("money", "decimal(20,6)"),
    )
    at = datetime(2024, 5, 30, 1, 2, 3, 456789, tzinfo=UTC)
    row: dict[str, Value] = {
        "t": 'it\'s "x" {裕廊}\n',
        "i": 2**62,
        "d": 0.1,
        "b": False,
        "at": at,
        "day": date(2024, 5, 30),
        "money": Decimal("12345678901234.567891"),
    }
    lake.tables.data["ops.kept"] = RowData(columns, (row, {}))
    first, second = lake.rows("SELECT * FROM ops.kept ORDER BY i")
    assert first == (*list(row.values())[:4], at.replace(tzinfo=None), *list(row.values())[5:])
    assert second == (None,) * 7


def test_times_with_a_zone_come_as_athenas_text(lake: SqlLake) -> None:
    sql = "SELECT CAST('2024-05-30 08:00:00+08:00' AS TIMESTAMP WITH TIME ZONE) AS at, 1 AS one, 1 AS one"
    result = lake.sql(sql)
    assert result.rows == [("2024-05-30 08:00:00.000 +08:00", 1, 1)]
    assert (result.columns[0].name, result.columns[0].type) == ("at", "timestamp with time zone")


def test_nested_values_come_as_athenas_text(lake: SqlLake) -> None:
    assert lake.rows("SELECT ARRAY[1, NULL], MAP(ARRAY['a'], ARRAY[true]), ARRAY[ARRAY['x']]") == [
        ("[1, null]", "{a=true}", "[[x]]")
    ]


def test_views_that_need_each_other_are_refused(lake: SqlLake) -> None:
    lake.tables.data["ops.a"] = ViewData(Statement("ops.a", "SELECT * FROM ops.b"))
    lake.tables.data["ops.b"] = ViewData(Statement("ops.b", "SELECT * FROM ops.a"))
    with pytest.raises(DefinitionError, match=r"the views ops\.a -> ops\.b -> ops\.a need each other"):
        lake.rows("SELECT * FROM ops.a")


NUMBERS = RowData((Column("number", "int"), Column("text", "string")), ({"number": 1, "text": "x"},))


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT\n  numbr FROM ops.n", "test: unknown column 'numbr' at line 2, column 3. Did you mean number?"),
        (
            "SELECT t.xyz FROM ops.n AS t",
            "test: unknown column 'xyz' at line 1, column 10. Choose one of: number, text.",
        ),
        (
            "SELECT number, flor(number) FROM ops.n",
            "test: FUNCTION_NOT_FOUND: line 1:16: Function 'flor' not registered. Did you mean floor?",
        ),
        (
            "SELECT number FROM ops.n WHERE (number = 1",
            "test: Expecting ) at line 1, column 42 near '1'. Correct the SQL there.",
        ),
        (
            "SELECT number FROM",
            "test: Expected table name but got the end at line 1, column 15 near 'FROM'. Correct the SQL there.",
        ),
        ("SELECT 'abc", "test: cannot read the SQL. Look for a quote or a comment that is not closed."),
        ("SELECT 1;\nSELECT 2", "test: the SQL has 2 statements. Write one SELECT at a time."),
        (
            " SHOW TABLES",
            "test: SHOW is not allowed at line 1, column 2. Only a SELECT can be run; it may begin with WITH.",
        ),
        (
            "SELECT CAST(text AS INTEGER) FROM ops.n",
            "test: Could not convert string 'x' to integer when casting from source column text.",
        ),
        (
            "SELECT upper(ARRAY[1])",
            "test: Unexpected parameters (array(integer)) for function upper at line 1, column 8.",
        ),
        ("SELECT contains(1, 2)", "test: Unexpected parameters (integer, integer) for a function."),
        (
            "SELECT bit_count(1)",
            "test: FUNCTION_NOT_FOUND: line 1:8: Unexpected parameters for function bit_count: 1 instead of 2.",
        ),
        ("SELECT 1 + 'a'", "test: TYPE_MISMATCH: line 1:8: Cannot apply operator: integer + varchar(1)."),
        ("SELECT transform(1, x -> x)", "test: Unexpected parameters for a function of an array, or for UNNEST."),
        (
            "SELECT repeat('a')",
            "test: the function repeat has too few or too many parameters at line 1, column 18 near ')'."
            " Correct the SQL there.",
        ),
        ("SELECT to_hex('a')", "test: A varbinary is needed, such as to_utf8(text), not: varchar."),
    ],
)
def test_messages_say_what_where_and_what_to_do(lake: SqlLake, sql: str, message: str) -> None:
    lake.tables.data["ops.n"] = NUMBERS
    with pytest.raises(QueryError) as caught:
        lake.rows(sql)
    assert str(caught.value) == message


def test_sql_cannot_read_other_files(lake: SqlLake, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other") / "secret.csv"
    other.write_text("a\n1\n")
    for reference in (f"'{other}'", f'"{other}"', f"read_csv('{other}')", f"TABLE(read_csv('{other}'))"):
        with pytest.raises((UnknownName, QueryError)):
            lake.rows(f"SELECT * FROM {reference}")


def test_the_session_itself_is_confined_to_the_lake(tmp_path: Path) -> None:
    root = tmp_path / "lake"
    root.mkdir()
    (tmp_path / "other.csv").write_text("a\n1\n")
    session = open_session(root, SessionLimits(1, "100MB"), ordered=True).cursor()
    for refused in (
        f"SELECT * FROM read_csv('{tmp_path / 'other.csv'}')",
        f"SELECT * FROM read_csv('{root}/../other.csv')",
        f"COPY (SELECT 1) TO '{tmp_path / 'made.csv'}'",
        "SET enable_external_access = true",
        "SET GLOBAL threads = 4",
        "INSTALL httpfs",
        "LOAD httpfs",
    ):
        with pytest.raises(duckdb.Error):
            session.execute(refused)
    assert not (tmp_path / "made.csv").exists()
    settings = dict(session.execute("SELECT name, value FROM duckdb_settings()").fetchall())
    assert settings["TimeZone"] == "UTC"
    assert settings["autoinstall_known_extensions"] == settings["autoload_known_extensions"] == "false"
    session.close()


def test_too_little_memory_gets_a_plain_message(tmp_path: Path) -> None:
    engine = DuckDbEngine(SampleTables(), tmp_path, threads=1, memory="10MB")
    with pytest.raises(QueryError, match="more memory than DuckDB may use"):
        engine.query(Statement("test", f"SELECT cardinality(array_agg(i)) FROM {numbers_to(2_000_000)} AS t"))
    engine.close()


def test_nothing_is_opened_before_it_is_needed(tmp_path: Path) -> None:
    engine = DuckDbEngine(SampleTables(), tmp_path / "not yet there")
    engine.interrupt()
    engine.close()
    assert not (tmp_path / "not yet there").exists()


def test_a_write_by_several_threads_keeps_every_text(lake: SqlLake) -> None:
    """DuckDB's writer loses values of ENUMs when several threads write, so strings must not become ENUMs."""
    names = "SELECT CAST(mod(n * 7919, 60013) AS VARCHAR) AS name, sequence(1, 40) AS items"
    sql = (
        f"SELECT name, item FROM ({names} FROM {numbers_to(60_000, 'n')} AS s) AS rows"
        " CROSS JOIN UNNEST(items) AS t (item)"
    )
    columns = (Column("name", "string"), Column("item", "bigint"))
    [file] = lake.engine.write(
        WriteRequest(Statement("staging.named", sql), columns, "staging/named/run=a/", None, {}, {})
    )
    lake.tables.data["staging.named"] = ParquetData(columns, (ParquetFile(str(lake.root / file.key), ""),), False)
    counted = "SELECT count(*), count(DISTINCT name), min(length(name)) FROM staging.named"
    assert lake.sql(counted).rows == [(60_000 * 40, 60_000, 1)]


@pytest.mark.parametrize("value", ["TIMESTAMP '2024-05-30 08:00:00 Asia/Tokyo'", "INTERVAL '1' DAY", "TIME '10:00:00'"])
def test_columns_of_what_duckdb_has_no_type_for_keep_their_names(lake: SqlLake, value: str) -> None:
    found = f"(SELECT {value} AS x)"
    for sql, name in (
        (f"SELECT x FROM {found}", "x"),
        (f"SELECT t.X FROM {found} AS t", "x"),
        (f"SELECT t.* FROM {found} AS t", "x"),
        (f"SELECT {found} AS y", "y"),
        (f"VALUES {value}", "_col0"),
    ):
        assert [column.name for column in lake.sql(sql).columns] == [name]


@pytest.mark.parametrize("star", ["*", "t.*"])
def test_a_star_over_two_columns_of_one_name_is_refused_where_it_has_a_zone(lake: SqlLake, star: str) -> None:
    with pytest.raises(QueryError, match=r"\* over a time with a zone"):
        lake.sql(f"SELECT {star} FROM (SELECT from_unixtime(0, 'Asia/Tokyo') AS x, 1 AS x) AS t")


def test_zones_and_intervals_are_exported(lake: SqlLake, tmp_path: Path) -> None:
    sql = "SELECT from_unixtime(0, 'Asia/Tokyo') AS at, INTERVAL '2' DAY AS span, from_unixtime(0) AS utc"
    assert lake.engine.export(Statement("test", sql), {}, RowFormat.CSV, tmp_path / "rows.csv") == 1
    assert lake.engine.export(Statement("test", sql), {}, RowFormat.PARQUET, tmp_path / "rows.parquet") == 1
    epoch = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    found = duckdb.connect().execute(f"SELECT * FROM '{tmp_path / 'rows.parquet'}'")
    assert found.fetchall() == [(epoch, "2 00:00:00.000", epoch)]
    assert (tmp_path / "rows.csv").read_text() == (
        "at,span,utc\n1970-01-01 09:00:00.000 Asia/Tokyo,2 00:00:00.000,1970-01-01 00:00:00.000 UTC\n"
    )
