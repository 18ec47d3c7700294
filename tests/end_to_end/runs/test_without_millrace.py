"""Readers without Millrace: the files that readers see, as `millrace files` and the plain lists name them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from millrace.errors import BadTime, UnknownName, UsageError
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.queries import run_query
from millrace.usecases.tables import table_files
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


@pytest.mark.parametrize(
    ("table", "partitions", "refusal", "says"),
    [
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
    for place in lake.home.rglob("_current.txt"):
        place.unlink()
    run_query(lake, f"SELECT count(*) FROM {TABLE}")
    assert list(lake.home.rglob("_current.txt")) == []

    lake.pending.add(SOURCE, DAY, lake.clock.now())
    run(lake)

    assert listed_files(lake) == current_files(lake)


def test_nothing_takes_the_lists_for_files_of_a_version(lake: LocalRuntime) -> None:
    assert list(lake.object_audit(deep=True).findings()) == []
