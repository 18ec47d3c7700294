"""A lake with a year of the tables that the taxis' panels read.

Levels are made up by formulas, so that no position is simulated, and DuckDB writes each table's files at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb

from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.athena_sql.ports import WriteRequest, WrittenFile
from millrace.glue_workflow.ports import PartitionVersion
from millrace.infra.runtime.local import LocalRuntime
from millrace.lake.kind import open_lake
from millrace.settings import Settings
from tests.shipped import TABLES

DAY = date(2024, 5, 30)
DENSE_DAYS = 31  # the day, its neighbours and what it is compared with
_LAST, _YEAR = date(2024, 5, 31), 365
_LOST = "minute BETWEEN 780 AND 799"  # 13:00 to 13:20 of each day
_SLOTS = """CREATE TABLE slots AS
SELECT dt, minute, dt + minute * INTERVAL 1 MINUTE AS local, dt + (minute - 480) * INTERVAL 1 MINUTE AS utc,
    3000 + abs(minute - 720) * 2 + (minute * 7 + back * 13) % 211 AS level
FROM (SELECT back, (CAST(? AS DATE) - CAST(back AS INTEGER)) AS dt FROM range(?) AS days (back)),
    range(1440) AS minutes (minute)
WHERE back < ? OR minute % 180 = 0"""
YEAR_TABLES: Mapping[str, str] = {
    "prod.taxi_availability": f"""SELECT utc AS observed_at, local AS observed_at_local, level AS taxis,
    level * 0.01 AS taxis_hundreds, hour(local) BETWEEN 8 AND 19 AS business_hours, minute = 700 AS suspect,
    'taxis-' || epoch(utc) AS snapshot_id
FROM slots WHERE NOT ({_LOST})""",
    "prod.rainfall": """SELECT utc AS observed_at, local AS observed_at_local, level % 7 * 0.125 AS rainfall_mm_mean,
    level % 7 AS rainfall_mm_max, 70 AS stations, level % 7 AS stations_with_rain, 'rain-' || epoch(utc) AS snapshot_id
FROM slots WHERE minute % 5 = 0""",
    "prod.taxi_availability_by_area": f"""SELECT utc AS window_start, local AS window_start_local, area_id,
    name AS area, level * area_id % 401 AS taxis, 5 AS snapshots
FROM slots, area WHERE minute % 5 = 0 AND NOT ({_LOST})""",
    "prod.taxi_density": """SELECT utc AS window_start, local AS window_start_local, 10360 + x AS east,
    123 + y AS north, (level + x * y * 31) % 1201 * 0.01 AS taxis, 15 AS snapshots
FROM slots, range(45) AS across (x), range(25) AS along (y)
WHERE minute % 15 = 0 AND (x * 7 + y * 5 + level) % 3 > 0""",
    "prod.poll_freshness": """SELECT 'taxi_availability' AS source, utc AS hour_start, local AS hour_local,
    60 AS expected, 60 AS attempted, 60 - level % 3 AS accepted, 0 AS duplicate, 0 AS quarantined, level % 3 AS failed,
    level % 3 AS gaps, level % 3 AS longest_gap_minutes
FROM slots WHERE minute % 60 = 0""",
}
_TYPES = {"string": "VARCHAR"}


def make_year(home: Path, dense_days: int = DENSE_DAYS) -> None:
    """`dense_days`: so many of the newest days have all of their rows, the others those of every third hour."""
    with LocalRuntime(Settings(home=home, feed="simulated")) as runtime, duckdb.connect() as connection:
        open_lake(runtime.storage, "simulated", runtime.clock)
        [area] = _write_area(runtime, home)
        connection.execute("CREATE TABLE area AS SELECT * FROM read_parquet(?)", [str(home / area.key)])
        connection.execute(_SLOTS, [_LAST, _YEAR, dense_days])
        for name, rows in YEAR_TABLES.items():
            _publish(runtime, name, _write(connection, home, name, rows))


def _write_area(runtime: LocalRuntime, home: Path) -> list[WrittenFile]:
    engine = DuckDbEngine(runtime.tables, home)
    columns = TABLES.table("prod.area").columns
    files = engine.write(WriteRequest(TABLES.statement("prod.area"), columns, "prod/area/run=year-1/", None))
    engine.close()
    _publish(runtime, "prod.area", files)
    return files


def _write(connection: duckdb.DuckDBPyConnection, home: Path, name: str, rows: str) -> list[WrittenFile]:
    """A file for each day, in order of time, with the columns that the table declares."""
    made = rows.replace("\nFROM", ", utc AS loaded_at, 'year-1' AS run_id, dt\nFROM", 1)
    declared = TABLES.table(name).columns
    columns = ", ".join(f"CAST({one.name} AS {_TYPES.get(one.type, one.type)}) AS {one.name}" for one in declared)
    folder = home / name.replace(".", "/") / "run=year-1"
    folder.mkdir(parents=True)
    connection.execute(
        f"COPY (SELECT {columns} FROM ({made}) ORDER BY dt, {declared[0].name}) TO '{folder}'"
        " (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (dt), OVERWRITE_OR_IGNORE)"
    )
    counted = connection.execute(f"SELECT file_name, num_rows FROM parquet_file_metadata('{folder}/*/*.parquet')")
    found = [(Path(path), int(count)) for path, count in counted.fetchall()]
    return [
        WrittenFile(str(path.relative_to(home)), path.parent.name.removeprefix("dt="), count, path.stat().st_size)
        for path, count in sorted(found)
    ]


def _publish(runtime: LocalRuntime, table: str, files: list[WrittenFile]) -> None:
    of_each: dict[str, list[WrittenFile]] = {}
    for file in files:
        of_each.setdefault(file.partition, []).append(file)
    versions = [PartitionVersion(table, partition, "year-1", tuple(found)) for partition, found in of_each.items()]
    runtime.catalog.register(versions)
    runtime.catalog.flip(versions)
