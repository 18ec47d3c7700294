"""Ctrl-C in the middle of a command: real processes, which end in time with one line and status 130."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from millrace.cli.terminal.interruption import AFTER
from millrace.cli.terminal.lazy_commands import COMMANDS
from tests.end_to_end.commands.test_command_line import millrace
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import SOURCE, answer, imbalances, lake_at, poll_minutes, run, seen

SECONDS = 2.0
SLACK = 1.5  # for a machine that others use as well
CROSS_JOIN = """
SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a(i) CROSS JOIN UNNEST(sequence(1, 10000)) AS b(j)
CROSS JOIN UNNEST(sequence(1, 10000)) AS c(k) CROSS JOIN UNNEST(sequence(1, 10)) AS d(l) WHERE (i + j + k + l) % 7 = 8
"""

CommandProcess = subprocess.Popen[str]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("ctrl_c") / "lake"
    with serving(answer) as url, lake_at(home, url) as runtime:
        poll_minutes(runtime, [0, 1, 2])
        run(runtime)
    return home


def started(*arguments: str, **environment: str) -> CommandProcess:
    return subprocess.Popen(
        [sys.executable, "-m", "millrace", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,  # as a terminal gives each command a group, which Ctrl-C reaches as a whole
        env={**os.environ, "MILLRACE_FEED": "simulated", **environment},
    )


def said(pattern: str) -> Callable[[CommandProcess], None]:
    """Waits until the command has printed a line with the pattern."""

    def wait(process: CommandProcess) -> None:
        lines = []
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line)
            if re.search(pattern, line):
                return
        raise AssertionError("".join(lines))

    return wait


def computing(process: CommandProcess) -> None:
    """Waits until DuckDB works: its thread beside Python's two is there, and the processor was used for two seconds."""
    tasks = Path(f"/proc/{process.pid}/task")
    while process.poll() is None:
        used = [int((task / "stat").read_text().rpartition(")")[2].split()[11]) for task in tasks.iterdir()]
        if len(used) > 2 and sum(used) > 2 * os.sysconf("SC_CLK_TCK"):
            return
        time.sleep(0.01)
    raise AssertionError(process.communicate())


def stopped(process: CommandProcess) -> str:
    """Presses Ctrl-C; returns what was printed from then on."""
    os.killpg(process.pid, signal.SIGINT)
    since = time.monotonic()
    _, text = process.communicate(timeout=60)
    assert time.monotonic() - since < SECONDS + SLACK
    return last_line(process.returncode, text)


def last_line(status: int, text: str) -> str:
    assert status == 130, text
    assert "Traceback" not in text
    line = text.splitlines()[-1]
    assert line.startswith("millrace: stopped with Ctrl-C. ")
    assert text.count("Ctrl-C") == 1
    return line


def test_every_command_says_what_stands() -> None:
    assert AFTER.keys() == COMMANDS.keys()


@pytest.mark.parametrize(
    ("arguments", "ready"),
    [
        (["query", CROSS_JOIN], computing),
        (["query", CROSS_JOIN, "--output", "rows.csv"], computing),
        (["preview", "--serve", "--port", "0"], said("the page is at")),
        (["athena", "--port", "0"], said("the Athena endpoint is at")),
        (["up", "--port", "0"], said('"event": "up"')),
        (["audit"], said("audit: ")),
    ],
    ids=["query", "query into a file", "preview", "athena", "up", "audit"],
)
def test_commands_on_a_lake(
    lake: Path,
    arguments: list[str],
    ready: Callable[[CommandProcess], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with started(*arguments, "--home", str(lake)) as process:
        ready(process)
        line = stopped(process)

    assert AFTER[arguments[0]] in line
    assert list(tmp_path.iterdir()) == []


def test_simulate() -> None:
    with started("simulate", "--port", "0") as process:
        assert process.stdout is not None
        process.stdout.readline()
        stopped(process)


@pytest.fixture
def slow_feed() -> Iterator[tuple[str, Event]]:
    """A feed that answers one request, and holds back the second; the event says that it has come."""
    asked, released, first = Event(), Event(), Event()

    def held_back(at: datetime | None) -> tuple[int, bytes]:
        if first.is_set():
            asked.set()
            released.wait(60)
        first.set()
        return answer(at)

    with serving(held_back) as url:
        yield url, asked
        released.set()


def test_backfill_keeps_what_was_answered(slow_feed: tuple[str, Event], tmp_path: Path) -> None:
    url, asked = slow_feed
    times = ["--from", "2024-05-30T12:00", "--to", "2024-05-30T12:03"]
    with started(
        "backfill", SOURCE, *times, "--home", str(tmp_path), MILLRACE_SOURCE_TAXI_AVAILABILITY_URL=url
    ) as process:
        assert asked.wait(60)
        stopped(process)

    with serving(answer) as url, lake_at(tmp_path, url) as runtime:
        run(runtime)
        assert seen(runtime) in ([1], [2], [3], [4])  # one of the minutes; several are asked for at once
        assert imbalances(runtime) == []


def test_poll(slow_feed: tuple[str, Event], tmp_path: Path) -> None:
    url, asked = slow_feed
    here = ["poll", SOURCE, "--at", "2024-05-30T12:00", "--home", str(tmp_path)]
    environment: dict[str, Any] = {"MILLRACE_SOURCE_TAXI_AVAILABILITY_URL": url}
    assert millrace(*here, MILLRACE_FEED="simulated", **environment).returncode == 0
    with started(*here, **environment) as process:
        assert asked.wait(60)
        stopped(process)


def test_generate_and_run(tmp_path: Path) -> None:
    generate = ["generate", "--days", "2", "--every", "1h", "--home", str(tmp_path)]
    with started("generate", "--days", "9", "--home", str(tmp_path / "other")) as process:
        said("days: 0 of 9")(process)
        stopped(process)
    assert millrace(*generate).returncode == 0
    with started("run", SOURCE, "--home", str(tmp_path)) as process:
        said("crawl +succeeded")(process)
        line = stopped(process)

    resume = re.search(r"millrace (runs resume \S+),", line)
    assert resume is not None
    shown = millrace("runs", "--format", "csv", "--home", str(tmp_path))
    assert "interrupted" in shown.stdout or "running" in shown.stdout
    assert millrace(*resume[1].split(), "--home", str(tmp_path)).returncode == 0


def test_demo(tmp_path: Path) -> None:
    with started("demo", "--minutes", "600", "--home", str(tmp_path / "demo")) as process:
        said("polls: ")(process)
        stopped(process)


def test_a_command_that_ignores_ctrl_c_by_its_parent_s_wish_goes_on(lake: Path) -> None:
    """As for jobs that a script starts in the background."""
    query = f"{sys.executable} -m millrace query 'SELECT 1 AS one' --format csv --home {lake}"
    command = f"trap '' INT; echo trapped; exec {query}"
    with subprocess.Popen(["sh", "-c", command], stdout=subprocess.PIPE, text=True, process_group=0) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "trapped\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.read() == "one\n1\n"
    assert process.returncode == 0
