"""What every engine must do. An engine is added with one line in ENGINES."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from athena_sql.duckdb_engine import DuckDbEngine
from athena_sql.ports import (
    Column,
    Engine,
    ParquetData,
    ParquetFile,
    RowData,
    Statement,
    TableData,
    TableSource,
    ViewData,
    WriteRequest,
)
from millrace.errors import DefinitionError, QueryError, UnknownName
from tests.unit.athena_sql.sql_lake import SqlLake, Tables, taxis

ENGINES: dict[str, Callable[[TableSource, Path], Engine]] = {
    "duckdb": lambda source, root: DuckDbEngine(source, root, threads=2),
}


@pytest.fixture(params=sorted(ENGINES))
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlLake]:
    tables = Tables(dict(TABLES))
    engine = ENGINES[request.param](tables, tmp_path)
    yield SqlLake(tmp_path, engine, tables)
    engine.close()


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_the_engine_has_the_ports_verbs(name: str, tmp_path: Path) -> None:
    engine = ENGINES[name](Tables(), tmp_path)
    for verb in ("query", "write", "interrupt", "close"):
        ours, ports = inspect.signature(getattr(type(engine), verb)), inspect.signature(getattr(Engine, verb))
        assert ours == ports


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text)


READING = RowData(
    (
        Column("station", "string"),
        Column("observed_at", "timestamp"),
        Column("count", "int"),
        Column("share", "decimal(9,6)"),
        Column("dt", "date"),
    ),
    (
        {
            "station": "Jurong – 裕廊",
            "observed_at": utc("2024-05-29 15:59:59"),
            "count": 7,
            "share": Decimal("0.100000"),
            "dt": date(2024, 5, 29),
        },
        {
            "station": "O'Brien's",
            "observed_at": utc("2024-05-29 16:00:00"),
            "count": 2,
            "share": Decimal("0.200000"),
            "dt": date(2024, 5, 30),
        },
        {"station": None, "observed_at": None, "count": None, "share": None, "dt": None},
    ),
)
TABLES: dict[str, TableData] = {
    "ops.reading": READING,
    "ops.empty": RowData(READING.columns, ()),
    "staging.empty": ParquetData(READING.columns[:-1], ()),
    "ops.counted": ViewData(Statement("ops.counted", "SELECT dt, sum(count) AS counted FROM ops.reading GROUP BY dt")),
}


@dataclass(frozen=True)
class Case:
    title: str
    sql: str
    rows: list[tuple[Any, ...]]


CASES = [
    Case(
        "midnight in Singapore parts the days by dt, not by the UTC date",
        "SELECT dt, CAST(observed_at AS DATE) FROM ops.reading WHERE dt = DATE '2024-05-30'",
        [(date(2024, 5, 30), date(2024, 5, 29))],
    ),
    Case("times stay UTC", "SELECT max(observed_at) FROM ops.reading", [(utc("2024-05-29 16:00:00"),)]),
    Case(
        "parts of a time",
        "SELECT hour(observed_at), minute(observed_at), second(observed_at) FROM ops.reading WHERE count = 7",
        [(15, 59, 59)],
    ),
    Case(
        "truncation and steps of time",
        "SELECT date_trunc('hour', observed_at), observed_at + count * INTERVAL '1' MINUTE FROM ops.reading"
        " WHERE count = 7",
        [(utc("2024-05-29 15:00:00"), utc("2024-05-29 16:06:59"))],
    ),
    Case(
        "a distance in seconds",
        "SELECT CAST(floor(to_unixtime(max(observed_at))) - floor(to_unixtime(min(observed_at))) AS BIGINT)"
        " FROM ops.reading",
        [(1,)],
    ),
    Case("the epoch", "SELECT to_unixtime(TIMESTAMP '1970-01-01 00:01:00')", [(60.0,)]),
    Case("NULL is no value", "SELECT count(*), count(count), sum(count) FROM ops.reading", [(3, 2, 9)]),
    Case("NULL sorts last, up", "SELECT count FROM ops.reading ORDER BY count", [(2,), (7,), (None,)]),
    Case("NULL sorts last, down", "SELECT count FROM ops.reading ORDER BY count DESC", [(7,), (2,), (None,)]),
    Case("NULL is in no list", "SELECT count(*) FROM ops.reading WHERE NOT count IN (7)", [(1,)]),
    Case("greatest of NULL", "SELECT greatest(1, NULL, 3)", [(None,)]),
    Case("concatenation with NULL", "SELECT 'a' || NULL", [(None,)]),
    Case("no rows in, no rows out", "SELECT station, dt FROM ops.empty", []),
    Case("no files, no rows", "SELECT * FROM staging.empty WHERE dt = DATE '2024-05-30'", []),
    Case("an aggregate over nothing", "SELECT count(*), sum(count), max(dt) FROM staging.empty", [(0, None, None)]),
    Case("duplicates stay", "SELECT x FROM (VALUES 1, 1, 2) AS t (x) ORDER BY x", [(1,), (1,), (2,)]),
    Case("UNION drops them", "SELECT 1 AS x UNION SELECT 1 UNION ALL SELECT 1", [(1,), (1,)]),
    Case("division of whole numbers", "SELECT 7 / 2, -7 / 2, mod(-7, 2)", [(3, -3, -1)]),
    Case("division of columns", "SELECT count / 2 FROM ops.reading WHERE count = 7", [(3,)]),
    Case("division of DOUBLE", "SELECT CAST(7 AS DOUBLE) / 2, floor(CAST(-7 AS DOUBLE) / 2)", [(3.5, -4.0)]),
    Case(
        "DECIMAL arithmetic is exact",
        "SELECT sum(share), max(share) * 3 FROM ops.reading",
        [(Decimal("0.300000"), Decimal("0.600000"))],
    ),
    Case(
        "DOUBLE to DECIMAL rounds half up",
        "SELECT CAST(CAST('103.1234565' AS DOUBLE) AS DECIMAL(9, 6)), CAST(CAST('2.5' AS DOUBLE) AS DECIMAL(9, 0))",
        [(Decimal("103.123457"), Decimal("3"))],
    ),
    Case("floor of a DECIMAL", "SELECT CAST(floor(CAST('103.999999' AS DECIMAL(9, 6)) * 1000) AS BIGINT)", [(103999,)]),
    Case("text of any script", "SELECT station FROM ops.reading WHERE dt = DATE '2024-05-29'", [("Jurong – 裕廊",)]),
    Case(
        "length counts characters",
        "SELECT length('裕廊'), upper('straits'), substr('裕廊x', 2, 1)",
        [(2, "STRAITS", "廊")],
    ),
    Case("quotes", "SELECT count FROM ops.reading WHERE station = 'O''Brien''s'", [(2,)]),
    Case(
        "nested arrays out of JSON",
        "SELECT element_at(pair, 1), element_at(pair, 2), element_at(pair, 3) FROM (SELECT CAST("
        "json_extract('{\"a\": [{\"b\": [[2.5, 1], [1.5, 4]]}]}', '$.a[0].b') AS ARRAY(ARRAY(DOUBLE))"
        ") AS pairs) AS found CROSS JOIN UNNEST(pairs) AS t (pair)",
        [(2.5, 1.0, None), (1.5, 4.0, None)],
    ),
    Case(
        "a sorted array of arrays",
        "SELECT element_at(element_at(array_sort(ARRAY[ARRAY[2, 1], ARRAY[1, 9], ARRAY[1, 3]]), 1), 2)",
        [(3,)],
    ),
    Case("an empty array has no rows", "SELECT x FROM UNNEST(CAST(ARRAY[] AS ARRAY(INTEGER))) AS t (x)", []),
    Case("a sequence", "SELECT sum(n) FROM UNNEST(sequence(1, 4)) AS t (n)", [(10,)]),
    Case("JSON null is NULL", 'SELECT json_extract_scalar(\'{"a": null, "b": "x"}\', \'$.a\')', [(None,)]),
    Case("a scalar of JSON", 'SELECT json_extract_scalar(\'{"a": {"b": "x"}}\', \'$.a.b\')', [("x",)]),
    Case(
        "counting by condition",
        "SELECT count_if(count > 2), count(*) FILTER (WHERE count > 2) FROM ops.reading",
        [(1, 1)],
    ),
    Case(
        "windows",
        "SELECT count, lead(count) OVER (ORDER BY count), row_number() OVER (ORDER BY count DESC) FROM ops.reading"
        " WHERE count IS NOT NULL ORDER BY count",
        [(2, 7, 2), (7, None, 1)],
    ),
    Case("the value at a maximum", "SELECT max_by(station, count) FROM ops.reading", [("Jurong – 裕廊",)]),
    Case("views are inlined", "SELECT counted FROM ops.counted WHERE dt = DATE '2024-05-30'", [(2,)]),
    Case("names of WITH go first", "WITH reading AS (SELECT 1 AS x) SELECT x FROM reading", [(1,)]),
    Case(
        "a name of WITH hides no table of a layer",
        "WITH reading AS (SELECT count FROM ops.reading) SELECT sum(count) FROM reading",
        [(9,)],
    ),
    Case("names in any case", "SELECT Reading.COUNT FROM OPS.Reading WHERE ops.reading.Count = 7", [(7,)]),
    Case(
        "Grafana's time groups",
        "SELECT FLOOR(TO_UNIXTIME(observed_at)/300)*300 FROM ops.reading WHERE observed_at BETWEEN"
        " TIMESTAMP '2024-05-29 16:00:00' AND TIMESTAMP '2024-05-29 17:00:00'",
        [(1716998400.0,)],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_dialect_case_gives_the_known_rows(lake: SqlLake, case: Case) -> None:
    assert lake.rows(case.sql) == case.rows


def test_columns_have_athenas_names_and_types(lake: SqlLake) -> None:
    columns = lake.sql(
        "SELECT station, observed_at, count, share, dt, count(*) OVER (), sum(count) OVER () AS total,"
        " count > 1 AS many, CAST(1 AS DOUBLE) AS x, ARRAY[1] AS list FROM ops.reading"
    ).columns
    assert [(column.name, column.type) for column in columns] == [
        ("station", "string"),
        ("observed_at", "timestamp"),
        ("count", "int"),
        ("share", "decimal(9,6)"),
        ("dt", "date"),
        ("_col5", "bigint"),
        ("total", "bigint"),
        ("many", "boolean"),
        ("x", "double"),
        ("list", "array<int>"),
    ]


def test_values_are_pythons(lake: SqlLake) -> None:
    sql = "SELECT station, observed_at, count, share, dt FROM ops.reading WHERE dt = :day"
    assert lake.sql(sql, day=date(2024, 5, 30)).dicts() == [READING.rows[1]]


def test_given_tables_go_before_the_engines_own_for_one_call(lake: SqlLake) -> None:
    given = {"ops.reading": RowData((Column("count", "int"),), ({"count": 41},))}
    statement = Statement("test", "SELECT sum(count) FROM ops.reading")
    assert lake.engine.query(statement, None, given).rows == [(41,)]
    assert lake.engine.query(statement).rows == [(9,)]


def test_a_view_sees_the_given_tables_too(lake: SqlLake) -> None:
    given = {"ops.reading": RowData(READING.columns, (READING.rows[0],))}
    assert lake.engine.query(Statement("test", "SELECT counted FROM ops.counted"), None, given).rows == [(7,)]


def test_raw_objects_are_rows_of_their_envelopes(lake: SqlLake) -> None:
    record = taxis("2024-05-30 00:00:05", [(103.81234567890123, 1.3)], note="裕廊")
    [key] = lake.deliver("taxi_availability", [record])
    [row] = lake.sql("SELECT * FROM raw.taxi_availability").dicts()
    payload = json.loads(str(row.pop("payload")))  # its text may be spaced otherwise
    assert payload == {"features": [{"geometry": {"coordinates": [[103.81234567890123, 1.3]]}, "note": "裕廊"}]}
    assert row == {
        "source": "taxi_availability",
        "snapshot_id": record.snapshot_id,
        "requested_at": utc("2024-05-29 16:00:05"),
        "observed_at": utc("2024-05-29 16:00:05"),
        "observed_at_local": utc("2024-05-30 00:00:05"),
        "polled_at": utc("2024-05-29 16:00:07"),
        "dt": date(2024, 5, 30),
        "hour": "00",
        "source_object": key,
    }


UNKNOWN = [
    "ops.nothing",
    "reading",
    "raw.reading",
    "information_schema.tables",
    '"/etc/passwd"',
    "read_text('/etc/passwd')",
]


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_table_is_named_with_those_that_there_are(lake: SqlLake, name: str) -> None:
    with pytest.raises(UnknownName, match=r"There is: ops\.counted, ops\.empty, ops\.reading, staging\.empty\."):
        lake.rows(f"SELECT * FROM {name}")


@pytest.mark.parametrize(
    "sql",
    [
        "EXPLAIN SELECT 1",
        "SHOW TABLES",
        "DROP TABLE ops.reading",
        "INSERT INTO ops.reading SELECT 1",
        "CREATE TABLE x AS SELECT 1",
        "COPY ops.reading TO 'x'",
        "SET threads = 1",
        "PRAGMA version",
        "WITH x AS (SELECT 1) DELETE FROM ops.reading",
        "SELECT 1; SELECT 2",
        "SELECT 1 INTO x",
        "VALUES 1",
        "",
        "-- nothing",
    ],
)
def test_only_one_select_is_run(lake: SqlLake, sql: str) -> None:
    with pytest.raises(QueryError) as caught:
        lake.rows(sql)
    assert caught.value.hint in (
        "Only a SELECT, with WITH if need be, can be run.",
        "Write one SELECT at a time.",
        "Write one SELECT.",
    )


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'abc",
        "SELECT (1",
        "SELECT FROM WHERE",
        "SELECT nothing FROM ops.reading",
        "SELECT no_such_function(1)",
        "SELECT CAST(station AS INTEGER) FROM ops.reading",
        "SELECT count FROM ops.reading GROUP BY dt",
    ],
)
def test_what_cannot_be_run_gets_one_line(lake: SqlLake, sql: str) -> None:
    with pytest.raises(QueryError) as caught:
        lake.rows(sql)
    assert str(caught.value).startswith("test: ")
    assert "\n" not in str(caught.value)


def test_a_missing_parameter_is_named(lake: SqlLake) -> None:
    with pytest.raises(QueryError, match=":day"):
        lake.rows("SELECT 1 FROM ops.reading WHERE dt = :day")


NUMBER = (Column("number", "int"), Column("dt", "date"))
NUMBERS = RowData(
    NUMBER,
    tuple({"number": number, "dt": date(2024, 5, 29 + number % 2)} for number in (4, 2, 3, 1, 5)),
)


def request(sql: str, columns: tuple[Column, ...] = NUMBER, partitions: tuple[str, ...] | None = ()) -> WriteRequest:
    return WriteRequest(
        Statement("staging.number", sql), columns, "staging/number/run=a-1/", partitions, {}, {"ops.numbers": NUMBERS}
    )


def test_a_write_makes_one_file_a_partition_and_none_for_an_empty_one(lake: SqlLake) -> None:
    sql = "SELECT number, dt FROM ops.numbers WHERE dt IN (:partitions) ORDER BY number"
    files = lake.engine.write(request(sql, partitions=("2024-05-29", "2024-05-30", "2024-05-31")))
    assert [(file.partition, file.rows) for file in files] == [("2024-05-29", 2), ("2024-05-30", 3)]
    for file in files:
        assert file.key.startswith(f"staging/number/run=a-1/dt={file.partition}/")
        assert (lake.root / file.key).stat().st_size == file.size
    on_disk = sorted(str(path.relative_to(lake.root)) for path in lake.root.rglob("*.parquet"))
    assert on_disk == [file.key for file in files]
    lake.tables.data["staging.number"] = ParquetData(
        NUMBER[:-1], tuple(ParquetFile(str(lake.root / file.key), file.partition) for file in files)
    )
    result = lake.sql("SELECT * FROM staging.number ORDER BY number")
    assert [(column.name, column.type) for column in result.columns] == [("number", "int"), ("dt", "date")]
    assert result.rows == [(number, date(2024, 5, 29 + number % 2)) for number in range(1, 6)]


def test_a_write_without_partitions_makes_one_file(lake: SqlLake) -> None:
    columns = (Column("number", "int"),)
    [file] = lake.engine.write(request("SELECT number FROM ops.numbers ORDER BY number", columns, None))
    assert (file.partition, file.rows) == ("", 5)
    data = ParquetData(columns, (ParquetFile(str(lake.root / file.key)),), partitioned=False)
    lake.tables.data["staging.number"] = data
    assert lake.rows("SELECT * FROM staging.number") == [(1,), (2,), (3,), (4,), (5,)]


@pytest.mark.parametrize(
    ("sql", "given"),
    [
        ("SELECT dt, number FROM ops.numbers WHERE dt IN (:partitions)", "dt date, number int"),
        (
            "SELECT CAST(number AS BIGINT) AS number, dt FROM ops.numbers WHERE dt IN (:partitions)",
            "number bigint, dt date",
        ),
        ("SELECT number AS n, dt FROM ops.numbers WHERE dt IN (:partitions)", "n int, dt date"),
    ],
)
def test_a_write_of_other_columns_is_refused_with_both(lake: SqlLake, sql: str, given: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        lake.engine.write(request(sql, partitions=("2024-05-29",)))
    assert f"gives {given}, but the table declares number int, dt date." in str(caught.value)
    assert not list(lake.root.rglob("*.parquet"))


def test_a_write_by_partition_must_read_the_partitions(lake: SqlLake) -> None:
    with pytest.raises(DefinitionError, match=":partitions"):
        lake.engine.write(request("SELECT number, dt FROM ops.numbers", partitions=("2024-05-29",)))


def test_a_write_that_fails_leaves_no_file(lake: SqlLake) -> None:
    wrong = "CAST('x' || CAST(number AS VARCHAR) AS INTEGER)"
    sql = f"SELECT {wrong} AS number, dt FROM ops.numbers WHERE dt IN (:partitions)"
    with pytest.raises(QueryError):
        lake.engine.write(request(sql, partitions=("2024-05-29",)))
    assert not list(lake.root.rglob("*.parquet"))


def test_writing_again_gives_the_same_files(lake: SqlLake) -> None:
    sql = "SELECT number, dt FROM ops.numbers WHERE dt IN (:partitions) ORDER BY number"
    wanted = request(sql, partitions=("2024-05-29", "2024-05-30"))
    assert lake.engine.write(wanted) == lake.engine.write(wanted)


def test_a_query_can_be_stopped_from_another_thread(lake: SqlLake) -> None:
    endless = "SELECT count(*) FROM UNNEST(sequence(1, 9999)) AS a (x)" + "".join(
        f" CROSS JOIN UNNEST(sequence(1, 9999)) AS {name} (x)" for name in "bcd"
    )
    raised: list[QueryError] = []

    def run() -> None:
        try:
            lake.rows(endless + " WHERE a.x + b.x + c.x + d.x = 5")
        except QueryError as error:
            raised.append(error)

    thread = Thread(target=run)
    thread.start()
    while thread.is_alive():
        lake.engine.interrupt()
        thread.join(0.01)
    assert "stopped" in str(raised[0])
    assert lake.rows("SELECT 1") == [(1,)]


def test_calls_run_side_by_side(lake: SqlLake) -> None:
    found: list[int] = []
    threads = [
        Thread(target=lambda: found.append(lake.rows("SELECT sum(count) FROM ops.reading")[0][0])) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [9] * 8
