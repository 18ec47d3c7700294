"""The contract of the engine; see `engines.py`. The meaning of SQL is in `test_dialect.py`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Thread

import pytest

from millrace.athena_sql.engines.athena.engine import AthenaEngine
from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.athena_sql.portability.certified_tables import READING
from millrace.athena_sql.ports import (
    Column,
    Parameter,
    ParquetData,
    ParquetFile,
    RowData,
    Statement,
    Value,
    WriteRequest,
)
from millrace.athena_sql.statements.run_columns import statement_to_write
from millrace.athena_sql.tables import History, Table
from millrace.errors import DefinitionError, LakeError, QueryError, UnknownName
from millrace.firehose.envelope import Snapshot, to_record
from millrace.ingestors.sources.taxi_availability import SOURCE
from tests.contracts.engines import ENGINES, each_engine
from tests.unit.athena_sql.sql_lake import SampleTables, SqlLake, taxis
from tests.unit.ingestors.polling.test_json_rule import ACCEPTED, with_field


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


NUMBERS_OF_DUCKDB = (Column("x", "double"), Column("f", "float"), Column("all", "array<double>"), Column("n", "bigint"))


def test_doubles_that_duckdb_wrote_are_read(lake: SqlLake) -> None:
    """100,000 different numbers: DuckDB has a dictionary for fewer."""
    made = "CAST(a.i * 1000 + b.i AS BIGINT) AS n FROM UNNEST(sequence(1, 100)) AS a (i)"
    numbers = f"SELECT {made} CROSS JOIN UNNEST(sequence(0, 999)) AS b (i)"
    sql = f'SELECT n / 7e0 AS x, CAST(n AS REAL) AS f, ARRAY[n / 3e0] AS "all", n FROM ({numbers}) AS numbers'
    writer = DuckDbEngine(lake.tables, lake.root)
    files = writer.write(request(sql, NUMBERS_OF_DUCKDB, None))
    writer.close()
    stored = tuple(ParquetFile(str(lake.root / file.key)) for file in files)
    lake.tables.data["staging.number"] = ParquetData(NUMBERS_OF_DUCKDB, stored, partitioned=False)
    columns = 'round(sum(x) * 7), sum(CAST(f AS DOUBLE)), round(sum(element_at("all", 1)) * 3), sum(n)'
    sums = f"SELECT {columns} FROM staging.number"
    assert lake.rows(sums) == [(5_099_950_000.0, 5_099_950_000.0, 5_099_950_000.0, 5_099_950_000)]


DAMAGED: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: path.unlink(),
    "garbage": lambda path: path.write_bytes(b"garbage" * 50),
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
}


@pytest.mark.parametrize("damage", DAMAGED)
@pytest.mark.parametrize("table", ["raw.taxi_availability", "staging.taxi_position"])
def test_a_missing_or_damaged_file_is_the_lakes_fault(lake: SqlLake, table: str, damage: str) -> None:
    if damage == "missing" and isinstance(lake.engine, AthenaEngine):
        pytest.xfail("Athena reads what lies in a folder: the audit names the file that is missing")
    (raw,) = lake.deliver("taxi_availability", [taxis("2024-05-30 08:00:00", [(103.8, 1.3)] * 2000)])
    (staged,) = lake.build("staging.taxi_position", "2024-05-30")
    DAMAGED[damage](lake.root / (raw if table.startswith("raw.") else staged.key))
    with pytest.raises(LakeError, match="millrace doctor"):
        lake.rows(f"SELECT max(snapshot_id) FROM {table}")


@pytest.fixture(params=each_engine())
def lake_below_keys(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlLake]:
    """A lake, without tables, below folders that are named like partitions, keys and columns of its tables."""
    root = tmp_path / "dt=2024-01-01" / "hour=00" / "number=7" / "run=0" / "source=x" / "lake"
    root.mkdir(parents=True)
    tables = SampleTables()
    engine = ENGINES[request.param](tables, root)
    yield SqlLake(root, engine, tables)
    engine.close()


def test_dt_and_hour_of_raw_objects_come_from_below_the_lakes_root(lake_below_keys: SqlLake) -> None:
    lake = lake_below_keys
    keys = lake.deliver(
        "taxi_availability",
        [taxis("2024-05-29 23:50:00", [(103.8, 1.3)])],
        [taxis("2024-05-30 08:10:00", [(103.8, 1.3)])],
        [taxis("2024-05-30 09:20:00", [(103.8, 1.3)])],
    )
    sql = "SELECT dt, hour, source, source_object FROM raw.taxi_availability"
    days = [(date(2024, 5, 29), "23"), (date(2024, 5, 30), "08"), (date(2024, 5, 30), "09")]
    expected = [(*day, "taxi_availability", key) for day, key in zip(days, keys, strict=True)]
    assert sorted(lake.rows(sql)) == expected
    assert sorted(lake.rows(f"{sql} WHERE dt = DATE '2024-05-30'")) == expected[1:]
    assert lake.rows(f"{sql} WHERE dt = DATE '2024-05-30' AND hour = '09'") == expected[2:]
    assert lake.rows(f"{sql} WHERE dt = DATE '2024-01-01' OR hour = '00'") == []
    by_day = "SELECT dt, count(*) FROM raw.taxi_availability GROUP BY dt ORDER BY dt"
    assert lake.rows(by_day) == [(date(2024, 5, 29), 1), (date(2024, 5, 30), 2)]


def test_dt_of_versions_comes_from_below_the_lakes_root(lake_below_keys: SqlLake) -> None:
    lake = lake_below_keys
    sql = "SELECT number, dt FROM ops.numbers WHERE dt IN (:partitions)"
    files = lake.engine.write(request(sql, partitions=("2024-05-29", "2024-05-30")))
    stored = tuple(ParquetFile(str(lake.root / file.key), file.partition) for file in files)
    lake.tables.data["prod.number"] = ParquetData(NUMBER[:-1], stored)
    expected = [(number, date(2024, 5, 29 + number % 2)) for number in range(1, 6)]
    assert lake.rows("SELECT number, dt FROM prod.number ORDER BY 1") == expected
    thirtieth = [row for row in expected if row[1] == date(2024, 5, 30)]
    assert lake.rows("SELECT * FROM prod.number WHERE dt = DATE '2024-05-30' ORDER BY 1") == thirtieth
    assert lake.rows("SELECT number FROM prod.number WHERE dt = DATE '2024-01-01'") == []
    assert lake.rows("SELECT max(dt), min(number) FROM prod.number") == [(date(2024, 5, 30), 1)]


def test_a_table_without_partitions_takes_no_column_from_the_path(lake_below_keys: SqlLake) -> None:
    lake = lake_below_keys
    columns = (Column("number", "int"),)
    files = lake.engine.write(request("SELECT number FROM ops.numbers", columns, None))
    stored = tuple(ParquetFile(str(lake.root / file.key)) for file in files)
    lake.tables.data["prod.number"] = ParquetData(columns, stored, partitioned=False)
    assert lake.rows("SELECT * FROM prod.number ORDER BY number") == [(1,), (2,), (3,), (4,), (5,)]


SIGNALS = RowData(
    (Column("site", "string"), Column("unit", "int"), Column("at", "timestamp"), Column("state", "string")),
    tuple(
        {"site": site, "unit": unit, "at": at and utc(f"2024-05-30 {at}"), "state": state}
        for site, unit, at, state in [
            ("b", 1, "10:00", "on"),
            ("a", 2, "09:00", "off"),
            ("a", 1, "09:00", "off"),
            ("a", 1, "08:00", "on"),  # late
            ("a", 1, "08:30", "on"),
            ("a", 1, "10:00", None),
            ("a", 1, "10:30", None),
            ("a", 1, "11:00", "on"),
            ("a", 1, "11:00", "off"),  # at the same time; the smaller one counts
            ("a", 2, None, "on"),
        ]
    ),
)


def test_a_history_has_one_row_for_each_change_of_a_key(lake: SqlLake) -> None:
    declared = {
        "site": "string",
        "unit": "int",
        "since": "timestamp",
        "until": "timestamp",
        "state": "string",
        "loaded_at": "timestamp",
        "run_id": "string",
    }
    columns = tuple(Column(name, type_) for name, type_ in declared.items())
    table = Table("prod.state", "", columns, History(("site", "unit"), "since", "until"))
    own = Statement("prod.state", "WITH s AS (SELECT * FROM ops.signals) SELECT site, unit, at AS since, state FROM s;")
    parameters: Mapping[str, Parameter] = {"run_id": "r", "loaded_at": utc("2024-06-01 00:00")}
    files = lake.engine.write(
        WriteRequest(
            statement_to_write(table, own), columns, "prod/state/run=a-1/", None, parameters, {"ops.signals": SIGNALS}
        )
    )
    stored = tuple(ParquetFile(str(lake.root / file.key)) for file in files)
    lake.tables.data["prod.state"] = ParquetData(columns, stored, partitioned=False)
    nine, ten, eleven = (utc(f"2024-05-30 {hour:02d}:00") for hour in (9, 10, 11))
    assert lake.rows("SELECT site, unit, since, until, state FROM prod.state ORDER BY site, unit, since") == [
        ("a", 1, utc("2024-05-30 08:00"), nine, "on"),
        ("a", 1, nine, ten, "off"),
        ("a", 1, ten, eleven, None),
        ("a", 1, eleven, None, "off"),
        ("a", 2, nine, None, "off"),
        ("b", 1, ten, None, "on"),
    ]
    assert lake.rows("SELECT DISTINCT run_id, loaded_at FROM prod.state") == [("r", utc("2024-06-01 00:00"))]


GAINED = {
    "in the middle": (Column("number", "int"), Column("gained", "decimal(9,2)"), Column("name", "string")),
    "at the end": (Column("number", "int"), Column("name", "string"), Column("gained", "decimal(9,2)")),
    "a timestamp": (Column("gained", "timestamp"), Column("number", "int"), Column("name", "string")),
}


def _version(lake: SqlLake, run: str, columns: tuple[Column, ...], *numbers: int) -> list[ParquetFile]:
    """Files of one version; each partition is a day of May 2024. `gained` is 1.50, or the day's own start."""
    gained = "CAST(dt AS TIMESTAMP)" if columns[0].type == "timestamp" else "CAST(1.5 AS DECIMAL(9, 2))"
    selected = ", ".join(f"{gained} AS gained" if column.name == "gained" else column.name for column in columns)
    rows: list[Mapping[str, Value]] = [{"number": n, "name": f"n{n}", "dt": date(2024, 5, n)} for n in numbers]
    given = RowData((Column("number", "int"), Column("name", "string"), Column("dt", "date")), tuple(rows))
    statement = Statement("staging.number", f"SELECT {selected}, dt FROM ops.given WHERE dt IN (:partitions)")
    days = tuple(f"2024-05-{number:02d}" for number in numbers)
    declared = (*columns, Column("dt", "date"))
    written = lake.engine.write(
        WriteRequest(statement, declared, f"staging/number/run={run}/", days, {}, {"ops.given": given})
    )
    return [ParquetFile(str(lake.root / file.key), file.partition) for file in written]


