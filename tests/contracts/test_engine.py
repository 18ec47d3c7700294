"""The contract of the engine; see `engines.py`. The meaning of SQL is in `test_dialect.py`."""

from __future__ import annotations

import inspect
import json
from datetime import date, datetime
from pathlib import Path
from threading import Thread

import pytest

from millrace.athena_sql.portability.certified_tables import READING
from millrace.athena_sql.ports import Column, Engine, ParquetData, ParquetFile, RowData, Statement, WriteRequest
from millrace.errors import DefinitionError, QueryError, UnknownName
from tests.contracts.engines import ENGINES, each_engine
from tests.unit.athena_sql.sql_lake import SqlLake, Tables, taxis


@pytest.mark.parametrize("name", each_engine())
def test_the_engine_has_the_ports_verbs(name: str, tmp_path: Path) -> None:
    engine = ENGINES[name](Tables(), tmp_path)
    for verb in ("query", "write", "take_scanned", "interrupt", "close"):
        ours, ports = inspect.signature(getattr(type(engine), verb)), inspect.signature(getattr(Engine, verb))
        assert ours == ports


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_columns_have_athenas_names_and_types(lake: SqlLake) -> None:
    columns = lake.sql(
        "SELECT station, observed_at, count, share, dt, count(*) OVER (), sum(count) OVER () AS total,"
        " count > 1 AS many, CAST(1 AS DOUBLE) AS x, ARRAY[1] AS list FROM ops.reading"
    ).columns
    types = {"array": "array<int>"}  # Athena's API does not say of what
    assert [(column.name, types.get(column.type, column.type)) for column in columns] == [
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


def test_values_have_python_types(lake: SqlLake) -> None:
    sql = "SELECT station, observed_at, count, share, dt FROM ops.reading WHERE dt = :day"
    assert lake.sql(sql, day=date(2024, 5, 30)).dicts() == [READING.rows[1]]


def test_given_tables_replace_the_engines_own_for_one_call(lake: SqlLake) -> None:
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
def test_an_unknown_table_is_named_with_the_known_tables(lake: SqlLake, name: str) -> None:
    with pytest.raises(UnknownName, match=r"Choose one of: ops\.counted, ops\.empty, ops\.reading, staging\.empty\."):
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
def test_only_a_single_select_is_run(lake: SqlLake, sql: str) -> None:
    with pytest.raises(QueryError) as caught:
        lake.rows(sql)
    assert caught.value.hint in (
        "Only a SELECT can be run; it may begin with WITH.",
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
def test_a_query_that_cannot_be_run_gets_one_line(lake: SqlLake, sql: str) -> None:
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


def on_disk(lake: SqlLake) -> list[str]:
    return sorted(str(path.relative_to(lake.root)) for path in lake.root.rglob("*") if path.is_file())


def test_a_write_makes_files_by_partition_but_none_for_an_empty_partition(lake: SqlLake) -> None:
    sql = "SELECT number, dt FROM ops.numbers WHERE dt IN (:partitions) ORDER BY number"
    files = lake.engine.write(request(sql, partitions=("2024-05-29", "2024-05-30", "2024-05-31")))
    rows = {
        day: sum(file.rows for file in files if file.partition == day) for day in {file.partition for file in files}
    }
    assert rows == {"2024-05-29": 2, "2024-05-30": 3}
    for file in files:
        assert file.key.startswith(f"staging/number/run=a-1/dt={file.partition}/")
        assert (lake.root / file.key).stat().st_size == file.size
    assert on_disk(lake) == [file.key for file in files]
    lake.tables.data["staging.number"] = ParquetData(
        NUMBER[:-1], tuple(ParquetFile(str(lake.root / file.key), file.partition) for file in files)
    )
    result = lake.sql("SELECT * FROM staging.number ORDER BY number")
    assert [(column.name, column.type) for column in result.columns] == [("number", "int"), ("dt", "date")]
    assert result.rows == [(number, date(2024, 5, 29 + number % 2)) for number in range(1, 6)]


def test_a_write_without_partitions_makes_files_in_the_prefix_itself(lake: SqlLake) -> None:
    columns = (Column("number", "int"),)
    files = lake.engine.write(request("SELECT number FROM ops.numbers ORDER BY number", columns, None))
    assert {(file.partition, str(Path(file.key).parent)) for file in files} == {("", "staging/number/run=a-1")}
    assert sum(file.rows for file in files) == 5
    stored = tuple(ParquetFile(str(lake.root / file.key)) for file in files)
    lake.tables.data["staging.number"] = ParquetData(columns, stored, partitioned=False)
    assert lake.rows("SELECT * FROM staging.number ORDER BY number") == [(1,), (2,), (3,), (4,), (5,)]


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
    assert on_disk(lake) == []


def test_a_write_by_partition_must_use_the_partitions_parameter(lake: SqlLake) -> None:
    with pytest.raises(DefinitionError, match=":partitions"):
        lake.engine.write(request("SELECT number, dt FROM ops.numbers", partitions=("2024-05-29",)))


def test_a_write_that_fails_leaves_no_file(lake: SqlLake) -> None:
    wrong = "CAST('x' || CAST(number AS VARCHAR) AS INTEGER)"
    sql = f"SELECT {wrong} AS number, dt FROM ops.numbers WHERE dt IN (:partitions)"
    with pytest.raises(QueryError):
        lake.engine.write(request(sql, partitions=("2024-05-29",)))
    assert on_disk(lake) == []


def test_writing_again_gives_the_same_rows_and_leaves_nothing_of_the_first(lake: SqlLake) -> None:
    sql = "SELECT number, dt FROM ops.numbers WHERE dt IN (:partitions) ORDER BY number"
    wanted = request(sql, partitions=("2024-05-29", "2024-05-30"))
    first, again = lake.engine.write(wanted), lake.engine.write(wanted)
    assert [(file.partition, file.rows, file.size) for file in first] == [
        (file.partition, file.rows, file.size) for file in again
    ]
    assert on_disk(lake) == [file.key for file in again]


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


def test_calls_run_in_parallel(lake: SqlLake) -> None:
    found: list[int] = []
    threads = [
        Thread(target=lambda: found.append(lake.rows("SELECT sum(count) FROM ops.reading")[0][0])) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [9] * 8
