"""A partition that the quality gate refuses waits, and the others are published."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from millrace.cli.terminal.app import app
from millrace.clock import ManualClock
from millrace.commit_points import CommitPoint
from millrace.firehose.envelope import Snapshot, to_record
from millrace.glue_workflow.jobs import JOBS, quality_check
from millrace.glue_workflow.ports import RunRecord
from millrace.glue_workflow.quality import parse
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.glue_workflow.run.runner import WorkflowRunner
from millrace.glue_workflow.run_request import Only, Reviewer, RunRequest
from millrace.infra.runtime.local import LocalRuntime
from millrace.lake.kind import open_lake
from millrace.notify.recording import RecordingNotifier
from millrace.settings import Settings
from millrace.usecases.audit import audit_rows
from millrace.usecases.page import write_page
from millrace.usecases.queries import run_query
from millrace.usecases.status import status_rows
from tests.end_to_end.feed import SINGAPORE, response
from tests.end_to_end.runs.test_gate import INSIDE, OUTSIDE, attempt_of
from tests.end_to_end.small_lake import NOON, SOURCE, imbalances, run, seen
from tests.shipped import PIPELINES

GOOD_DAY, BAD_DAY = "2024-05-30", "2024-05-31"
NEXT_DAY = 24 * 60
RULE = 'ColumnValues "longitude" between 103.55 and 104.15 with threshold >= 0.95'


def lake(home: Path, **more: Any) -> LocalRuntime:
    runtime = LocalRuntime(Settings(home=home, feed="simulated"), **more)
    open_lake(runtime.storage, "simulated", runtime.clock)
    return runtime


def deliver(runtime: LocalRuntime, minute: int, positions: Sequence[str], *, polled: timedelta = timedelta(0)) -> None:
    at = NOON + timedelta(minutes=minute)
    body = response(list(positions), at)
    record = to_record(Snapshot(SOURCE, SINGAPORE, at, at, at + polled, body))
    runtime.stream.put([record, attempt_of(record, at, len(positions))])
    runtime.stream.flush(everything=True)


def one_bad_day(runtime: LocalRuntime) -> None:
    deliver(runtime, 1, [INSIDE] * 3)
    deliver(runtime, NEXT_DAY, [INSIDE, OUTSIDE])


def mend(runtime: LocalRuntime) -> None:
    """A correction of the bad snapshot: it supersedes it."""
    deliver(runtime, NEXT_DAY, [INSIDE] * 2, polled=timedelta(minutes=1))


def refine(
    runtime: LocalRuntime, told: RecordingNotifier | None = None, *, together: bool = False, code: str = ""
) -> RunRecord:
    runner = runtime.runner()
    services = replace(runner.services, notifier=told or RecordingNotifier())
    services = replace(services, code_version=code) if code else services
    return WorkflowRunner(services, runner.leases).run(replace(PIPELINES.refinement(SOURCE), all_or_nothing=together))


def ledgers(runtime: LocalRuntime) -> dict[str, tuple[int, int, int]]:
    """By partition: pending, held and published."""
    run(runtime, "polls")
    rows, problems = audit_rows(runtime, [], lambda done, of: None)
    assert problems == []
    return {row["dt"]: (row["pending"], row["held"], row["published"]) for row in rows if row["source"] == SOURCE}


def held(runtime: LocalRuntime) -> list[str]:
    return [one.partition for one in runtime.runs.held()]


def test_a_day_that_fails_waits_and_the_others_are_published(tmp_path: Path) -> None:
    told = RecordingNotifier()
    with lake(tmp_path) as runtime:
        one_bad_day(runtime)
        record = refine(runtime, told)
        assert (record.state, record.held) == ("succeeded", (BAD_DAY,))
        assert seen(runtime) == [3]
        assert told.kinds == ["quality.held"]
        assert (told.events[0].details["partitions"], told.events[0].details["rules"]) == (BAD_DAY, [RULE])
        assert ledgers(runtime) == {GOOD_DAY: (0, 0, 1), BAD_DAY: (0, 1, 0)}
        found = run_query(runtime, 'SELECT workflow, "partition", rule, run_id FROM ops.held_partitions').rows
        assert found == [(SOURCE, BAD_DAY, RULE, record.run_id)]
        results = run_query(runtime, "SELECT partitions, action, count(*) FROM ops.quality_results GROUP BY 1, 2").rows
        assert ((BAD_DAY, "stop", 1) in results, (GOOD_DAY, "stop", 1) in results) == (True, False)


def test_a_held_day_is_shown_with_its_rule_and_status_says_so(tmp_path: Path) -> None:
    with lake(tmp_path) as runtime:
        one_bad_day(runtime)
    command = CliRunner()
    ended = command.invoke(app, ["run", SOURCE, "--home", str(tmp_path)])
    assert ended.exit_code == 1
    assert f"Held: {BAD_DAY}" in ended.stderr
    with lake(tmp_path) as runtime:
        (newest,) = runtime.runs.runs(SOURCE)
        rows, problems = status_rows(runtime)
        assert next(row["held"] for row in rows if row["source"] == SOURCE) == BAD_DAY
        assert any(f"{SOURCE}: {BAD_DAY} is held" in one and RULE in one for one in problems)
        write_page(runtime, tmp_path / "page.html", GOOD_DAY)
        page = (tmp_path / "page.html").read_text()
        assert "1 partition held" in page
        assert escape(RULE) in page
    shown = command.invoke(app, ["runs", "show", newest.run_id, "--home", str(tmp_path)])
    assert f"{BAD_DAY} is held: {RULE}" in shown.stderr
    assert BAD_DAY in command.invoke(app, ["runs", "--home", str(tmp_path), "--format", "csv"]).stdout
    assert command.invoke(app, ["status", "--home", str(tmp_path)]).exit_code == 1


def test_a_held_day_is_not_read_again_until_data_code_or_a_person_asks_for_it(tmp_path: Path) -> None:
    with lake(tmp_path) as runtime:
        one_bad_day(runtime)
        refine(runtime)
        again = refine(runtime)
        assert (again.partitions, again.held) == ((), ())  # nothing was touched
        changed = refine(runtime, code="another")
        assert (changed.partitions, changed.held) == ((BAD_DAY,), (BAD_DAY,))
        assert changed.state == "failed"  # nothing else was there to be published
        runner = runtime.runner()
        asked = runner.run(PIPELINES.refinement(SOURCE), RunRequest(Only((BAD_DAY,))))
        assert (asked.partitions, asked.held) == ((BAD_DAY,), (BAD_DAY,))
        mend(runtime)
        mended = refine(runtime)
        assert (mended.partitions, mended.held) == ((BAD_DAY,), ())
        assert (seen(runtime), held(runtime), runtime.pending.touched(SOURCE)) == ([3, 2], [], [])
        assert ledgers(runtime)[BAD_DAY] == (0, 0, 1)


def test_a_day_is_judged_the_same_alone_and_with_others(tmp_path: Path) -> None:
    alone, together = tmp_path / "alone", tmp_path / "together"
    verdicts = {}
    for home in (alone, together):
        with lake(home) as runtime:
            deliver(runtime, 1, [INSIDE] * 100)  # with so many good rows, the bad ones would be under the threshold
            if home is alone:
                refine(runtime)
            deliver(runtime, NEXT_DAY, [INSIDE, OUTSIDE])
            refine(runtime)
            rows = runtime.runs.quality(partitions=BAD_DAY)
            verdicts[home] = [(one.rule, one.value, one.verdict, one.message) for one in rows]
            assert (seen(runtime), held(runtime)) == ([100], [BAD_DAY])
    assert verdicts[alone] == verdicts[together]


def test_with_all_or_nothing_every_day_of_the_batch_waits(tmp_path: Path) -> None:
    told = RecordingNotifier()
    with lake(tmp_path) as runtime:
        one_bad_day(runtime)
        record = refine(runtime, told, together=True)
        assert (record.state, record.held) == ("failed", (GOOD_DAY, BAD_DAY))
        assert told.kinds == ["quality.stopped", "run.failed"]
        assert (seen(runtime), held(runtime)) == ([], [GOOD_DAY, BAD_DAY])
        assert ledgers(runtime) == {GOOD_DAY: (0, 1, 0), BAD_DAY: (0, 1, 0)}
        mend(runtime)
        assert refine(runtime, together=True).partitions == (GOOD_DAY, BAD_DAY)  # they go together
        assert (seen(runtime), held(runtime)) == ([3, 2], [])


def test_a_day_held_for_too_long_fails_the_audit(tmp_path: Path) -> None:
    clock = ManualClock(NOON)
    with lake(tmp_path, clock=clock) as runtime:
        one_bad_day(runtime)
        refine(runtime)
        clock.set(NOON + timedelta(hours=23))
        refine(runtime, code="another")  # refused again: it has been held since the first time
        assert ledgers(runtime)[BAD_DAY] == (0, 1, 0)
        clock.set(NOON + timedelta(hours=25))
        assert imbalances(runtime) == [f"{SOURCE} {BAD_DAY}: held: for 1 day, 1:00:00, more than 1 day, 0:00:00"]


def test_the_daily_listing_leaves_a_held_day_alone(tmp_path: Path) -> None:
    clock = ManualClock(NOON + timedelta(days=1))
    with lake(tmp_path, clock=clock) as runtime:
        one_bad_day(runtime)
        refine(runtime)
        clock.set(NOON + timedelta(days=2))
        assert refine(runtime).partitions == ()


def test_a_dry_run_of_a_day_that_fails_holds_nothing(tmp_path: Path) -> None:
    with lake(tmp_path) as runtime:
        one_bad_day(runtime)
        runner = replace(runtime.runner(), review=lambda _: False)
        record = runner.dry_run(
            PIPELINES.refinement(SOURCE), RunRequest(Only((GOOD_DAY, BAD_DAY)), review=Reviewer.REPROCESS)
        )
        assert record.held == (BAD_DAY,)
        assert held(runtime) == []
        assert [one.dt for one in runtime.pending.touched(SOURCE)] == [GOOD_DAY, BAD_DAY]


COMPARING = """Rules = [
    RowCount >= avg(last(3)),
    ColumnValues "longitude" between 103.55 and 104.15 labels=["on_failure"="set_aside"]
]"""


@pytest.mark.soak
def test_a_rule_that_compares_with_the_past_judges_a_day_the_same_alone_and_with_others(tmp_path: Path) -> None:
    """Each day is compared with the days before it, those of the same run included; what is held is no past."""
    sizes = {0: 20, NEXT_DAY: 30, 2 * NEXT_DAY: 10, 3 * NEXT_DAY: 25}
    verdicts = {}
    jobs: Mapping[str, Callable[[JobContext], JobResult]] = {
        **JOBS,
        "quality_check": partial(quality_check.check, ruleset=parse(COMPARING)),
    }
    for name in ("together", "one by one"):
        with lake(tmp_path / name) as runtime:
            for minute, taxis in sizes.items():
                deliver(runtime, minute, [INSIDE] * taxis + [OUTSIDE])
                if name == "one by one":
                    replace(runtime.runner(), jobs=jobs).run(PIPELINES.refinement(SOURCE))
            replace(runtime.runner(), jobs=jobs).run(PIPELINES.refinement(SOURCE))
            found = runtime.runs.quality(table="staging.taxi_position", rule="RowCount >= avg(last(3))")
            verdicts[name] = sorted((one.partitions, one.check_number, one.value, one.verdict) for one in found)
            assert (seen(runtime), held(runtime)) == ([20, 30, 25], ["2024-06-01"])
            aside = run_query(runtime, "SELECT dt, count(*) FROM ops.rows_set_aside GROUP BY dt ORDER BY dt").rows
            assert [(str(dt), count) for dt, count in aside] == [(GOOD_DAY, 1), (BAD_DAY, 1), ("2024-06-02", 1)]
            ledgers(runtime)
    assert verdicts["together"] == verdicts["one by one"]


def killed(home: Path, point: str) -> None:
    command = [sys.executable, "-m", "millrace", "run", SOURCE, "--home", str(home)]
    environment = {**os.environ, "MILLRACE_KILL_AT": point}
    ended = subprocess.run(command, env=environment, stderr=subprocess.DEVNULL, check=False)
    assert ended.returncode == -signal.SIGKILL


@pytest.fixture(scope="module")
def bad_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("held") / "lake"
    with lake(home) as runtime:
        one_bad_day(runtime)
    return home


@pytest.fixture(scope="module")
def mended_day(bad_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bad day is held, and its correction waits for a run."""
    home = Path(shutil.copytree(bad_day, tmp_path_factory.mktemp("mended") / "lake"))
    with lake(home) as runtime:
        refine(runtime)
        mend(runtime)
    return home