@pytest.mark.parametrize("columns", GAINED.values(), ids=GAINED)
def test_a_column_that_a_table_gained_is_null_in_files_from_before(lake: SqlLake, columns: tuple[Column, ...]) -> None:
    old = tuple(column for column in columns if column.name != "gained")
    files = (*_version(lake, "a-1", old, 1, 3), *_version(lake, "b-1", columns, 2, 4), *_version(lake, "c-1", old, 5))
    type_ = next(column.type for column in columns if column.name == "gained")

    def gained(day: int) -> Value:
        return datetime(2024, 5, day) if type_ == "timestamp" else Decimal("1.50")  # noqa: DTZ001

    expected = [(day, f"n{day}", gained(day) if day % 2 == 0 else None, date(2024, 5, day)) for day in range(1, 6)]
    for order in (files, files[::-1]):
        lake.tables.data["staging.number"] = ParquetData(columns, order)
        result = lake.sql("SELECT * FROM staging.number ORDER BY number")
        assert [(one.name, one.type) for one in result.columns] == [
            *((column.name, column.type) for column in columns),
            ("dt", "date"),
        ]
        assert lake.rows("SELECT number, name, gained, dt FROM staging.number ORDER BY number") == expected
        where = "WHERE dt = DATE '2024-05-03'"
        assert lake.rows(f"SELECT number, name, gained, dt FROM staging.number {where}") == [expected[2]]
        assert lake.rows("SELECT count(*), count(gained) FROM staging.number") == [(5, 2)]


@pytest.mark.parametrize("columns", GAINED.values(), ids=GAINED)
def test_a_gained_column_is_null_when_all_files_are_from_before(lake: SqlLake, columns: tuple[Column, ...]) -> None:
    old = tuple(column for column in columns if column.name != "gained")
    lake.tables.data["staging.number"] = ParquetData(columns, tuple(_version(lake, "a-1", old, 1, 2)))
    assert lake.rows("SELECT gained, number FROM staging.number ORDER BY number") == [(None, 1), (None, 2)]
    assert lake.rows("SELECT max(gained) FROM staging.number") == [(None,)]
