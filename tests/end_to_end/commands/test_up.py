"""`millrace up`: its service on a clock of the test's, and the process as its users start and stop it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest

from millrace.clock import ManualClock, SystemClock
from millrace.errors import UnknownName
from millrace.infra.runtime.local import LocalRuntime
from millrace.lake.kind import kind_of, open_lake
from millrace.lake.local import LocalStorage
from millrace.service.service import Service
from millrace.settings import Settings
from millrace.usecases.audit import audit_rows
from millrace.usecases.queries import run_query
from millrace.usecases.schedules import schedule_rows, switch_schedule
from tests.end_to_end.commands.test_command_line import millrace
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import SOURCE, answer

START = datetime(2024, 5, 30, 4, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class ServiceBench:
    """A service whose clock goes on by a wait at a time, each after what was started has ended."""

    def __init__(self, home: Path, url: str, clock: ManualClock) -> None:
        self.clock = clock
        settings = Settings(home=home, feed="simulated", source_urls={SOURCE: url})
        self.runtime = LocalRuntime(settings, clock=clock)
        self.service = Service(self.runtime)

    def until(self, end: datetime, *, at: dict[datetime, Callable[[], None]] | None = None) -> None:
        """Let it run; `at` does something when a time has come."""
        doings = dict(at or {})

        def wait(seconds: float) -> bool:
            self.service.settle()
            self.clock.sleep(max(seconds, 0.5))
            for time in [time for time in doings if time <= self.clock.now()]:
                doings.pop(time)()
            return self.clock.now() >= end

        self.service.run(wait)

    def observed(self) -> list[str]:
        rows = run_query(self.runtime, f"SELECT DISTINCT observed_at_local FROM raw.{SOURCE} ORDER BY 1").rows
        return [f"{local:%H:%M}" for (local,) in rows]


@contextmanager
def bench_at(home: Path, feed: Callable[[datetime | None], tuple[int, bytes]] = answer) -> Iterator[ServiceBench]:
    clock = ManualClock(START)
    with serving(lambda asked: feed(asked or clock.now())) as url:
        bench = ServiceBench(home, url, clock)
        with bench.runtime:
            yield bench


def minutes(first: int, last: int) -> list[str]:
    """What the polls of these minutes of noon (local) observe: two seconds before."""
    return [f"12:{minute - 1:02d}" for minute in range(first, last + 1)]


def test_it_polls_each_minute_and_publishes_each_quarter_of_an_hour(tmp_path: Path) -> None:
    with bench_at(tmp_path) as bench:
        bench.until(START + 16 * MINUTE)

        assert bench.observed() == minutes(1, 16)
        published = int(str(run_query(bench.runtime, "SELECT count(*) FROM prod.taxi_availability").rows[0][0]))
        assert 10 <= published <= 15  # the newest are in flight for up to five minutes
        assert audit_rows(bench.runtime, [], lambda done, of: None)[1] == []


def test_what_the_machine_slept_through_is_filled_from_the_feeds_history(tmp_path: Path) -> None:
    with bench_at(tmp_path) as bench:
        asleep = {START + 3 * MINUTE: lambda: bench.clock.sleep(600)}
        bench.until(START + 22 * MINUTE, at=asleep)

        assert bench.observed() == minutes(1, 22)


def test_what_failed_is_filled_once_the_feed_is_back(tmp_path: Path) -> None:
    def sometimes(asked: datetime | None) -> tuple[int, bytes]:
        assert asked is not None
        down = START + 2 * MINUTE < bench.clock.now() < START + 7 * MINUTE
        return (404, b"") if down else answer(asked)

    with bench_at(tmp_path, sometimes) as bench:
        bench.until(START + 12 * MINUTE)

        assert bench.observed() == minutes(1, 12)
        assert audit_rows(bench.runtime, [], lambda done, of: None)[1] == []


def test_a_restart_fills_what_was_missed_while_it_was_down(tmp_path: Path) -> None:
    with bench_at(tmp_path) as bench:
        bench.until(START + 2 * MINUTE)
    with bench_at(tmp_path) as bench:
        bench.clock.set(START + 12 * MINUTE)
        bench.service = Service(bench.runtime)
        bench.until(START + 18 * MINUTE)

        assert bench.observed() == minutes(1, 18)


def test_a_schedule_that_is_disabled_does_nothing(tmp_path: Path) -> None:
    with bench_at(tmp_path) as bench:
        switch_schedule(bench.runtime, f"poll-{SOURCE}", on=False)
        bench.until(START + 3 * MINUTE)
        assert bench.observed() == []
        states = {row["schedule"]: row["state"] for row in schedule_rows(bench.runtime)}
        others = ("poll-rainfall", "run-rainfall", f"run-{SOURCE}", "run-polls")
        assert states == {f"poll-{SOURCE}": "disabled", **dict.fromkeys(others, "enabled")}
        with pytest.raises(UnknownName, match="unknown schedule 'noon'"):
            switch_schedule(bench.runtime, "noon", on=True)


def started(home: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "millrace", "up", "--home", str(home), "--port", "0", *options]
    nowhere = {"MILLRACE_FEED": "simulated", "MILLRACE_SOURCE_TAXI_AVAILABILITY_URL": "http://127.0.0.1:9"}
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **nowhere})


def said(process: subprocess.Popen[str], event: str) -> dict[str, str]:
    assert process.stderr is not None
    for line in process.stderr:
        found: dict[str, str] = json.loads(line)
        if found["event"] == event:
            return found
    raise AssertionError(f"{event} was never said")


def test_it_serves_the_page_and_a_second_one_on_the_same_lake_says_so_and_leaves(tmp_path: Path) -> None:
    with started(tmp_path) as process:
        url = said(process, "page")["url"]
        said(process, "up")
        with urlopen(url) as response:
            assert "Millrace" in response.read().decode()
        second = millrace("up", "--home", str(tmp_path), MILLRACE_FEED="simulated")
        assert second.returncode == 75
        assert f"up is held by process {process.pid}" in second.stderr
        process.terminate()
        said(process, "stopped")
        assert process.wait(30) == 0


def test_a_port_in_use_is_refused_before_a_lake_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = millrace("up", "--port", str(taken.getsockname()[1]), "--home", str(tmp_path))
    assert result.returncode == 2
    assert kind_of(LocalStorage(tmp_path)) is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_process_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with started(tmp_path, "--no-page") as process:
        assert said(process, "up")["level"] == "info"
        process.send_signal(number)
        said(process, "stopped")
        assert process.wait(30) == (0 if number == signal.SIGTERM else 130)


def test_schedules_are_listed_and_switched_from_the_command_line(tmp_path: Path) -> None:
    home = ["--home", str(tmp_path)]
    open_lake(LocalStorage(tmp_path), "live", SystemClock())
    assert millrace("schedules", "disable", "run-polls", *home).returncode == 0
    listed = json.loads(millrace("schedules", "list", "--format", "json", *home).stdout)
    assert {row["schedule"]: row["state"] for row in listed}["run-polls"] == "disabled"
    assert millrace("schedules", "enable", "run-polls", *home).returncode == 0
    wrong = millrace("schedules", "enable", "noon", *home)
    assert wrong.returncode == 2
    assert "unknown schedule 'noon'" in wrong.stderr
