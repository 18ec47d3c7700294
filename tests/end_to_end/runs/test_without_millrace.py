"""Readers without Millrace: `millrace files`, the plain lists of files, and DuckDB files of views."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from millrace.clock import ManualClock
from millrace.errors import BadTime, LakeError, UnknownName, UsageError
from millrace.infra.runtime.local import LocalRuntime
from millrace.lake.local import LocalStorage
from millrace.lake.storage import ObjectInfo
from millrace.settings import Settings
from millrace.usecases.polls import poll_once
from millrace.usecases.queries import run_query
from millrace.usecases.tables import export_duckdb, table_files
from millrace.usecases.versions import roll_back
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import SOURCE, answer, current_files, lake_at, listed_files, poll_minutes, run

DAY = "2024-05-30"
TABLE, STAGING = "prod.taxi_availability", "staging.taxi_position"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake whose day was published twice, so that a pattern would count its first two snapshots twice."""
    home = tmp_path_factory.mktemp("without") / "lake"
    with serving(answer) as url, lake_at(home, url) as runtime:
        for minutes in ([1, 2], [3]):
            poll_minutes(runtime, minutes)
            run(runtime)
    return home


@pytest.fixture
def lake(template: Path, tmp_path: Path) -> Iterator[LocalRuntime]:
    home = Path(shutil.copytree(template, tmp_path / "lake"))
    with LocalRuntime(Settings(home=home, feed="simulated")) as runtime:
        yield runtime


def counted(files: list[str]) -> int:
    with duckdb.connect() as plain:
        found = plain.execute("SELECT count(*) FROM read_parquet(?)", [files]).fetchone()
    assert found is not None
    return int(found[0])


def test_the_files_hold_what_readers_see_and_a_pattern_holds_more(lake: LocalRuntime) -> None:
    files = [one.file for one in table_files(lake, TABLE)]

    assert counted(files) == 3
    assert counted([str(path) for path in (lake.home / "prod/taxi_availability").rglob("*.parquet")]) == 5


def test_each_file_has_its_partition_rows_and_bytes(lake: LocalRuntime) -> None:
    (found,) = table_files(lake, TABLE, [DAY])

    assert (found.partition, found.rows, found.bytes) == (DAY, 3, Path(found.file).stat().st_size)


def test_raw_objects_are_files_too(lake: LocalRuntime) -> None:
    found = table_files(lake, f"raw.{SOURCE}", [DAY])

    assert [one.partition for one in found] == [DAY] * len(found)
    assert sum(one.bytes for one in found) == sum(Path(one.file).stat().st_size for one in found) > 0


def test_the_objects_of_other_days_are_not_listed(lake: LocalRuntime) -> None:
    class NotedStorage(LocalStorage):
        def list(self, prefix: str) -> Iterator[ObjectInfo]:
            prefixes.append(prefix)
            return super().list(prefix)

    prefixes: list[str] = []
    lake.storage = NotedStorage(lake.home)
    one_day = table_files(lake, f"raw.{SOURCE}", [DAY])
    listed = [prefix for prefix in prefixes if prefix.startswith("raw/")]
    assert (one_day, listed) == (table_files(lake, f"raw.{SOURCE}"), [f"raw/{SOURCE}/dt={DAY}/"])
    assert [prefix for prefix in prefixes if prefix.startswith("raw/")][1:] == [f"raw/{SOURCE}/"]


@pytest.mark.parametrize(
    ("table", "partitions", "refusal", "says"),
    [
        ("raw.taxis", [], UnknownName, "unknown table 'raw.taxis'"),
        ("prod.taxis", [], UnknownName, "unknown table 'prod.taxis'"),
        ("ops.runs", [], UsageError, "--output rows.parquet"),
        ("ops.polls", [], UsageError, "not kept in files"),
        (TABLE, ["2024-05-31"], UsageError, "see no 2024-05-31"),
        (f"raw.{SOURCE}", ["2024-05-31"], UsageError, "see no 2024-05-31"),
        (TABLE, ["yesterday"], BadTime, "yesterday"),
    ],
)
def test_what_has_no_files_is_refused(
    lake: LocalRuntime, table: str, partitions: list[str], refusal: type[Exception], says: str
) -> None:
    with pytest.raises(refusal, match=says):
        table_files(lake, table, partitions)


def test_a_list_beside_each_table_of_the_workflow_follows_publishes_and_rollbacks(lake: LocalRuntime) -> None:
    published = listed_files(lake)
    assert published == current_files(lake)
    assert {TABLE, STAGING, "prod.area"} <= set(published)

    roll_back(lake, TABLE, DAY, None, dry_run=False, show=lambda *_: None)

    assert listed_files(lake) == current_files(lake)
    assert listed_files(lake)[TABLE] != published[TABLE]
    assert counted([str(lake.home / key) for key in listed_files(lake)[TABLE]]) == 2


def test_a_lake_made_before_there_were_lists_has_them_after_its_next_publish(lake: LocalRuntime) -> None:
    for place in [*lake.home.rglob("_current.txt"), *lake.home.glob("ops/file_lists/*")]:
        place.unlink()
    run_query(lake, f"SELECT count(*) FROM {TABLE}")
    assert list(lake.home.rglob("_current.txt")) == []

    lake.pending.add(SOURCE, DAY, lake.clock.now())
    run(lake)

    assert listed_files(lake) == current_files(lake)


