"""What the page reads of a lake: the partitions it needs, as they were at the first read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from millrace.athena_sql.ports import WrittenFile
from millrace.dashboards.html.content import PageContext
from millrace.glue_workflow.newest import CurrentVersions
from millrace.glue_workflow.ports import PartitionVersion
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
    return CatalogReadView(runtime.storage, runtime.catalog, runs, runtime.pipelines, around, runtime.tables.log)


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
