"""A small lake with three versions of one partition, which readers saw one after the other.

Its clock stands still within each run, so that no time in it depends on where a second begins.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from millrace.clock import ManualClock, SystemClock
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import SOURCE, answer, poll_minutes, run

DAY = "2024-05-30"
TABLE, STAGING = "prod.taxi_availability", "staging.taxi_position"
FIRST, SECOND, THIRD = [1, 2], [1, 2, 3, 4], [1, 2, 3, 4, 5]  # the minutes that readers saw


def make_three_versions(home: Path) -> None:
    clock = ManualClock(SystemClock().now() - timedelta(minutes=4))
    with serving(answer) as url:
        settings = Settings(home=home, feed="simulated", source_urls={SOURCE: url})
        with LocalRuntime(settings, clock=clock) as runtime:
            for minutes in ([1, 2], [3, 4], [5]):
                poll_minutes(runtime, minutes)
                run(runtime)
                clock.sleep(60)
            run(runtime, "polls")


def reopened(home: Path) -> LocalRuntime:
    return LocalRuntime(Settings(home=home, feed="simulated"))
