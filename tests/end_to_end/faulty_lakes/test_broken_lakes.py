"""A lake that is missing or broken: every command says so with exit status 2, and creates nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from millrace.cli.terminal.app import app
from millrace.clock import SystemClock
from millrace.errors import LakeError
from millrace.lake.kind import MARKER, open_lake
from millrace.lake.local import LocalStorage
from millrace.state.sqlite import STATE_FILE, StateFile
from tests.end_to_end.commands.test_command_line import commands

SOURCE = "taxi_availability"
MAKING = {"demo", "poll", "backfill", "generate", "up"}  # these make a lake where there is none
WITHOUT_A_LAKE = {
    *(
        "bootstrap",
        "cost",
        "deploy",
        "destroy",
        "diff",
        "list",
        "new project",
        "new source",
        "notify test",
        "preflight",
        "promote",
        "simulate",
        "synth",
    ),
    *(f"dashboards {name}" for name in ("list", "render", "publish", "diff", "pull")),
    *("validate", "verify"),
    *("workflows compile", "workflows list", "workflows show"),
}

ARGUMENTS = {
    "demo": ["--minutes", "1"],
    "poll": [SOURCE],
    "backfill": [SOURCE, "--from", "2024-05-30T08:00", "--to", "2024-05-30T08:01"],
    "run": [SOURCE],
    "query": ["SELECT 1"],
    "files": ["prod.taxi_availability"],
    "export": ["--duckdb", "/tmp/no-such-folder/lake.duckdb"],
    "versions": ["prod.taxi_availability"],
    "rollback": ["prod.taxi_availability", "--partition", "2024-05-30"],
    "reprocess": [SOURCE, "--partition", "2024-05-30"],
    "preview": ["--output", "/dev/null"],
    "athena": ["--port", "0"],
    "up": ["--port", "0"],
    "runs show": ["20240530T160000-1a2b"],
    "runs resume": ["20240530T160000-1a2b"],
    "quality check": ["rules.dqdl", "--table", "prod.taxi_availability"],
    "quality explain": ["rules.dqdl", "--table", "prod.taxi_availability"],
    "quality suggest": ["--table", "prod.taxi_availability"],
    "quarantine show": ["0f3c"],
    "quarantine retry": ["--all"],
    "quarantine drop": ["0f3c", "--reason", "a test"],
    "quarantine take": [f"{SOURCE}-20240530T040058Z-b136f0735f565935", "--reason", "a test"],
    "schedules enable": ["run-polls"],
    "schedules disable": ["run-polls"],
}
DOCTOR = "doctor"  # it opens a broken lake, to say what is wrong
COMMANDS = [name for name in map(" ".join, commands()) if name not in WITHOUT_A_LAKE]


def lake(home: Path) -> Path:
    open_lake(LocalStorage(home), "live", SystemClock())
    state = StateFile(home / STATE_FILE)
    state.declare("CREATE TABLE known (name TEXT)")
    state.close()
    return home


def with_an_unreadable_marker(home: Path) -> None:
    (home / MARKER).write_bytes(b'{"kind": "li')


def with_a_marker_of_a_later_format(home: Path) -> None:
    (home / MARKER).write_text('{"kind": "live", "format_version": 99, "created_at": "2024-05-30 00:00:00"}')


def with_a_state_that_is_no_database(home: Path) -> None:
    (home / STATE_FILE).write_bytes(b"no database" * 1000)


def with_a_damaged_state(home: Path) -> None:
    content = (home / STATE_FILE).read_bytes()
    (home / STATE_FILE).write_bytes(content[:100] + b"\xff" * 3000 + content[3100:])


def with_an_empty_state(home: Path) -> None:
    (home / STATE_FILE).write_bytes(b"")
    LocalStorage(home).put(f"raw/{SOURCE}/dt=2024-05-30/hour=12/one.json.gz", b"data")


BROKEN = [
    with_an_unreadable_marker,
    with_a_marker_of_a_later_format,
    with_a_state_that_is_no_database,
    with_a_damaged_state,
    with_an_empty_state,
]


def call(command: str, home: Path) -> object:
    """The exit status of a command that ends by one."""
    return app([*command.split(), *ARGUMENTS.get(command, []), "--home", str(home)], standalone_mode=False)


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in MAKING])
def test_where_there_is_no_lake_the_exit_status_is_2_and_nothing_is_made(command: str, tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="there is no lake at") as refused:
        call(command, tmp_path / "none")

    assert refused.value.exit_status == 2
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("command", "broken"),
    [
        pytest.param(command, broken, id=f"{command}-{broken.__name__}")
        for command in COMMANDS
        for broken in BROKEN
        # The audit counts a lake without state as far as its objects tell.
        if command != DOCTOR and (command, broken) != ("audit", with_an_empty_state)
    ],
)
def test_a_broken_lake_has_exit_status_2_and_stays_as_it_is(
    command: str, broken: Callable[[Path], None], tmp_path: Path
) -> None:
    home = lake(tmp_path / "lake")
    broken(home)
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}

    with pytest.raises(LakeError) as refused:
        call(command, home)

    assert refused.value.exit_status == 2
    assert str(home) in str(refused.value)
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("broken", BROKEN, ids=lambda one: one.__name__)
def test_the_doctor_names_what_is_broken_and_has_exit_status_2(
    broken: Callable[[Path], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = lake(tmp_path / "lake")
    broken(home)
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}

    assert call(f"{DOCTOR} --format json", home) == 2

    named = {ailment["place"] for ailment in json.loads(capsys.readouterr().out)}
    assert named == {MARKER if "marker" in broken.__name__ else STATE_FILE}
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_the_doctor_mends_a_state_that_is_no_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = lake(tmp_path / "lake")
    with_a_state_that_is_no_database(home)

    call(f"{DOCTOR} --rebuild-state", home)

    assert "nothing is wrong" in "".join(capsys.readouterr())
    (kept,) = home.glob(f"{STATE_FILE}.before-*")
    assert kept.read_bytes() == b"no database" * 1000


def test_state_is_remade_of_lakes_alone(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="there is no lake at"):
        call(f"{DOCTOR} --rebuild-state", tmp_path / "none")

    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("broken", [None, *BROKEN], ids=lambda one: one.__name__ if one else "missing")
def test_a_monitor_that_runs_the_command_sees_2(broken: Callable[[Path], None] | None, tmp_path: Path) -> None:
    home = tmp_path / "lake"
    if broken is not None:
        broken(lake(home))

    command = [sys.executable, "-m", "millrace", "status", "--home", str(home)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 2
    assert done.stderr.startswith("millrace: ")
    assert done.stderr.count("\n") == 1


def test_damage_that_shows_only_when_a_page_is_read_is_the_lake_s_fault(tmp_path: Path) -> None:
    state = StateFile(tmp_path / STATE_FILE)
    state.declare("CREATE TABLE IF NOT EXISTS t (name TEXT)")
    with state.transaction() as connection:
        connection.executemany("INSERT INTO t VALUES (?)", [("x" * 1000,)] * 1000)
    state.close()
    content = bytearray((tmp_path / STATE_FILE).read_bytes())
    content[32 * 1024 :] = b"\xff" * (len(content) - 32 * 1024)
    (tmp_path / STATE_FILE).write_bytes(content)

    damaged = StateFile(tmp_path / STATE_FILE)
    damaged.check()
    with pytest.raises(LakeError, match=r"malformed\. It is damaged"):
        damaged.connection.execute("SELECT * FROM t").fetchall()
    with pytest.raises(LakeError, match=r"malformed\. It is damaged"):
        list(damaged.connection.execute("SELECT * FROM t"))
