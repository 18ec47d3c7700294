"""Ctrl-C where work is half done: the command ends as any does, the lake is sound, and the same command goes on."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from millrace.cli.terminal.interruption import AFTER
from millrace.commit_points import CommitPoint
from millrace.infra.runtime.local import LocalRuntime
from millrace.usecases.polls import poll_once
from millrace.usecases.queries import run_query
from tests.contracts.engines import SPARK_MARKS
from tests.end_to_end.commands.test_command_line import millrace
from tests.end_to_end.crashes.test_ctrl_c import SECONDS, SLACK, last_line, said, started, stopped
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import NOON, SOURCE, answer, expected, imbalances, lake_at, poll_minutes, run, seen

START = 5.0  # seconds for a command to reach its middle
DAY, TABLE = "2024-05-30", "prod.taxi_availability"


def with_a_page(asked: datetime | None) -> tuple[int, bytes]:
    """The small lake's feed, which is down for maintenance in minute 3."""
    return (200, b"<html>") if asked and asked.minute == 3 else answer(asked)


def reopened(home: Path) -> LocalRuntime:
    return lake_at(home, "http://127.0.0.1:9")


def interrupted(home: Path, *arguments: str, point: str) -> str:
    """Runs a command that presses Ctrl-C itself at this point; returns the line that it ends with."""
    since = time.monotonic()
    done = millrace(*arguments, "--home", str(home), MILLRACE_KILL_AT=f"{point}:INT")
    assert time.monotonic() - since < SECONDS + START + SLACK
    return last_line(done.returncode, done.stderr)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Readers saw minute 1, then 1 and 2; minute 3 is the maintenance page, in quarantine."""
    home = tmp_path_factory.mktemp("middle") / "lake"
    with serving(with_a_page) as url, lake_at(home, url) as runtime:
        for minute in (1, 2):
            poll_minutes(runtime, [minute])
            run(runtime)
        assert not poll_once(runtime, SOURCE, (NOON + timedelta(minutes=3)).isoformat()).delivered
        run(runtime, "polls")
    return home


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "lake"))


@pytest.mark.parametrize(
    ("point", "then"),
    [(CommitPoint.ROLLBACK_BEFORE_COMMIT, [1, 2]), (CommitPoint.ROLLBACK_COMMITTED, [1])],
)
def test_rollback(home: Path, point: CommitPoint, then: list[int]) -> None:
    back = ["rollback", TABLE, "--partition", DAY]
    assert AFTER["rollback"] in interrupted(home, *back, point=point)
    with reopened(home) as runtime:
        assert seen(runtime) == expected(then)
        assert imbalances(runtime) == []
    if then == [1, 2]:
        assert millrace(*back, "--home", str(home)).returncode == 0
    with reopened(home) as runtime:
        assert seen(runtime) == expected([1])


def test_the_release_of_a_rollback(home: Path) -> None:
    back = ["rollback", TABLE, "--partition", DAY]
    assert millrace(*back, "--home", str(home)).returncode == 0
    interrupted(home, *back, "--release", point=CommitPoint.RELEASE_TOUCHED)
    assert millrace(*back, "--release", "--home", str(home)).returncode == 0
    with reopened(home) as runtime:
        run(runtime)
        assert seen(runtime) == expected([1, 2])
        assert imbalances(runtime) == []


@pytest.mark.parametrize(
    "point",
    [
        CommitPoint.VERSION_WRITTEN,
        CommitPoint.PROD_WRITTEN,
        CommitPoint.REPROCESS_REVIEWED,
        CommitPoint.FLIP_BEFORE_COMMIT,
        CommitPoint.FLIP_COMMITTED,
    ],
)
def test_reprocess(home: Path, point: CommitPoint) -> None:
    again = ["reprocess", SOURCE, "--partition", DAY, "--yes"]
    assert AFTER["reprocess"] in interrupted(home, *again, point=point)
    with reopened(home) as runtime:
        assert seen(runtime) == expected([1, 2])
        assert imbalances(runtime) == []
    done = millrace(*again, "--home", str(home))
    assert done.returncode == 0, done.stderr
    with reopened(home) as runtime:
        assert seen(runtime) == expected([1, 2])
        assert runtime.catalog.unpublished(TABLE) == []
        assert imbalances(runtime) == []


def test_vacuum(home: Path) -> None:
    orphan = home / f"staging/taxi_position/run=20200101T000000-aaaa-1/dt={DAY}/part-00000.parquet"
    export = home / "exports/0123/part-00000.parquet"
    for path in (orphan, export):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"12345")
        os.utime(path, (0, 0))
    after_the_tables = f"{CommitPoint.DELETE_FILES_GONE}:3"  # those of three workflows; then come exports
    assert AFTER["vacuum"] in interrupted(home, "vacuum", point=after_the_tables)
    assert export.exists()
    with reopened(home) as runtime:
        assert seen(runtime) == expected([1, 2])
        assert imbalances(runtime) == []
    assert millrace("vacuum", "--home", str(home)).returncode == 0
    assert [path.exists() for path in (orphan, export)] == [False, False]


@pytest.mark.parametrize(
    "point", [CommitPoint.SPOOL_BEFORE_COMMIT, CommitPoint.SPOOL_COMMITTED, CommitPoint.QUARANTINE_WRITTEN]
)
def test_quarantine_retry(home: Path, point: CommitPoint) -> None:
    with reopened(home) as runtime:
        (item,) = runtime.quarantine.items(SOURCE)
        runtime.quarantine.replace(replace(item, body=answer(NOON + timedelta(minutes=3))[1]))  # can be read now
    retry = ["quarantine", "retry", "--all"]
    assert AFTER["quarantine"] in interrupted(home, *retry, point=point)
    with reopened(home) as runtime:
        assert imbalances(runtime) == []
    assert millrace(*retry, "--home", str(home)).returncode == 0
    with reopened(home) as runtime:
        run(runtime)
        run(runtime, "polls")
        assert seen(runtime) == expected([1, 2, 3])
        assert imbalances(runtime) == []


def test_quarantine_take(home: Path) -> None:
    with reopened(home) as runtime:
        (one,) = run_query(runtime, f"SELECT min(snapshot_id) FROM {TABLE}").rows[0]
    take = ["quarantine", "take", str(one), "--reason", "a test's data"]
    assert AFTER["quarantine"] in interrupted(home, *take, point=CommitPoint.RECORD_TAKEN)
    with reopened(home) as runtime:
        assert imbalances(runtime) == []
    done = millrace(*take, "--home", str(home))
    assert done.returncode == 0, done.stderr
    with reopened(home) as runtime:
        run(runtime)
        assert seen(runtime) == expected([2])
        assert imbalances(runtime) == []


@pytest.mark.parametrize("engine", [pytest.param("spark", marks=SPARK_MARKS)])
def test_verify(engine: str, tmp_path: Path) -> None:
    with started("verify", "--engine", engine, "--every", "6h", TMPDIR=str(tmp_path)) as process:
        said("compared: ")(process)
        line = stopped(process)

    assert AFTER["verify"] in line
    assert list(tmp_path.glob("millrace-verify-*")) == []
