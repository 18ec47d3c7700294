"""What is particular to Spark: starting it, layouts and names of files, partition pruning, messages with places."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.athena_sql.engines.spark.engine import SparkEngine
from millrace.athena_sql.engines.spark.session import missing
from millrace.athena_sql.ports import (
    Column,
    ParquetData,
    ParquetFile,
    RawData,
    RowData,
    Statement,
    Value,
    WriteRequest,
    WrittenFile,
)
from millrace.errors import DefinitionError, QueryError
from tests.contracts.engines import ENGINES, SPARK_MARKS
from tests.unit.athena_sql.sql_lake import SampleTables, SqlLake, taxis

pytestmark = list(SPARK_MARKS)

COLUMNS = (Column("number", "int"), Column("at", "timestamp"), Column("share", "decimal(9,6)"))
START = """
import sys
from pathlib import Path
from millrace.athena_sql.ports import Statement
from millrace.athena_sql.engines.spark.engine import SparkEngine
from millrace.errors import UsageError
{before}
try:
    SparkEngine(None, Path(".")).query(Statement("test", "SELECT 1"))
except UsageError as error:
    print(error)
"""


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[SqlLake]:
    """A lake in a folder whose name has what Spark would take for patterns, escapes and a partition."""
    root = tmp_path / "lake [a] * {b,c} %20 dt=2000-01-01"
    root.mkdir()
    tables = SampleTables()
    engine = ENGINES["spark"](tables, root)
    yield SqlLake(root, engine, tables)
    engine.close()


def stored(lake: SqlLake, version: str, partition: str, *numbers: int, by_duckdb: bool = False) -> list[ParquetFile]:
    row: dict[str, Value] = {
        "at": datetime(2024, 5, 30, 1, 2, 3),  # noqa: DTZ001 - stored times are naive UTC
        "share": Decimal("0.5"),
        "dt": date.fromisoformat(partition),
    }
    columns = (*COLUMNS, Column("dt", "date"))
    given = {"ops.rows": RowData(columns, tuple({"number": number, **row} for number in numbers))}
    statement = Statement("staging.number", "SELECT number, at, share, dt FROM ops.rows WHERE dt IN (:partitions)")
    request = WriteRequest(statement, columns, f"staging/number/run={version}/", (partition,), {}, given)
    engine = DuckDbEngine(lake.tables, lake.root, threads=1) if by_duckdb else lake.engine
    return [ParquetFile(str(lake.root / file.key), partition) for file in engine.write(request)]


def test_versions_of_several_runs_and_engines_are_one_table(lake: SqlLake) -> None:
    files = (
        *stored(lake, "a-1", "2024-05-29", 1),
        *stored(lake, "b-1", "2024-05-30", 2, 3),
        *stored(lake, "c-1", "2024-05-31", 4, by_duckdb=True),
    )
    lake.tables.data["staging.number"] = ParquetData(COLUMNS, files)
    result = lake.sql("SELECT * FROM staging.number ORDER BY number")
    assert [(column.name, column.type) for column in result.columns] == [
        ("number", "int"),
        ("at", "timestamp"),
        ("share", "decimal(9,6)"),
        ("dt", "date"),
    ]
    at, share = datetime(2024, 5, 30, 1, 2, 3), Decimal("0.500000")  # noqa: DTZ001
    days = [date(2024, 5, 29), date(2024, 5, 30), date(2024, 5, 30), date(2024, 5, 31)]
    assert result.rows == [(number, at, share, day) for number, day in enumerate(days, start=1)]


def test_duckdb_reads_what_spark_has_written(lake: SqlLake) -> None:
    lake.tables.data["staging.number"] = ParquetData(COLUMNS, tuple(stored(lake, "a-1", "2024-05-30", 1)))
    reader = DuckDbEngine(lake.tables, lake.root, threads=1)
    statement = Statement("test", "SELECT * FROM staging.number")
    assert reader.query(statement).rows == lake.engine.query(statement).rows
    reader.close()


def test_files_without_the_partition_in_their_path_still_have_it(lake: SqlLake) -> None:
    moved = lake.root / "elsewhere.parquet"
    Path(stored(lake, "a-1", "2024-05-29", 1)[0].location).rename(moved)
    other = stored(lake, "b-1", "2024-05-31", 2)
    lake.tables.data["staging.number"] = ParquetData(COLUMNS, (ParquetFile(str(moved), "2024-05-30"), *other))
    assert lake.rows("SELECT number, dt FROM staging.number ORDER BY 1") == [
        (1, date(2024, 5, 30)),
        (2, date(2024, 5, 31)),
    ]


def test_a_predicate_on_dt_skips_the_other_files(lake: SqlLake) -> None:
    files = (*stored(lake, "a-1", "2024-05-29", 1), *stored(lake, "b-1", "2024-05-30", 2))
    Path(files[1].location).write_bytes(b"not Parquet")
    lake.tables.data["staging.number"] = ParquetData(COLUMNS, files)
    assert lake.rows("SELECT number FROM staging.number WHERE dt = DATE '2024-05-29'") == [(1,)]
    with pytest.raises(QueryError):
        lake.rows("SELECT number FROM staging.number")


def test_a_predicate_on_dt_skips_raw_objects_and_keys_are_relative_to_the_lake(lake: SqlLake) -> None:
    key, other = lake.deliver(
        "taxi_availability",
        [taxis("2024-05-30 08:00:00", [(103.8, 1.3)])],
        [taxis("2024-05-31 08:00:00", [(103.8, 1.3)])],
    )
    (lake.root / other).write_bytes(b"not gzip")
    sql = "SELECT source_object, hour FROM raw.taxi_availability WHERE dt = DATE '2024-05-30'"
    assert lake.rows(sql) == [(key, "08")]


def test_raw_objects_without_valid_records_are_an_error_and_never_nulls(lake: SqlLake) -> None:
    [key] = lake.deliver("taxi_availability", [taxis("2024-05-30 08:00:00", [('"east"', 1.3)])])
    lake.tables.data["raw.taxi_availability"] = RawData(f"{lake.root}/", (key,))
    with pytest.raises(QueryError):
        lake.build("staging.taxi_position", "2024-05-30")
    assert not list(lake.root.rglob("*.parquet"))


def test_staged_positions_are_small(lake: SqlLake) -> None:
    records = [
        taxis(
            f"2024-05-30 08:{minute:02d}:00",
            [
                (103.6 + (taxi * 7919 + minute * 31) % 4000 / 10_000, 1.2 + taxi * 7907 % 2000 / 10_000)
                for taxi in range(4000)
            ],
        )
        for minute in range(6)
    ]
    lake.deliver("taxi_availability", records)
    files = lake.build("staging.taxi_position", "2024-05-30")
    assert sum(file.rows for file in files) == 24_000
    assert sum(file.size for file in files) / 24_000 < 5


def _days(lake: SqlLake, sql: str, *partitions: str) -> list[WrittenFile]:
    columns = (Column("number", "int"), Column("dt", "date"))
    rows: list[Mapping[str, Value]] = [{"number": n, "dt": date(2024, 5, 1 + n % 20)} for n in range(100)]
    given = {"ops.rows": RowData(columns, tuple(rows))}
    request = WriteRequest(Statement("staging.number", sql), columns, "staging/number/run=a-1/", partitions, {}, given)
    return lake.engine.write(request)


def test_all_partitions_are_written_by_one_query_each_in_the_statements_order(
    lake: SqlLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyspark.sql import DataFrameWriter

    partitions = tuple(f"2024-05-{day:02d}" for day in range(1, 32))
    written: list[str] = []
    whole_write = DataFrameWriter.parquet

    def write(self: DataFrameWriter, path: str) -> None:
        written.append(path)
        whole_write(self, path)

    monkeypatch.setattr(DataFrameWriter, "parquet", write)
    sql = "SELECT number, dt FROM ops.rows WHERE dt IN (:partitions) ORDER BY number DESC"
    files = _days(lake, sql, *partitions)
    assert [file.partition for file in files] == sorted({file.partition for file in files})
    assert sorted({file.partition for file in files}) == list(partitions[:20])
    assert sum(file.rows for file in files) == 100
    assert len(written) == 1
    reader = DuckDbEngine(lake.tables, lake.root, threads=1)
    for file in files:
        data = ParquetData((Column("number", "int"),), (ParquetFile(str(lake.root / file.key), file.partition),))
        lake.tables.data["staging.number"] = data
        numbers: list[Any] = [
            row[0] for row in reader.query(Statement("test", "SELECT number FROM staging.number")).rows
        ]
        assert numbers == sorted(numbers, reverse=True)
        assert {1 + number % 20 for number in numbers} == {int(file.partition[-2:])}
    reader.close()


def test_partitions_without_any_row_leave_nothing(lake: SqlLake) -> None:
    sql = "SELECT number, dt FROM ops.rows WHERE dt IN (:partitions)"
    assert _days(lake, sql, "2024-06-01", "2024-06-02") == []
    assert not (lake.root / "staging/number/run=a-1").exists()


def test_rows_of_a_partition_that_was_not_asked_for_are_refused(lake: SqlLake) -> None:
    sql = "SELECT number, DATE '2024-05-09' AS dt FROM ops.rows WHERE dt IN (:partitions)"
    with pytest.raises(DefinitionError, match="gives rows of dt=2024-05-09, which was not asked for"):
        _days(lake, sql, "2024-05-01", "2024-05-02")
    assert not list(lake.root.rglob("*.parquet"))


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT\n  numbr FROM ops.n", "test: unknown column 'numbr' at line 2, column 3. Did you mean number?"),
        (
            "SELECT t.xyz FROM ops.n AS t",
            "test: unknown column 'xyz' at line 1, column 10. Choose one of: number, text.",
        ),
        ("SELECT 1 / (number - 1) FROM ops.n", "test: Division by zero."),
        (
            "SELECT try(number) FROM ops.n",
            "test: NOT_SUPPORTED: line 1:8: on Spark, try is not supported; use instead: try_cast, or CASE WHEN.",
        ),
    ],
)
def test_messages_say_what_and_where(lake: SqlLake, sql: str, message: str) -> None:
    lake.tables.data["ops.n"] = RowData((Column("number", "int"), Column("text", "string")), ({"number": 1},))
    with pytest.raises(QueryError) as caught:
        lake.rows(sql)
    assert str(caught.value) == message


def test_nothing_is_started_before_it_is_needed(tmp_path: Path) -> None:
    engine = SparkEngine(SampleTables(), tmp_path / "not yet there", master="nonsense")
    engine.interrupt()
    engine.close()
    assert not (tmp_path / "not yet there").exists()


def started(before: str = "", **environment: str) -> str:
    command = [sys.executable, "-c", START.format(before=before)]
    clean = {name: value for name, value in os.environ.items() if name != "JAVA_HOME"}
    ran = subprocess.run(command, env={**clean, **environment}, capture_output=True, text=True, check=True, timeout=60)
    return ran.stdout


def test_without_java_the_message_says_what_to_install(tmp_path: Path) -> None:
    said = started(PATH="", JAVA_HOME=str(tmp_path))
    assert said == f"{missing(None)}\n"
    assert said == (
        "Spark cannot be started: it found no Java to run on."
        " Install Java 17 (on Debian: openjdk-17-jre-headless), or set JAVA_HOME to where it is.\n"
    )


def test_without_pyspark_the_message_says_what_to_install() -> None:
    assert started("sys.modules['pyspark'] = None") == (
        "the Spark engine needs pyspark. Install it: pip install 'millrace[spark]'.\n"
    )
