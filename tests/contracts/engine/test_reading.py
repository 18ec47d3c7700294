"""Queries on every engine: their columns and values, and what is refused. What SQL means: `test_dialect.py`."""

from __future__ import annotations

import json
from datetime import date, timedelta
from threading import Thread

import pytest

from millrace.athena_sql.portability.certified_tables import READING
from millrace.athena_sql.ports import Column, RowData, Statement
from millrace.errors import QueryError, UnknownName
from millrace.firehose.envelope import Snapshot, to_record
from millrace.ingestors.sources.taxi_availability import SOURCE
from tests.contracts.engine.samples import utc
from tests.unit.athena_sql.sql_lake import SqlLake, taxis
from tests.unit.ingestors.polling.test_json_rule import ACCEPTED, with_field


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


def test_columns_that_a_star_takes_from_a_subquery_have_athenas_names(lake: SqlLake) -> None:
    for sql in (
        "SELECT * FROM (SELECT 1 + 1, dt, count(*) FROM ops.reading GROUP BY dt)",
        "SELECT r.* FROM (SELECT 1 + 1, dt, count(*) FROM ops.reading GROUP BY dt) AS r",
    ):
        assert [column.name for column in lake.sql(sql).columns] == ["_col0", "dt", "_col2"]


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


def test_views_of_raw_records_drop_copies_and_what_was_superseded(lake: SqlLake) -> None:
    at, later = "2024-05-30 08:00:00", "2024-05-30 08:05:00"
    first, again = taxis(at, [(103.8, 1.3)]), taxis(at, [(103.8, 1.3)], polled=later)
    corrected, next_one = taxis(at, [(1, 2), (3, 4)], polled=later), taxis("2024-05-30 08:01:00", [])
    other_day = taxis("2024-05-31 08:00:00", [(103.8, 1.3)])
    lake.deliver("taxi_availability", [again, next_one], [first, corrected], [other_day])
    taken = (
        "SELECT snapshot_id, polled_at,"
        " cardinality(CAST(json_extract(payload, '$.features[0].geometry.coordinates') AS ARRAY(ARRAY(DOUBLE)))) AS n"
        " FROM raw.taxi_availability.{view} AS v WHERE v.dt = :day ORDER BY v.observed_at, v.polled_at"
    )
    day = date(2024, 5, 30)
    copies = [
        (first.snapshot_id, utc("2024-05-30 00:00:02"), 1),
        (corrected.snapshot_id, utc("2024-05-30 00:05:00"), 2),
    ]
    last = (next_one.snapshot_id, utc("2024-05-30 00:01:02"), 0)
    assert lake.rows(taken.format(view="records"), day=day) == [*copies, last]
    assert lake.rows(taken.format(view="snapshots"), day=day) == [copies[1], last]
    assert lake.rows("SELECT count(*), count(payload) FROM raw.taxi_availability.snapshots") == [(3, 3)]


def test_payloads_that_the_json_rule_accepts_are_read(lake: SqlLake) -> None:
    observed = [utc("2024-05-30 00:00:00+00:00") + timedelta(minutes=number) for number in range(len(ACCEPTED))]
    snapshots = [
        Snapshot("taxi_availability", SOURCE.timezone, at, at, at, with_field(text))
        for at, text in zip(observed, ACCEPTED, strict=True)
    ]
    lake.deliver("taxi_availability", [to_record(one) for one in snapshots])
    coordinates = "json_extract(payload, '$.features[0].geometry.coordinates')"
    counted = lake.sql(f"SELECT json_array_length({coordinates}) AS n FROM raw.taxi_availability").rows
    assert counted == [(3,)] * len(ACCEPTED)
    parts = f"SELECT CAST({coordinates} AS ARRAY(ARRAY(DOUBLE))) AS positions FROM raw.taxi_availability"
    first = lake.sql(f"SELECT DISTINCT element_at(element_at(positions, 1), 1) FROM ({parts}) AS taken").rows
    assert first == [(103.8,)]


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


def test_a_path_into_json_may_be_a_parameter(lake: SqlLake) -> None:
    sql = """SELECT json_extract_scalar(text, :path) FROM (VALUES '{"a": [{"b": "x"}]}') AS t (text)"""
    assert lake.rows(sql, path="$.a[0].b") == [("x",)]


def test_a_missing_parameter_is_named(lake: SqlLake) -> None:
    with pytest.raises(QueryError, match=":day"):
        lake.rows("SELECT 1 FROM ops.reading WHERE dt = :day")


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
