"""What the page reads of a lake: the partitions it needs, as they were at the first read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from millrace.athena_sql.ports import WrittenFile
from millrace.dashboards.html.content import PageContext
from millrace.glue_workflow.newest import CurrentVersions
from millrace.glue_workflow.ports import JobRecord, PartitionVersion, RunRecord, RunState, RunStore
from millrace.glue_workflow.run.recent_runs import RecentRuns
from millrace.infra.runtime.local import LocalRuntime
from millrace.schedules.expressions import UTC_ZONE
from millrace.settings import Settings
from millrace.usecases.page import CatalogReadView, write_page

TABLE = "prod.taxi_availability"
DAYS = (date(2024, 5, 29), date(2024, 5, 30))


def publish(runtime: LocalRuntime, run: str, *days: date, table: str = TABLE) -> None:
    versions = [
        PartitionVersion(table, day.isoformat(), run, (WrittenFile(f"{run}/dt={day}/part.parquet", f"{day}", 1, 1),))
        for day in days
    ]
    runtime.catalog.register(versions)
    runtime.catalog.flip(versions)


def read_view(runtime: LocalRuntime) -> CatalogReadView:
    def around(current: CurrentVersions) -> PageContext:
        versions = ", ".join(f"{one.partition} {one.version}" for one in current(TABLE))
        return PageContext("lake", "simulated", runtime.clock.now(), UTC_ZONE, title=versions)

    runs = RecentRuns(runtime.runs, ())
    return CatalogReadView(runtime.tables_with(runs), runs, runtime.pipelines, around)


def test_visible_tables_have_only_the_partitions_that_were_asked_for(tmp_path: Path) -> None:
    with LocalRuntime(Settings(home=tmp_path / "lake", feed="simulated")) as runtime:
        publish(runtime, "run-1", *DAYS)
        view = read_view(runtime)
        assert view.days() == [*DAYS]
        tables = view.visible(frozenset({TABLE}), frozenset({DAYS[1]}))
        assert [file.partition for file in tables.tables[TABLE].files] == ["2024-05-30"]  # type: ignore[union-attr]


def test_the_key_changes_only_with_a_day_that_was_asked_for(tmp_path: Path) -> None:
    with LocalRuntime(Settings(home=tmp_path / "lake", feed="simulated")) as runtime:
        publish(runtime, "run-1", *DAYS)
        asked = frozenset({TABLE}), frozenset({DAYS[0]})
        before = read_view(runtime).visible(*asked).key
        publish(runtime, "run-2", DAYS[1])
        assert read_view(runtime).visible(*asked).key == before
        publish(runtime, "run-3", DAYS[0])
        assert read_view(runtime).visible(*asked).key != before


def test_a_read_view_shows_one_moment(tmp_path: Path) -> None:
    with LocalRuntime(Settings(home=tmp_path / "lake", feed="simulated")) as runtime:
        publish(runtime, "run-1", DAYS[0])
        view = read_view(runtime)
        view.days()
        publish(runtime, "run-2", *DAYS)
        assert view.days() == [DAYS[0]]
        assert view.context().title == "2024-05-29 run-1"


def test_a_picker_that_failed_is_told_to_whoever_writes_the_page(tmp_path: Path) -> None:
    with LocalRuntime(Settings(home=tmp_path / "lake", feed="simulated")) as runtime:
        page = tmp_path / "page.html"
        assert write_page(runtime, page, "2024-05-30") == []
        publish(runtime, "run-1", DAYS[1], table="prod.taxi_availability_by_area")  # files that are not there
        assert [problem[:25] for problem in write_page(runtime, page, "2024-05-30")] == ["the picker 'Area' failed."]
        assert "The picker Area failed." in page.read_text(encoding="utf-8")


class AskedStore:
    """A run store that notes the most runs that it was asked for at once."""

    def __init__(self, store: RunStore) -> None:
        self._store, self.most = store, 0

    def runs(self, workflow: str | None = None, limit: int | None = None) -> list[RunRecord]:
        assert limit is not None, "all runs are read"
        self.most = max(self.most, limit)
        return self._store.runs(workflow, limit)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def nothing_around(_: CurrentVersions) -> PageContext:
    raise AssertionError("nobody asks what is around the panels")


def test_panels_about_a_day_see_all_of_its_runs_and_others_the_newest(tmp_path: Path) -> None:
    """More runs than the newest, of a day with others after it; the store is not read as far back as its first run."""
    names = ["ops.jobs", "ops.quality_results", "ops.runs"]
    with LocalRuntime(Settings(home=tmp_path / "lake", feed="simulated")) as runtime:
        for hour in range(200):
            began = datetime(2024, 5, 25, tzinfo=UTC) + timedelta(hours=hour)
            runtime.runs.save_run(RunRecord(f"run-{hour}", "taxi_availability", 1, RunState.SUCCEEDED, began, began))
            runtime.runs.save_job(JobRecord(f"run-{hour}", 1, "crawl", RunState.SUCCEEDED, began))
        asked: Any = AskedStore(runtime.runs)
        recent = RecentRuns(asked, ["taxi_availability"])
        view = CatalogReadView(runtime.tables_with(recent), recent, runtime.pipelines, nothing_around)

        visible = view.visible(frozenset(names), frozenset({date(2024, 5, 30)}))
        assert asked.most == 1, "nothing is read until it is needed"
        more = visible.more()

        assert [*more] == names
        found = [row["run_id"] for row in more["ops.runs"].rows]  # type: ignore[union-attr]
        assert found == [f"run-{hour}" for hour in range(199, 95, -1)], "from the day before the chosen one"
        assert len(more["ops.jobs"].rows) == len(found)  # type: ignore[union-attr]
        assert asked.most == 160
        assert view.visible(frozenset(names), frozenset()).more() == {}
        assert len(recent.runs()) == 20