@pytest.mark.parametrize(
    "point", [CommitPoint.QUALITY_STORED, CommitPoint.PARTITIONS_HELD, CommitPoint.HELD_NOT_PENDING, "prod.written"]
)
def test_a_run_killed_between_verdict_and_flip_loses_no_day(bad_day: Path, tmp_path: Path, point: str) -> None:
    home = Path(shutil.copytree(bad_day, tmp_path / "lake"))
    killed(home, str(point))
    with lake(home) as runtime:
        waiting = {*held(runtime), *(one.dt for one in runtime.pending.touched(SOURCE))}
        assert waiting == {GOOD_DAY, BAD_DAY}
        assert all(row[2] == 0 for row in ledgers(runtime).values())
        assert refine(runtime).held in ((BAD_DAY,), ())  # read again only if it is still pending
        assert (seen(runtime), held(runtime)) == ([3], [BAD_DAY])
        assert ledgers(runtime) == {GOOD_DAY: (0, 0, 1), BAD_DAY: (0, 1, 0)}


@pytest.mark.parametrize("point", ["flip.before_commit", CommitPoint.FLIP_COMMITTED, CommitPoint.HELD_RELEASED])
def test_a_run_killed_while_it_frees_a_held_day_is_followed_by_a_whole_one(
    mended_day: Path, tmp_path: Path, point: str
) -> None:
    home = Path(shutil.copytree(mended_day, tmp_path / "lake"))
    killed(home, str(point))
    with lake(home) as runtime:
        assert ledgers(runtime)[BAD_DAY][2] == (0 if point == "flip.before_commit" else 1)
        assert refine(runtime).state == "succeeded"
        assert (seen(runtime), held(runtime), runtime.pending.touched(SOURCE)) == ([3, 2], [], [])
        assert ledgers(runtime) == {GOOD_DAY: (0, 0, 1), BAD_DAY: (0, 0, 1)}
