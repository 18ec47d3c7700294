"""The data below a lake as every engine reads it: where it lies, damaged files, columns that a table gained."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from millrace.athena_sql.engines.athena.engine import AthenaEngine
from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.athena_sql.ports import (
    Column,
    ParquetData,
    ParquetFile,
    RowData,
    Statement,
    Value,
    WriteRequest,
)
from millrace.errors import LakeError
from tests.contracts.engine.samples import NUMBER, request
from tests.contracts.engines import ENGINES, each_engine
from tests.unit.athena_sql.sql_lake import SampleTables, SqlLake, taxis

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
