"""An event of new data that got lost: the first run of a day finds what it told of, in the last days' partitions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from millrace.clock import ManualClock
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.runs import run_workflow
from millrace.usecases.versions import roll_back
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import NOON, SOURCE, answer, expected, imbalances, poll_minutes, run, seen

DAY, TABLE = "2024-05-30", "prod.taxi_availability"
EVENING = NOON + timedelta(hours=6)
LOST = "no event announced"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(EVENING)


@pytest.fixture
def lake(clock: ManualClock, tmp_path: Path) -> Iterator[LocalRuntime]:
    """Readers see minute 1; the partition was published today."""
    with serving(answer) as url:
        settings = Settings(home=tmp_path / "lake", feed="simulated", source_urls={SOURCE: url})
        with LocalRuntime(settings, clock=clock) as runtime:
            arrive(runtime, 1)
            run(runtime)
            yield runtime


def arrive(runtime: LocalRuntime, minute: int) -> None:
    poll_minutes(runtime, [minute])
    runtime.stream.flush(everything=True)


def lose(runtime: LocalRuntime, minute: int) -> None:
    """An object arrives, and its event does not."""
    arrive(runtime, minute)
    runtime.pending.clear(runtime.pending.touched(SOURCE))


def log_of_the_last_crawl(runtime: LocalRuntime) -> str:
    newest = runtime.runs.runs(SOURCE, limit=1)[0]
    return next(job.log for job in runtime.runs.jobs(newest.run_id) if job.job == "crawl")


def test_the_next_days_first_run_takes_it(lake: LocalRuntime, clock: ManualClock) -> None:
    lose(lake, 2)
    run(lake)
    assert seen(lake) == expected([1]), "only the first run of a day looks"
    clock.set(next_day(clock))
    run(lake)
    assert seen(lake) == expected([1, 2])
    assert f"{DAY}: raw objects that {LOST}: 1" in log_of_the_last_crawl(lake)
    run(lake, "polls")
    assert imbalances(lake) == []


def test_a_run_over_other_partitions_leaves_it_to_the_next(lake: LocalRuntime, clock: ManualClock) -> None:
    lose(lake, 2)
    clock.set(next_day(clock))
    run_workflow(lake, SOURCE, ["2024-05-20"], full=False, progress=lambda _: None)
    run(lake)
    assert seen(lake) == expected([1, 2])


def test_nothing_is_listed_twice_a_day(lake: LocalRuntime, clock: ManualClock) -> None:
    clock.set(next_day(clock))
    run(lake)
    run_workflow(lake, SOURCE, ["2024-05-20"], full=False, progress=lambda _: None)
    lose(lake, 2)
    for _ in range(8):
        clock.set(clock.now() + timedelta(minutes=15))
        run(lake)
    assert seen(lake) == expected([1])


def test_days_long_gone_are_not_listed(lake: LocalRuntime, clock: ManualClock) -> None:
    lose(lake, 2)
    clock.set(clock.now() + timedelta(days=3))
    run(lake)
    assert seen(lake) == expected([1])
    assert LOST not in log_of_the_last_crawl(lake)


def test_a_partition_that_was_rolled_back_is_not_built_again(lake: LocalRuntime, clock: ManualClock) -> None:
    arrive(lake, 2)
    clock.set(clock.now() + timedelta(minutes=5))
    run(lake)
    roll_back(lake, TABLE, DAY, None, dry_run=False, show=lambda *_: None)
    clock.set(next_day(clock))
    run(lake)
    assert seen(lake) == expected([1])
    assert LOST not in log_of_the_last_crawl(lake)


def next_day(clock: ManualClock) -> datetime:
    return clock.now() + timedelta(days=1)
