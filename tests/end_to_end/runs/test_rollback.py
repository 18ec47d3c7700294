"""Rollback on a whole lake: what readers see, what later runs do, what the ledger says, and kill -9 on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from millrace.clock import ManualClock, SystemClock
from millrace.commit_points import CommitPoint
from millrace.errors import LakeError, LeaseHeld, UnknownName, UsageError
from millrace.glue_workflow.ports import PartitionVersion
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.runs import run_workflow
from millrace.usecases.versions import ReportRows, release, roll_back, vacuum, version_rows
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
from tests.end_to_end.versioned_lake import DAY, FIRST, SECOND, STAGING, TABLE, THIRD, reopened


def back(runtime: LocalRuntime, to: str | None = None, *, dry_run: bool = False) -> ReportRows:
    shown: ReportRows = []
    roll_back(runtime, TABLE, DAY, to, dry_run=dry_run, show=lambda _, rows: shown.extend(rows))
    return shown


def runs_of(runtime: LocalRuntime) -> list[str]:
    """The runs that published, newest first."""
    return [str(row["run"]) for row in version_rows(runtime, TABLE, DAY) if row["published_at"]]


def test_readers_see_the_version_before_in_every_table(home: Path) -> None:
    with reopened(home) as runtime:
        shown = back(runtime)

        assert seen(runtime) == expected(SECOND)
        assert staged(runtime) == sum(expected(SECOND))
        taxis = next(row for row in shown if row["table"] == TABLE)
        assert (taxis["rows_now"], taxis["rows_then"]) == (5, 4)
        assert "taxis 4 -> 3.5" in taxis["means"]
        assert listed_files(runtime) == current_files(runtime)


def test_the_ledger_balances_and_calls_pending_what_readers_no_longer_see(home: Path) -> None:
    with reopened(home) as runtime:
        back(runtime)

        (ledger,) = runtime.audit().ledgers([DAY])
        assert (ledger.published, ledger.pending) == (4, 1)
        assert imbalances(runtime) == []


def test_a_dry_run_shows_the_same_and_changes_nothing(home: Path) -> None:
    with reopened(home) as runtime:
        shown = back(runtime, dry_run=True)

        assert seen(runtime) == expected(THIRD)
        assert runtime.catalog.pins(TABLE) == []
        assert shown == back(runtime)


def test_again_goes_further_back_and_to_a_run_goes_anywhere(home: Path) -> None:
    with reopened(home) as runtime:
        newest, *_ = runs_of(runtime)
        back(runtime)
        back(runtime)
        assert seen(runtime) == expected(FIRST)

        back(runtime, newest)

        assert seen(runtime) == expected(THIRD)


def test_runs_without_new_data_leave_it_as_it_is(home: Path) -> None:
    with reopened(home) as runtime:
        back(runtime)
        runtime.pending.add(SOURCE, DAY, runtime.clock.now())
        run(runtime)
        again = run_workflow(runtime, SOURCE, [DAY], full=False, progress=lambda _: None)

        assert again.state == "succeeded"
        assert seen(runtime) == expected(SECOND)
        assert runtime.pending.touched(SOURCE) == []
        assert "rolled back" in runtime.runs.jobs(again.run_id)[-1].log
        assert imbalances(runtime) == []


def test_data_that_the_version_left_behind_had_is_no_news_even_when_that_is_gone(home: Path) -> None:
    with reopened(home) as runtime:
        back(runtime)
    later = ManualClock(SystemClock().now() + timedelta(days=2))
    with LocalRuntime(Settings(home=home, feed="simulated"), clock=later) as runtime:
        vacuum(runtime, dry_run=False)
        assert [one.version.rows for one in runtime.catalog.history(STAGING)] == [sum(expected(SECOND)), 5]
        back(runtime)
        run_workflow(runtime, SOURCE, [DAY], full=False, progress=lambda _: None)

        assert seen(runtime) == expected(FIRST)


def test_new_data_ends_it_and_the_run_says_so(home: Path) -> None:
    with serving(answer) as url, lake_at(home, url) as runtime:
        back(runtime)
        poll_minutes(runtime, [6])
        run(runtime)

        assert seen(runtime) == expected([*THIRD, 6])
        assert runtime.catalog.pins(TABLE) == []
        log = runtime.runs.jobs(runtime.runs.runs(SOURCE, limit=1)[0].run_id)[-1].log
        assert f"{DAY}: no longer rolled back" in log
        run(runtime, "polls")
        assert imbalances(runtime) == []


def test_new_data_of_another_day_publishes_that_day_alone(home: Path) -> None:
    with serving(answer) as url, lake_at(home, url) as runtime:
        back(runtime)
        poll_minutes(runtime, [24 * 60])
        runtime.pending.add(SOURCE, DAY, runtime.clock.now())
        run(runtime)

        assert seen(runtime) == expected([*SECOND, 24 * 60])
        assert [pin.partition for pin in runtime.catalog.pins(TABLE)] == [DAY]


def test_release_lets_the_next_run_publish_without_new_data(home: Path) -> None:
    with reopened(home) as runtime:
        back(runtime)
        assert "millrace run taxi_availability" in release(runtime, TABLE, DAY)
        run(runtime)

        assert seen(runtime) == expected(THIRD)
        with pytest.raises(UsageError, match="is not rolled back"):
            release(runtime, TABLE, DAY)


def test_versions_tell_who_sees_what_and_where_a_rollback_goes(home: Path) -> None:
    with reopened(home) as runtime:
        before = version_rows(runtime, TABLE, None)
        back(runtime)
        after = version_rows(runtime, TABLE, DAY)

    assert [(row["rows"], row["state"], row["rollback"]) for row in before] == [
        (5, "current", ""),
        (4, "replaced", "default"),
        (2, "replaced", "possible"),
    ]
    assert [row["state"] for row in after] == ["replaced", "pinned", "replaced"]
    assert before[0]["kept_until"] == ""
    assert before[1]["kept_until"] > before[1]["replaced_at"]
    assert len({row["code_version"] for row in before}) == 1


def test_a_version_whose_files_are_gone_is_refused(home: Path) -> None:
    with reopened(home) as runtime:
        (gone,) = [one for one in runtime.catalog.history(TABLE) if one.version.rows == 4]
        runtime.storage.delete([file.key for file in gone.version.files])

        with pytest.raises(LakeError, match="past its retention"):
            back(runtime)
        assert seen(runtime) == expected(THIRD)


def test_a_version_past_its_retention_is_refused_by_name(home: Path) -> None:
    with reopened(home) as runtime:
        _, _, oldest = runs_of(runtime)
    later = ManualClock(SystemClock().now() + timedelta(days=2))
    with LocalRuntime(Settings(home=home, feed="simulated"), clock=later) as runtime:
        run_workflow(runtime, SOURCE, [DAY], full=False, progress=lambda _: None)  # its delete job removes the oldest
        with pytest.raises(
            UsageError, match=rf"has no version of run {oldest} on record: .* kept for 1 day, the one .* for 7 days,"
        ):
            back(runtime, oldest)


@pytest.mark.parametrize(
    ("table", "day", "to", "error", "message"),
    [
        ("prod.taxis", DAY, None, UnknownName, "prod.taxi_availability"),
        ("prod.area", DAY, None, UsageError, "has no partitions"),
        (TABLE, "2024-05-29", None, UsageError, "was never published"),
        (TABLE, DAY, "20240530T000000-0000", UsageError, "Choose one of: "),
        ("prod.poll_freshness", DAY, None, UsageError, "before the current one"),
    ],
)
def test_what_cannot_be_says_why(
    home: Path, table: str, day: str, to: str | None, error: type[Exception], message: str
) -> None:
    with reopened(home) as runtime, pytest.raises(error, match=message):
        roll_back(runtime, table, day, to, dry_run=False, show=lambda *_: None)


def test_the_version_that_readers_see_is_no_way_back(home: Path) -> None:
    with reopened(home) as runtime, pytest.raises(UsageError, match=r"see run .* already"):
        back(runtime, runs_of(runtime)[0])


def test_it_waits_for_no_run_and_lets_none_in(home: Path) -> None:
    with reopened(home) as runtime, runtime.leases.hold(SOURCE), pytest.raises(LeaseHeld):
        back(runtime)


def millrace(*arguments: str, kill_at: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "millrace", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "MILLRACE_KILL_AT": kill_at},
    )


@pytest.mark.parametrize(
    ("point", "minutes"), [(CommitPoint.ROLLBACK_BEFORE_COMMIT, THIRD), (CommitPoint.ROLLBACK_COMMITTED, SECOND)]
)
def test_killed_readers_see_old_or_new_in_every_table(home: Path, point: CommitPoint, minutes: list[int]) -> None:
    killed = millrace("rollback", TABLE, "--partition", DAY, "--home", str(home), kill_at=point)
    assert killed.returncode == -signal.SIGKILL
    with reopened(home) as runtime:
        assert seen(runtime) == expected(minutes)
        assert staged(runtime) == sum(expected(minutes))
        assert imbalances(runtime) == []
        run(runtime)
        assert listed_files(runtime) == current_files(runtime)
        run_workflow(runtime, SOURCE, [DAY], full=False, progress=lambda _: None)
        assert seen(runtime) == expected(minutes)


def test_a_release_that_was_killed_is_done_again(home: Path) -> None:
    with reopened(home) as runtime:
        back(runtime)
    arguments = ("rollback", TABLE, "--partition", DAY, "--release", "--home", str(home))
    assert millrace(*arguments, kill_at=CommitPoint.RELEASE_TOUCHED).returncode == -signal.SIGKILL
    assert millrace(*arguments).returncode == 0
    with reopened(home) as runtime:
        run(runtime)
        assert seen(runtime) == expected(THIRD)


def test_the_command_line_shows_and_does_it(home: Path) -> None:
    place = ("--home", str(home), "--format", "json")
    done = millrace("rollback", TABLE, "--partition", DAY, *place)
    listed = millrace("versions", TABLE, *place)

    assert done.returncode == 0, done.stderr
    assert {row["rows_then"] for row in json.loads(done.stdout) if row["table"] == TABLE} == {4}
    assert [row["state"] for row in json.loads(listed.stdout)] == ["replaced", "pinned", "replaced"]


def test_a_reader_sees_each_version_whole_while_it_goes_back_and_forth(home: Path) -> None:
    stop, views, errors = Event(), list[list[int]](), list[BaseException]()

    def read() -> None:
        try:
            with reopened(home) as reader:
                while not stop.is_set():
                    views.append(seen(reader))
        except BaseException as error:
            errors.append(error)
            raise

    with reopened(home) as runtime:
        newest, *_ = runs_of(runtime)
        reader = Thread(target=read)
        reader.start()
        try:
            for _ in range(8):
                back(runtime)
                back(runtime, newest)
        finally:
            stop.set()
            reader.join()
    assert errors == []
    assert all(view in (expected(SECOND), expected(THIRD)) for view in views)
    assert expected(SECOND) in views


def test_what_was_never_seen_is_no_place_to_go(home: Path) -> None:
    with reopened(home) as runtime:
        candidate = PartitionVersion(TABLE, DAY, "x-1", ())
        runtime.catalog.register([candidate])
        with pytest.raises(LakeError, match="never seen"):
            runtime.catalog.roll_back([candidate], [])
