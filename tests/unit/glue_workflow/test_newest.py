"""The newest day and the newest snapshot, as the catalog's pointers have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from millrace.athena_sql.ports import Result, Statement, WrittenFile
from millrace.glue_workflow.newest import NewestSnapshots, days, newest_day
from millrace.glue_workflow.ports import PartitionVersion
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from tests.doubles.reading_engine import GivenParameters, GivenTables, ReadingEngine

TAXIS, RAIN = "prod.taxi_availability", "prod.rainfall"


@dataclass
class NewestTimes(ReadingEngine):
    """An engine that knows the newest time in each version; `asked` has the statements."""

    times: Mapping[str, datetime]
    asked: list[str] = field(default_factory=list)

    def answer(self, statement: Statement, parameters: GivenParameters, tables: GivenTables) -> Result:
        self.asked.append(statement.sql)
        day = str(parameters["day"])
        return Result((), [(self.times[f"{statement.sql.split()[3]} {day}"],)])


def publish(runtime: LocalRuntime, run: str, table: str, *days: str, rows: int = 1) -> None:
    versions = [PartitionVersion(table, day, run, (WrittenFile(f"{run}/{day}", day, rows, 1),)) for day in days]
    runtime.catalog.register(versions)
    runtime.catalog.flip(versions)


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[LocalRuntime]:
    with LocalRuntime(Settings(home=tmp_path / "lake", feed="simulated")) as opened:
        yield opened


def test_days_are_those_of_any_feed_with_rows(runtime: LocalRuntime) -> None:
    assert newest_day(runtime.pipelines, runtime.catalog) is None
    publish(runtime, "run-1", TAXIS, "2024-05-29", "2024-05-30")
    publish(runtime, "run-2", RAIN, "2024-05-28")
    publish(runtime, "run-3", RAIN, "2024-05-31", rows=0)
    assert days(runtime.pipelines, runtime.catalog.current) == ["2024-05-28", "2024-05-29", "2024-05-30"]
    assert newest_day(runtime.pipelines, runtime.catalog) == "2024-05-30"


def test_the_newest_snapshot_is_asked_of_each_feed_once_a_version(runtime: LocalRuntime) -> None:
    noon, later = datetime(2024, 5, 30, 4), datetime(2024, 5, 30, 5)  # noqa: DTZ001 - as engines give them
    engine = NewestTimes({f"{TAXIS} 2024-05-30": noon, f"{RAIN} 2024-05-30": later})
    newest = NewestSnapshots(runtime.pipelines, runtime.storage, engine)

    def of_each() -> dict[str, datetime | None]:
        return {
            name: newest.of(workflow, runtime.catalog.current)
            for name, workflow in runtime.pipelines.refinements.items()
        }

    assert of_each() == {"polls": None, "rainfall": None, "taxi_availability": None}
    assert engine.asked == []
    publish(runtime, "run-1", TAXIS, "2024-05-29", "2024-05-30")
    publish(runtime, "run-2", RAIN, "2024-05-30")
    for _ in range(2):
        utc = {"rainfall": later.replace(tzinfo=UTC), "taxi_availability": noon.replace(tzinfo=UTC)}
        assert of_each() == {"polls": None, **utc}
        assert len(engine.asked) == 2
    publish(runtime, "run-3", RAIN, "2024-05-30")
    of_each()
    assert len(engine.asked) == 3