class NotedCalls(LocalStorage):
    """Notes the keys that are read and written."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.read: list[str] = []
        self.written: list[str] = []

    def get(self, key: str) -> bytes:
        self.read.append(key)
        return super().get(key)

    def put(self, key: str, data: bytes) -> None:
        self.written.append(key)
        super().put(key, data)


def test_a_publish_reads_no_list_and_writes_those_of_the_tables_that_it_changes(lake: LocalRuntime) -> None:
    lake.storage = noted = NotedCalls(lake.home)
    lake.pending.add(SOURCE, DAY, lake.clock.now())
    run(lake)

    assert [key for key in noted.read if key.endswith("_current.txt")] == []
    written = {key.removesuffix("/_current.txt").replace("/", ".") for key in noted.written if "_current" in key}
    workflow = lake.pipelines.refinement(SOURCE)
    assert written == set(workflow.partitioned)
    assert "prod.area" in workflow.tables
    assert listed_files(lake) == current_files(lake)


def test_nothing_takes_the_lists_for_files_of_a_version(lake: LocalRuntime) -> None:
    assert list(lake.object_audit(deep=True).findings()) == []


def plain(file: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(file, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_a_duckdb_file_shows_what_readers_see_of_every_table(lake: LocalRuntime, tmp_path: Path) -> None:
    file = tmp_path / "views.duckdb"
    tables = export_duckdb(lake, file)

    shown = plain(file, "SELECT table_schema || '.' || table_name FROM information_schema.tables")
    names = sorted(name for (name,) in shown if name != "main.about")
    assert len(names) == tables
    assert {"staging.taxi_position", TABLE, "prod.area", "prod.rainfall", "ops.runs"} <= set(names)
    for name in names:
        expected = run_query(lake, f"SELECT * FROM {name}")
        assert sorted(plain(file, f"FROM {name}"), key=repr) == sorted(expected.rows, key=repr), name
        described = plain(file, f"SELECT column_name FROM (DESCRIBE {name})")
        assert [column for (column,) in described] == [column.name for column in expected.columns], name


def test_dt_is_a_date_and_columns_are_explained(lake: LocalRuntime, tmp_path: Path) -> None:
    file = tmp_path / "views.duckdb"
    export_duckdb(lake, file)

    assert plain(file, f"SELECT DISTINCT dt, typeof(dt) FROM {TABLE}") == [(date(2024, 5, 30), "DATE")]
    comments = plain(file, "SELECT comment FROM duckdb_columns() WHERE column_name = 'taxis'")
    assert ("available taxis",) in comments


def test_a_column_that_older_files_lack_is_null_in_the_file_too(lake: LocalRuntime, tmp_path: Path) -> None:
    (old,) = (one.file for one in table_files(lake, TABLE))
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * EXCLUDE suspect FROM '{old}') TO '{old}' (FORMAT parquet)")
    with serving(answer) as url, lake_at(lake.home, url) as again:
        assert poll_once(again, SOURCE, "2024-05-31T12:00").delivered
        run(again)
        export_duckdb(again, tmp_path / "views.duckdb")

    suspects = plain(
        tmp_path / "views.duckdb", f"SELECT dt, count(*), count(suspect) FROM {TABLE} GROUP BY 1 ORDER BY 1"
    )
    assert suspects == [(date(2024, 5, 30), 3, 0), (date(2024, 5, 31), 1, 1)]


def test_the_file_says_of_which_lake_and_when(lake: LocalRuntime, tmp_path: Path) -> None:
    clock = ManualClock(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    with LocalRuntime(lake.settings, clock=clock) as runtime:
        export_duckdb(runtime, tmp_path / "views.duckdb")

    assert plain(tmp_path / "views.duckdb", "SELECT lake, made_at_utc::VARCHAR FROM about") == [
        (str(lake.home), "2026-01-02 03:04:05")
    ]


def test_a_file_gives_way_as_a_whole_and_one_who_reads_it_keeps_the_old(lake: LocalRuntime, tmp_path: Path) -> None:
    file = tmp_path / "views.duckdb"
    export_duckdb(lake, file)
    with duckdb.connect(file, read_only=True) as reading:
        roll_back(lake, TABLE, DAY, None, dry_run=False, show=lambda *_: None)
        export_duckdb(lake, file)

        assert reading.execute(f"SELECT count(*) FROM {TABLE}").fetchall() == [(3,)]
    assert plain(file, f"SELECT count(*) FROM {TABLE}") == [(2,)]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["views.duckdb"]


def test_a_place_that_cannot_be_written_and_a_damaged_file_are_named(lake: LocalRuntime, tmp_path: Path) -> None:
    (tmp_path / "busy.duckdb.wal").write_bytes(b"")
    for name, says in (
        ("prod.duckdb", "Choose another name"),
        ("nowhere/views.duckdb", "there is no folder"),
        ("busy.duckdb", "open in another program"),
    ):
        with pytest.raises(UsageError, match=says):
            export_duckdb(lake, tmp_path / name)
    Path(table_files(lake, TABLE)[0].file).write_bytes(b"nothing")
    with pytest.raises(LakeError, match=f"cannot make a view of {TABLE}"):
        export_duckdb(lake, tmp_path / "views.duckdb")
    assert [path.name for path in tmp_path.glob("*views*")] == []
