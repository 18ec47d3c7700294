"""What the page sees of a lake: the partitions it asked for, as they were when it first looked."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from millrace.athena_sql.ports import WrittenFile
from millrace.glue_workflow.ports import PartitionVersion
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.page import CatalogReadView, RecentRuns

TABLE = "prod.taxi_availability"
DAYS = (date(2024, 5, 29), date(2024, 5, 30))


def publish(runtime: LocalRuntime, run: str, *days: date) -> None:
    versions = [
        PartitionVersion(TABLE, day.isoformat(), run, (WrittenFile(f"{run}/dt={day}/part.parquet", f"{day}", 1, 1),))
        for day in days
    ]
    runtime.catalog.register(versions)
    runtime.catalog.flip(versions)


def look(runtime: LocalRuntime) -> CatalogReadView:
    return CatalogReadView(runtime.storage, runtime.catalog, RecentRuns(runtime.runs))


def test_a_sight_holds_the_partitions_that_were_asked_for_and_no_others(tmp_path: Path) -> None:
    with LocalRuntime(Settings(home=tmp_path / "lake", feed="simulated")) as runtime:
        publish(runtime, "run-1", *DAYS)
        looked = look(runtime)
        assert looked.days() == [*DAYS]
        sight = looked.sight(frozenset({TABLE}), frozenset({DAYS[1]}))
        assert [file.partition for file in sight.tables[TABLE].files] == ["2024-05-30"]  # type: ignore[union-attr]


def test_only_a_run_of_a_day_that_was_asked_for_makes_another_key(tmp_path: Path) -> None:
    with LocalRuntime(Settings(home=tmp_path / "lake", feed="simulated")) as runtime:
        publish(runtime, "run-1", *DAYS)
        asked = frozenset({TABLE}), frozenset({DAYS[0]})
        before = look(runtime).sight(*asked).key
        publish(runtime, "run-2", DAYS[1])
        assert look(runtime).sight(*asked).key == before
        publish(runtime, "run-3", DAYS[0])
        assert look(runtime).sight(*asked).key != before


def test_a_look_tells_of_one_moment(tmp_path: Path) -> None:
    with LocalRuntime(Settings(home=tmp_path / "lake", feed="simulated")) as runtime:
        publish(runtime, "run-1", DAYS[0])
        looked = look(runtime)
        looked.days()
        publish(runtime, "run-2", *DAYS)
        assert looked.days() == [DAYS[0]]
