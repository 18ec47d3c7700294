"""Vacuum on a whole lake: what goes, what stays, and kill -9 in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from millrace.clock import ManualClock, SystemClock
from millrace.commit_points import CommitPoint
from millrace.errors import LeaseHeld
from millrace.glue_workflow.ports import RunState
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.runs import resume_run
from millrace.usecases.versions import roll_back, vacuum
from tests.end_to_end.small_lake import (
    SOURCE,
    expected,
    imbalances,
    seen,
    staged,
)
from tests.end_to_end.versioned_lake import DAY, FIRST, STAGING, TABLE, THIRD


def after(home: Path, **time: float) -> LocalRuntime:
    clock = ManualClock(SystemClock().now() + timedelta(**time))
    return LocalRuntime(Settings(home=home, feed="simulated"), clock=clock)


def versions_of(runtime: LocalRuntime, table: str) -> list[int]:
    """The rows of the versions on record, newest first; each has its files."""
    records = runtime.catalog.history(table)
    for record in records:
        for file in record.version.files:
            assert runtime.storage.get(file.key)
    return [record.version.rows for record in records]


def test_nothing_goes_within_the_window(home: Path) -> None:
    with after(home, hours=23) as runtime:
        assert vacuum(runtime, dry_run=False) == []


def test_staging_goes_before_prod_and_the_target_of_a_rollback_last(home: Path) -> None:
    with after(home, days=2) as runtime:
        vacuum(runtime, dry_run=False)
        assert (versions_of(runtime, STAGING), versions_of(runtime, TABLE)) == ([20, 14], [5, 4, 2])
        roll_back(runtime, TABLE, DAY, None, dry_run=True, show=lambda *_: None)  # still there to go back to
    with after(home, days=8) as runtime:
        rows = vacuum(runtime, dry_run=False)
        assert (versions_of(runtime, STAGING), versions_of(runtime, TABLE)) == ([20], [5])
        assert {row["reason"] for row in rows} == {"past its retention"}
        assert sum(row["bytes"] for row in rows) > 0
        assert (seen(runtime), staged(runtime)) == (expected(THIRD), 20)


def test_a_dry_run_says_the_same_and_removes_nothing(home: Path) -> None:
    with after(home, days=8) as runtime:
        objects = [found.key for found in runtime.storage.list("staging/")]
        shown = vacuum(runtime, dry_run=True)

        assert [found.key for found in runtime.storage.list("staging/")] == objects
        assert shown == vacuum(runtime, dry_run=False) != []


def test_what_was_rolled_back_to_stays_however_old(home: Path) -> None:
    with after(home) as runtime:
        for _ in range(2):
            roll_back(runtime, TABLE, DAY, None, dry_run=False, show=lambda *_: None)
    with after(home, days=30) as runtime:
        vacuum(runtime, dry_run=False)
        assert (seen(runtime), staged(runtime)) == (expected(FIRST), 5)


def test_old_objects_in_managed_places_that_nothing_knows_of_go_and_no_others(home: Path) -> None:
    current = next((home / "prod/taxi_availability").glob(f"run=*/dt={DAY}"))
    orphans = [
        home / "staging/taxi_position/run=20200101T000000-aaaa-1/dt=2020-01-01/part-00000.parquet",
        current / "part-00009.parquet",
    ]
    others = [
        home / "staging/taxi_position/notes.txt",
        home / "staging/my_table/run=1/x.parquet",
        home / "raw/taxi_availability/dt=2020-01-01/hour=00/x.json.gz",
        home / "quarantine/taxi_availability/dt=2020-01-01/x.json",
        home / "run=1/x.parquet",
    ]
    for path in [*orphans, *others]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"12345")
    with after(home, hours=23) as runtime:
        assert vacuum(runtime, dry_run=False) == []  # younger than a day: somebody may be at it
    with after(home, hours=25) as runtime:
        rows = [row for row in vacuum(runtime, dry_run=False) if row["reason"] == "on no record"]
        assert {row["object"] for row in rows} == {path.relative_to(home).as_posix() for path in orphans}
        assert {row["bytes"] for row in rows} == {5}
        assert seen(runtime) == expected(THIRD)
    assert [path.exists() for path in orphans] == [False, False]
    assert all(path.exists() for path in others)


def test_what_an_export_that_died_left_goes_after_a_day(home: Path) -> None:
    left = home / "exports/0123/part-00000.parquet"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"123")
    with after(home, hours=23) as runtime:
        assert vacuum(runtime, dry_run=False) == []
    with after(home, hours=25) as runtime:
        vacuum(runtime, dry_run=True)
        assert left.exists()
        assert "left by an export that died" in {row["reason"] for row in vacuum(runtime, dry_run=False)}
    assert not left.exists()


def millrace(*arguments: str, kill_at: str = "") -> int:
    command = [sys.executable, "-m", "millrace", *arguments]
    environment = {**os.environ, "MILLRACE_KILL_AT": kill_at}
    return subprocess.run(command, env=environment, stderr=subprocess.DEVNULL, timeout=60, check=False).returncode


def killed_run(home: Path) -> str:
    arguments = ("run", SOURCE, "--partition", DAY, "--home", str(home))
    assert millrace(*arguments, kill_at=CommitPoint.STAGING_REGISTERED) == -signal.SIGKILL
    with after(home) as runtime:
        return runtime.runs.runs(SOURCE, limit=1)[0].run_id


def test_what_a_run_that_can_be_resumed_left_stays(home: Path) -> None:
    dead = killed_run(home)
    with after(home, hours=1) as runtime:
        assert vacuum(runtime, dry_run=False) == []
        assert resume_run(runtime, dead, progress=lambda _: None).state == "succeeded"


def test_what_an_older_dead_run_left_goes(home: Path) -> None:
    killed_run(home)
    left = killed_run(home)  # removes what the first left, and dies itself
    with after(home) as runtime:
        (candidate,) = runtime.catalog.unpublished(STAGING)
        (record,) = runtime.runs.runs(SOURCE, limit=1)
        assert record.run_id == left
        later = replace(record, run_id="20990101T000000-0000", state=RunState.SUCCEEDED)
        runtime.runs.save_run(later)
        rows = vacuum(runtime, dry_run=False)
        assert (candidate.version, "never published") in {(row["version"], row["reason"]) for row in rows}
        assert runtime.catalog.unpublished(STAGING) == []


def test_killed_between_files_and_record_it_is_finished_by_the_next(home: Path) -> None:
    with after(home, days=8) as runtime:
        planned = vacuum(runtime, dry_run=True)
    script = (
        "import sys\n"
        "from datetime import timedelta\n"
        "from pathlib import Path\n"
        "from millrace.usecases.versions import vacuum\n"
        "from millrace.infra.runtime.local import LocalRuntime\n"
        "from millrace.clock import ManualClock, SystemClock\n"
        "from millrace.settings import Settings\n"
        "settings = Settings(home=Path(sys.argv[1]), feed='simulated', kill_at='delete.files_gone')\n"
        "clock = ManualClock(SystemClock().now() + timedelta(days=8))\n"
        "vacuum(LocalRuntime(settings, clock=clock), dry_run=False)\n"
    )
    root = Path(__file__).resolve().parents[3]
    killed = subprocess.run([sys.executable, "-c", script, str(home)], cwd=root, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    with after(home, days=8) as runtime:
        assert (seen(runtime), staged(runtime)) == (expected(THIRD), 20)
        assert len(runtime.catalog.history(TABLE)) == 3
        assert len(vacuum(runtime, dry_run=False)) == len(planned)
        assert (versions_of(runtime, STAGING), versions_of(runtime, TABLE)) == ([20], [5])
        assert imbalances(runtime) == []


def test_it_does_not_work_beside_a_run(home: Path) -> None:
    with after(home, days=8) as runtime, runtime.leases.hold(SOURCE), pytest.raises(LeaseHeld):
        vacuum(runtime, dry_run=False)


def test_the_command_line_says_what_went(home: Path) -> None:
    assert millrace("vacuum", "--home", str(home)) == 0
