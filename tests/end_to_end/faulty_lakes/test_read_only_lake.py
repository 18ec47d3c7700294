"""A lake on a read-only file system: everything that only reads works, and what would write says why it cannot."""

from __future__ import annotations

import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import SOURCE, answer, lake_at, poll_minutes, run

READING = [
    ["query", "SELECT count(*) AS n FROM prod.taxi_availability", "--format", "csv"],
    ["query", "SELECT * FROM prod.taxi_availability ORDER BY random()"],
    ["query", "SHOW TABLES"],
    ["tables"],
    ["tables", "prod.taxi_availability"],
    ["files", "prod.taxi_availability"],
    ["runs"],
    ["versions", "prod.taxi_availability"],
    ["schedules", "list"],
    ["quarantine", "list"],
    ["audit"],
]


def read_only(lake: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a command where the lake is mounted read-only: as root, permissions would not keep it from writing."""
    quoted, command = shlex.quote(str(lake)), shlex.join([sys.executable, "-m", "millrace", *arguments])
    script = (
        f"mount --bind {quoted} {quoted} && mount -o remount,ro,bind {quoted} || exit 99; {command} --home {quoted}"
    )
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip(f"nothing can be mounted here: {done.stderr}")
    return done


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("read_only") / "lake"
    with serving(answer) as url, lake_at(home, url) as runtime:
        poll_minutes(runtime, [0, 1, 2])
        run(runtime)
    return home


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_what_only_reads_works(lake: Path, arguments: list[str]) -> None:
    done = read_only(lake, *arguments)

    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_status_and_the_page(lake: Path, tmp_path: Path) -> None:
    status = read_only(lake, "status")
    assert status.returncode in (0, 1)  # the data of a test is old
    assert SOURCE in status.stdout
    page = read_only(lake, "preview", "--output", str(tmp_path / "page.html"))
    assert page.returncode == 0, page.stderr
    assert "Thursday 30 May 2024" in (tmp_path / "page.html").read_text()


def test_what_writes_says_why_it_cannot(lake: Path) -> None:
    for arguments in (["run", SOURCE], ["schedules", "disable", "run-polls"]):
        done = read_only(lake, *arguments)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert "cannot be written" in done.stderr


def test_the_state_file_of_an_older_version_is_read(lake: Path, tmp_path: Path) -> None:
    """Its instants have other text forms; what is read is brought to today's form in the private copy only."""
    older = tmp_path / "older"
    shutil.copytree(lake, older)
    with closing(sqlite3.connect(older / "state.db")) as state:
        for column in ("created_at", "published_at", "replaced_at"):
            state.execute(f"UPDATE catalog_version SET {column} = replace(rtrim({column}, 'Z'), 'T', ' ')")
        state.execute("UPDATE run SET started_at = substr(started_at, 1, 23) || '+00:00'")
        state.execute("PRAGMA user_version = 0")
        state.commit()
    before = (older / "state.db").read_bytes()
    for command in (["versions", "prod.taxi_availability"], ["runs"]):
        assert read_only(older, *command).stdout == read_only(lake, *command).stdout != ""
    assert (older / "state.db").read_bytes() == before
