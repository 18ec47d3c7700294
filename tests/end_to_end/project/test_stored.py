"""Tables that are not stored by date, in a project of one's own: what runs, rollbacks and reprocesses make of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from millrace.clock import ManualClock, SystemClock
from millrace.errors import UsageError
from millrace.glue_workflow.versions.manifests import read_manifest
from millrace.infra.project.project import Project
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.polls import poll_once
from millrace.usecases.queries import run_query
from millrace.usecases.runs import run_workflow
from millrace.usecases.versions import roll_back, version_rows
from tests.end_to_end.feed import SINGAPORE, serving
from tests.end_to_end.project.bikes import FILES, answer, write_project
from tests.end_to_end.small_lake import imbalances, run

MOST = """-- The most bikes that each station ever had.
--
-- stored: Whole
-- station string: the feed's own name
-- most int: bikes
-- aside bigint: all rows that were set aside
SELECT station, max(bikes) AS most, (SELECT count(*) FROM staging.station_set_aside) AS aside
FROM staging.station
GROUP BY station
ORDER BY station
"""
TOTAL = """-- The sum of it.
--
-- stored: Whole
-- bikes bigint: most bikes, added up
-- days bigint: of prod.bikes
SELECT sum(most) AS bikes, (SELECT count(DISTINCT dt) FROM prod.bikes) AS days FROM prod.most
"""
LEVEL = """-- How full each station is.
--
-- stored: History(station, since, until)
-- station string: the feed's own name
-- since timestamp: UTC
-- until timestamp: UTC, not included; NULL for what holds now
-- level string: few or many
--
-- One row for each change.
SELECT station, observed_at AS since, CASE WHEN bikes < 6 THEN 'few' ELSE 'many' END AS level
FROM staging.station
"""
FIRST, SECOND = datetime(2024, 5, 30, 12, tzinfo=SINGAPORE), datetime(2024, 5, 31, 12, tzinfo=SINGAPORE)


class StoredLake:
    """A lake of bikes: in minute m the station north has m bikes and south has 10."""

    def __init__(self, runtime: LocalRuntime, clock: ManualClock) -> None:
        self.runtime, self.clock = runtime, clock

    def poll(self, day: datetime, *minutes: int) -> None:
        for minute in minutes:
            assert poll_once(self.runtime, "bikes", (day + timedelta(minutes=minute)).isoformat()).delivered

    def polled_and_run(self, day: datetime, *minutes: int) -> None:
        self.poll(day, *minutes)
        self.run()

    def run(self) -> None:
        self.clock.sleep(60)
        run(self.runtime, "bikes")

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in run_query(self.runtime, sql).rows]

    def roll_back(self, table: str, partition: str) -> None:
        roll_back(self.runtime, table, partition, None, dry_run=False, show=lambda *_: None)

    def versions(self, table: str) -> Sequence[str]:
        return [one.version for one in self.runtime.catalog.current(table)]


@pytest.fixture
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoredLake]:
    """With the tables that the test names, by file."""
    clock = ManualClock(SystemClock().now() - timedelta(hours=2))
    root = write_project(tmp_path / "project", {**FILES, **request.param})
    with serving(answer, parameter="at") as url:
        settings = Settings(home=tmp_path / "lake", feed="simulated", source_urls={"bikes": url})
        with LocalRuntime(settings, clock=clock, project=Project.find(root)) as runtime:
            yield StoredLake(runtime, clock)


whole = pytest.mark.parametrize(
    "lake", [{"sql/prod/most.sql": MOST, "sql/prod/total.sql": TOTAL}], indirect=True, ids=["whole"]
)
SEEN = "SELECT station, most, aside FROM prod.most ORDER BY station"


@whole
def test_a_whole_table_is_made_from_what_readers_see_after_the_flip(lake: StoredLake) -> None:
    lake.polled_and_run(FIRST, 4, 5)
    assert lake.rows(SEEN) == [("north", 5, 1), ("south", 10, 1)]
    assert lake.rows("SELECT bikes, days FROM prod.total") == [(15, 1)]

    lake.polled_and_run(SECOND, 21)
    assert lake.rows(SEEN) == [("north", 21, 1), ("south", 10, 1)]
    assert lake.rows("SELECT bikes, days FROM prod.total") == [(31, 2)]
    lake.polled_and_run(FIRST, 3)
    assert lake.rows(SEEN) == [("north", 21, 1), ("south", 10, 1)]
    assert imbalances(lake.runtime) == []

    newest = lake.runtime.runs.runs("bikes", limit=1)[0]
    assert lake.rows("SELECT DISTINCT run_id FROM prod.most") == [(newest.run_id,)]
    assert lake.rows("SELECT count(loaded_at) FROM prod.total") == [(1,)]


@whole
def test_a_damaged_file_of_a_whole_table_is_mended_by_the_command_that_is_named(lake: StoredLake) -> None:
    lake.polled_and_run(FIRST, 4)
    lake.polled_and_run(SECOND, 21)
    (current,) = lake.runtime.catalog.current("prod.most")
    (lake.runtime.home / current.files[0].key).write_bytes(b"")
    (finding,) = lake.runtime.object_audit().findings()
    command = f"millrace run bikes --partition {SECOND:%Y-%m-%d}"
    assert finding.mend == f"Restore the file from a copy, or build it again: {command}."
    run_workflow(lake.runtime, "bikes", [f"{SECOND:%Y-%m-%d}"], full=False, progress=lambda _: None)
    assert list(lake.runtime.object_audit().findings()) == []


@whole
def test_nothing_is_built_again_without_a_change(lake: StoredLake) -> None:
    lake.polled_and_run(FIRST, 4)
    before = lake.versions("prod.most")
    lake.run()
    assert lake.versions("prod.most") == before
    (current,) = lake.runtime.catalog.current("prod.most")
    manifest = read_manifest(lake.runtime.storage, current)
    assert manifest is not None
    assert sorted(manifest.reads) == ["staging.station", "staging.station_set_aside"]


@whole
def test_a_whole_table_follows_a_rollback_with_the_next_run(lake: StoredLake) -> None:
    lake.polled_and_run(FIRST, 4)
    lake.polled_and_run(FIRST, 21)
    lake.polled_and_run(SECOND, 6)
    assert lake.rows(SEEN)[0] == ("north", 21, 0)

    lake.roll_back("prod.bikes", "2024-05-30")
    lake.run()
    assert lake.rows(SEEN)[0] == ("north", 6, 0)
    assert lake.rows("SELECT max(bikes) FROM prod.bikes WHERE dt = DATE '2024-05-30'") == [(14,)]
    before = lake.versions("prod.most")
    lake.run()
    assert lake.versions("prod.most") == before
    with pytest.raises(
        UsageError, match=r"prod\.most has no partitions and cannot be rolled back: its rows follow the tab"
    ):
        lake.roll_back("prod.most", "2024-05-30")
    assert imbalances(lake.runtime) == []


@whole
def test_a_whole_table_follows_a_rollback_of_data_that_the_gate_refuses(lake: StoredLake, tmp_path: Path) -> None:
    lake.polled_and_run(FIRST, 4)
    lake.polled_and_run(FIRST, 21)
    lake.polled_and_run(SECOND, 6)
    rules = tmp_path / "project" / "rules" / "bikes.dqdl"
    rules.write_text(rules.read_text().replace("RowCount > 0,", 'RowCount > 0,\n    ColumnValues "bikes" <= 20,'))
    project = Project.find(tmp_path / "project")
    with LocalRuntime(lake.runtime.settings, clock=lake.clock, project=project) as runtime:
        stricter = StoredLake(runtime, lake.clock)
        stricter.roll_back("prod.bikes", "2024-05-30")
        stricter.run()
        assert stricter.rows(SEEN)[0] == ("north", 6, 0)
        assert runtime.runs.held("bikes") == []
        assert runtime.pending.touched("bikes") == []
        before = stricter.versions("prod.most")
        stricter.run()
        assert stricter.versions("prod.most") == before
        assert imbalances(runtime) == []


@whole
def test_the_versions_of_a_whole_table_are_listed_and_removed_like_others(lake: StoredLake) -> None:
    lake.polled_and_run(FIRST, 4)
    lake.polled_and_run(FIRST, 6)
    listed = version_rows(lake.runtime, "prod.most", None)
    assert [(row["partition"], row["state"], row["rollback"]) for row in listed] == [
        ("(whole)", "current", ""),
        ("(whole)", "replaced", ""),
    ]
    lake.clock.sleep(8 * 24 * 3600)
    lake.polled_and_run(FIRST, 7)
    assert len(version_rows(lake.runtime, "prod.most", None)) == 2


def _level(station: str, since: str, until: str | None, level: str) -> tuple[object, ...]:
    """Of the first day; observed two seconds before the minute."""
    day = "2024-05-30T04:"
    ends = [datetime.fromisoformat(f"{day}{one}:58") if one else None for one in (since, until)]
    return (station, *ends, level)


@pytest.mark.parametrize("lake", [{"sql/prod/level.sql": LEVEL}], indirect=True, ids=["history"])
def test_a_history_has_one_row_for_each_change_however_late_the_data_came(lake: StoredLake) -> None:
    levels = "SELECT station, since, until, level FROM prod.level ORDER BY station, since"
    lake.polled_and_run(FIRST, 4, 8)
    south = _level("south", "03", None, "many")
    assert lake.rows(levels) == [_level("north", "03", "07", "few"), _level("north", "07", None, "many"), south]

    lake.polled_and_run(FIRST, 6, 3, 9)
    south = _level("south", "02", None, "many")
    late = [_level("north", "02", "05", "few"), _level("north", "05", None, "many"), south]
    assert lake.rows(levels) == late
    before = lake.versions("prod.level")
    lake.run()
    assert lake.versions("prod.level") == before
    lake.polled_and_run(FIRST, 10)
    assert lake.rows(levels) == late
    newest = lake.runtime.runs.runs("bikes", limit=1)[0]
    assert lake.rows("SELECT DISTINCT run_id FROM prod.level") == [(newest.run_id,)]
    assert imbalances(lake.runtime) == []
