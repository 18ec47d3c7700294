"""kill -9 of a real `millrace run` at every commit point and at random: readers see old or new, and nothing is lost."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from millrace.commit_points import CommitPoint
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.runs import resume_run
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import (
    SOURCE,
    answer,
    current_files,
    expected,
    imbalances,
    lake_at,
    listed_files,
    poll_minutes,
    run,
    seen,
    staged,
)

OLD, ADDED = [1, 2], [3, 4, 5]
ALL = OLD + ADDED
FLIPPED = {
    CommitPoint.FLIP_COMMITTED,
    CommitPoint.FILES_LISTED,
    CommitPoint.PENDING_CLEARED,
    CommitPoint.RUN_FINISHED,
}
IN_A_RUN = [
    CommitPoint.RUN_STARTED,
    CommitPoint.CRAWL_REGISTERED,
    CommitPoint.DELETE_DONE,
    CommitPoint.VERSION_PLANNED,
    CommitPoint.VERSION_WRITTEN,
    CommitPoint.STAGING_REGISTERED,
    CommitPoint.QUALITY_STORED,
    CommitPoint.PROD_WRITTEN,
    CommitPoint.FLIP_BEFORE_COMMIT,
    *sorted(FLIPPED),
]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake whose readers see OLD, with ADDED waiting for the next run."""
    home = tmp_path_factory.mktemp("template") / "lake"
    with serving(answer) as url, lake_at(home, url) as runtime:
        poll_minutes(runtime, OLD)
        run(runtime)
        poll_minutes(runtime, ADDED)
    return home


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "lake"))


def millrace(home: Path, *arguments: str, kill_at: str = "") -> subprocess.Popen[bytes]:
    environment = {**os.environ, "MILLRACE_KILL_AT": kill_at}
    command = [sys.executable, "-m", "millrace", "run", SOURCE, *arguments, "--home", str(home)]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


def reopened(home: Path) -> LocalRuntime:
    return LocalRuntime(Settings(home=home, feed="simulated"))


def assert_whole(runtime: LocalRuntime) -> None:
    assert seen(runtime) == expected(ALL)
    assert staged(runtime) == sum(expected(ALL))
    run(runtime, "polls")
    assert imbalances(runtime) == []
    assert listed_files(runtime) == current_files(runtime)


@pytest.mark.parametrize("point", IN_A_RUN)
def test_a_run_killed_at_a_commit_point_is_followed_by_a_whole_one(home: Path, point: CommitPoint) -> None:
    with millrace(home, kill_at=point) as process:
        assert process.wait(60) == -signal.SIGKILL
    with reopened(home) as runtime:
        assert seen(runtime) == expected(ALL if point in FLIPPED else OLD)
        run(runtime)
        assert_whole(runtime)


@pytest.mark.parametrize(
    "point", [CommitPoint.STAGING_REGISTERED, CommitPoint.PROD_WRITTEN, CommitPoint.FLIP_COMMITTED]
)
def test_a_killed_run_is_resumed_from_where_it_was(home: Path, point: CommitPoint) -> None:
    with millrace(home, kill_at=point) as process:
        process.wait(60)
    with reopened(home) as runtime:
        (dead,) = runtime.runs.runs(SOURCE, limit=1)
        record = resume_run(runtime, dead.run_id, progress=lambda _: None)
        assert (record.state, record.attempt) == ("succeeded", 2)
        again = [job.job for job in runtime.runs.jobs(dead.run_id) if job.attempt == 2]
        assert again[0] == ("create_parquet" if point is CommitPoint.STAGING_REGISTERED else "prod")
        assert_whole(runtime)


@pytest.mark.parametrize("seed", range(4))
def test_a_run_killed_at_random_is_followed_by_a_whole_one(home: Path, seed: int) -> None:
    with millrace(home) as process:
        try:
            process.wait(random.Random(seed).uniform(0.6, 2.0))  # from before its first step to after its last
        except subprocess.TimeoutExpired:
            process.kill()
    with reopened(home) as runtime:
        assert seen(runtime) in (expected(OLD), expected(ALL))
        run(runtime)
        assert_whole(runtime)


def test_what_a_dead_run_wrote_is_removed_by_the_next(home: Path) -> None:
    with millrace(home, kill_at=CommitPoint.PROD_WRITTEN) as process:
        process.wait(60)
    with reopened(home) as runtime:
        dead = runtime.runs.runs(SOURCE, limit=1)[0].run_id
        left = [found.key for found in runtime.storage.list("") if f"run={dead}" in found.key]
        assert left
        run(runtime)
        assert [found.key for found in runtime.storage.list("") if f"run={dead}" in found.key] == []


@pytest.mark.parametrize("point", [CommitPoint.FLIP_COMMITTED, CommitPoint.FILES_LISTED])
def test_lists_of_files_that_a_dead_run_owes_are_written_by_a_run_that_has_nothing_else_to_do(
    home: Path, point: CommitPoint
) -> None:
    with reopened(home) as runtime:
        run(runtime)
    with millrace(home, "--partition", "2024-05-30", kill_at=point) as process:  # it was not on the pending list
        assert process.wait(60) == -signal.SIGKILL
    with reopened(home) as runtime:
        assert listed_files(runtime) != current_files(runtime)
        run(runtime)
        assert listed_files(runtime) == current_files(runtime)
        assert runtime.runs.jobs(runtime.runs.runs(SOURCE, limit=1)[0].run_id)[-1].job == "crawl"
