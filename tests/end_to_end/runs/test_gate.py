"""The quality gate in whole runs: what fails stops, what may be set aside is, and readers never see in between."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from millrace.commit_points import CommitPoint
from millrace.firehose.envelope import Snapshot, to_record
from millrace.firehose.ports import Record
from millrace.glue_workflow.ports import RunRecord
from millrace.glue_workflow.run.runner import WorkflowRunner
from millrace.glue_workflow.run_request import Only, RunRequest, Touched, Wanted
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.polling.attempts import Attempt
from millrace.lake.kind import open_lake
from millrace.notify.recording import RecordingNotifier
from millrace.settings import Settings
from millrace.usecases.audit import audit_rows
from millrace.usecases.polls import poll_once
from millrace.usecases.queries import run_query
from millrace.usecases.runs import resume_run
from tests.end_to_end.feed import SINGAPORE, response, serving
from tests.end_to_end.small_lake import NOON, SOURCE, answer, expected, imbalances, lake_at, poll_minutes, run, seen
from tests.shipped import PIPELINES

INSIDE, OUTSIDE = "[103.8,1.3]", "[105.5,1.3]"
FAR = "[105.5,5.5]"  # outside by both coordinates
ASIDE = "SELECT rule, reason, snapshot_id, row, run_id, dt FROM ops.rows_set_aside"


def with_one_outside(asked: datetime | None) -> tuple[int, bytes]:
    """20 taxis in the box and one outside: under the 5% that would be quarantined."""
    assert asked is not None
    return 200, response([INSIDE] * 20 + [FAR], asked - timedelta(seconds=2))


def by_hand(runtime: LocalRuntime, minute: int, positions: Sequence[str]) -> None:
    """What no poll would let through, in raw, with its attempt: a bucket may be written to by others."""
    open_lake(runtime.storage, runtime.settings.feed, runtime.clock)
    at = NOON + timedelta(minutes=minute)
    record = to_record(Snapshot(SOURCE, SINGAPORE, at, at, at, response(list(positions), at)))
    runtime.stream.put([record, attempt_of(record, at, len(positions))])
    runtime.stream.flush(everything=True)


def attempt_of(record: Record, at: datetime, entities: int) -> Record:
    attempt = Attempt(
        poll_id=f"by-hand-{record.snapshot_id}",
        source=SOURCE,
        requested_at=at,
        polled_at=at,
        outcome="delivered",
        snapshot_id=record.snapshot_id,
        observed_at=at,
        http_status=200,
        tries=1,
        duration_ms=1,
        bytes=1,
        entities=entities,
        reason="",
        interval_seconds=60,
        stale_after_seconds=600,
    )
    return attempt.record(SINGAPORE)


def run_telling(runtime: LocalRuntime, told: RecordingNotifier, wanted: Wanted | None = None) -> RunRecord:
    runner = runtime.runner()
    telling = WorkflowRunner(replace(runner.services, notifier=told), runner.leases)
    return telling.run(PIPELINES.workflow(SOURCE), RunRequest(wanted or Touched()))


@contextmanager
def reading(home: Path, views: list[list[int]]) -> Iterator[None]:
    """Somebody who looks at prod all the time."""
    stop = Event()
    errors: list[BaseException] = []

    def read() -> None:
        try:
            with LocalRuntime(Settings(home=home)) as reader:
                while not stop.is_set():
                    views.append(seen(reader))
        except BaseException as error:
            errors.append(error)
            raise

    thread = Thread(target=read)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert errors == []


def test_a_gate_that_fails_leaves_prod_as_it_was_while_a_reader_looks_on(tmp_path: Path) -> None:
    views: list[list[int]] = []
    told = RecordingNotifier()
    with serving(answer) as url, lake_at(tmp_path, url) as runtime:
        poll_minutes(runtime, [1, 2])
        run(runtime)
        pointers = [runtime.catalog.current(table) for table in PIPELINES.workflow(SOURCE).tables]
        by_hand(runtime, 3, [INSIDE, OUTSIDE, OUTSIDE])
        with reading(tmp_path, views):
            for wanted in (Touched(), Only(("2024-05-30",)), Only(("2024-05-30",))):
                failed = run_telling(runtime, told, wanted)
                assert failed.state == "failed"
        assert 'ColumnValues "longitude"' in failed.error
        assert f"ops.quality_results of run {failed.run_id}" in failed.error
        assert views
        assert all(view == expected([1, 2]) for view in views)
        assert [runtime.catalog.current(table) for table in PIPELINES.workflow(SOURCE).tables] == pointers
        assert run_query(runtime, ASIDE).rows == []
        assert told.kinds == ["quality.stopped", "run.failed"] * 3
        assert told.events[0].details["rules"] == [
            'ColumnValues "longitude" between 103.55 and 104.15 with threshold >= 0.95'
        ]
        (stopped,) = run_query(
            runtime,
            "SELECT partitions, action, labels, failing_rows, check_number FROM ops.quality_results"
            f" WHERE run_id = '{failed.run_id}' AND verdict = 'fail'",
        ).rows
        assert stopped == ("2024-05-30", "stop", "on_failure=set_aside", 2, 1)


def test_rows_outside_are_set_aside_with_their_rules_and_the_rest_is_published(tmp_path: Path) -> None:
    with serving(with_one_outside) as url, lake_at(tmp_path, url) as runtime:
        poll_minutes(runtime, [1, 2])
        run(runtime)
        run(runtime, "polls")

        assert seen(runtime) == [20, 20]
        rows = run_query(runtime, ASIDE + " ORDER BY snapshot_id").dicts()
        assert len(rows) == 2
        rule, other = str(rows[0]["rule"]).split("\n")  # once, with both rules
        assert rule.startswith('ColumnValues "longitude" between')
        assert other.startswith('ColumnValues "latitude" between')
        assert rows[0]["reason"] == "longitude is 105.500000\nlatitude is 5.500000"
        row = json.loads(str(rows[0]["row"]))
        assert (row["longitude"], row["latitude"], row["dt"]) == (105.5, 5.5, "2024-05-30")
        assert (row["snapshot_id"], row["run_id"]) == (rows[0]["snapshot_id"], rows[0]["run_id"])
        (ledger,) = audit_rows(runtime, [], lambda done, of: None)[0]
        assert (ledger["published"], ledger["rejected"]) == (2, 0)
        assert (ledger["entities"], ledger["staged_rows"], ledger["rows_set_aside"]) == (42, 40, 2)
        assert imbalances(runtime) == []
        checks = run_query(runtime, "SELECT check_number, action, count(*) FROM ops.quality_results GROUP BY 1, 2").rows
        actions = {(number, action): n for number, action, n in checks}
        assert actions[1, "set_aside"] == 2
        assert (2, "set_aside") not in actions
        assert (2, "stop") not in actions


def test_the_same_run_again_sets_the_same_rows_aside_once(tmp_path: Path) -> None:
    with serving(with_one_outside) as url, lake_at(tmp_path, url) as runtime:
        poll_minutes(runtime, [1])
        run(runtime)
        first = run_query(runtime, "SELECT snapshot_id, reason FROM ops.rows_set_aside").rows
        poll_minutes(runtime, [2])
        run(runtime)
        again = run_query(runtime, "SELECT snapshot_id, reason FROM ops.rows_set_aside ORDER BY 1").rows
        assert len(again) == 2
        assert first[0] in again


def test_what_was_set_aside_goes_when_a_later_version_has_nothing_of_it(tmp_path: Path) -> None:
    """A snapshot that supersedes the one with the row outside: its partition's new version has no such row."""
    with serving(with_one_outside) as url, lake_at(tmp_path, url) as runtime:
        poll_minutes(runtime, [1])
        run(runtime)
        assert len(run_query(runtime, ASIDE).rows) == 1
        good = NOON + timedelta(minutes=1) - timedelta(seconds=2)
        record = to_record(
            Snapshot(SOURCE, SINGAPORE, good, good, good + timedelta(days=9_999), response([INSIDE] * 3, good))
        )
        runtime.stream.put([record, attempt_of(record, good, 3)])
        runtime.stream.flush(everything=True)
        run(runtime)
        assert seen(runtime) == [3]
        assert run_query(runtime, ASIDE).rows == []
        assert imbalances(runtime) == []


def test_a_snapshot_that_is_set_aside_whole_is_rejected(tmp_path: Path) -> None:
    with serving(answer) as url, lake_at(tmp_path, url) as runtime:
        by_hand(runtime, 1, [INSIDE] * 60)
        by_hand(runtime, 2, [OUTSIDE, FAR])
        run(runtime)
        run(runtime, "polls")
        assert seen(runtime) == [60]  # a gap, and no zero
        (ledger,) = audit_rows(runtime, [], lambda done, of: None)[0]
        assert (ledger["published"], ledger["rejected"], ledger["rows_set_aside"]) == (1, 1, 2)
        assert (ledger["entities"], ledger["staged_rows"]) == (62, 60)
        assert imbalances(runtime) == []


def test_the_audit_sees_a_row_that_was_set_aside_and_is_gone(tmp_path: Path) -> None:
    with serving(with_one_outside) as url, lake_at(tmp_path, url) as runtime:
        poll_minutes(runtime, [1])
        run(runtime)
        run(runtime, "polls")
        (version,) = runtime.catalog.current("staging.taxi_position_set_aside")
        empty = replace(version, version=f"{version.version}.lost", files=())
        runtime.catalog.register([empty])
        runtime.catalog.flip([empty])
        (problem,) = imbalances(runtime)
        assert "21 entities in the payloads, but 20 staged rows + 0 set aside" in problem


def test_too_many_rows_for_one_rule_stop_the_run_although_another_sets_some_aside(tmp_path: Path) -> None:
    with serving(answer) as url, lake_at(tmp_path, url) as runtime:
        by_hand(runtime, 1, [INSIDE] * 36 + [OUTSIDE] * 3 + ["[103.8,5.5]"])  # 3 of 40 by longitude, 1 by latitude
        record = run_telling(runtime, RecordingNotifier())
        assert record.state == "failed"
        assert 'ColumnValues "longitude"' in record.error
        assert seen(runtime) == []


def test_only_partitions_with_failing_rows_are_written_again(tmp_path: Path) -> None:
    with serving(with_one_outside) as url, lake_at(tmp_path, url) as runtime:
        assert poll_once(runtime, SOURCE, (NOON + timedelta(days=1)).isoformat()).delivered
        by_hand(runtime, 0, [INSIDE] * 30)
        run(runtime)
        versions = {one.partition: one.version for one in runtime.catalog.current("staging.taxi_position")}
        assert not versions["2024-05-30"].endswith(".kept")
        assert versions["2024-05-31"].endswith(".kept")
        assert imbalances_of_sources(runtime) == []


def imbalances_of_sources(runtime: LocalRuntime) -> list[str]:
    run(runtime, "polls")
    return imbalances(runtime)


def test_where_no_row_fails_nothing_is_written_for_it(tmp_path: Path) -> None:
    with serving(answer) as url, lake_at(tmp_path, url) as runtime:
        poll_minutes(runtime, [1])
        run(runtime)
        keys = [found.key for found in runtime.storage.list("staging/") if found.key.endswith(".parquet")]
        assert keys
        assert [key for key in keys if "set_aside" in key or ".kept" in key] == []
        numbers = run_query(runtime, "SELECT DISTINCT check_number FROM ops.quality_results").rows
        assert numbers == [(1,)]


def test_a_warning_is_reported_once_and_does_not_stop(tmp_path: Path) -> None:
    told = RecordingNotifier()
    with serving(with_one_outside) as url, lake_at(tmp_path, url) as runtime:
        by_hand(runtime, 0, [INSIDE] * 20 + [FAR])  # 12:00, where entries are looked at for repetition
        record = run_telling(runtime, told)
        assert record.state == "succeeded"
        assert seen(runtime) == [20]
        assert told.kinds == ["quality.warned"]  # although both checks, before and after setting aside, saw it
        assert told.events[0].details["run_id"] == record.run_id
        assert "Uniqueness" in told.events[0].message


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Readers see minute 1; minute 2, with a row to set aside too, waits for the next run."""
    home = tmp_path_factory.mktemp("gate") / "lake"
    with serving(with_one_outside) as url, lake_at(home, url) as runtime:
        poll_minutes(runtime, [1])
        run(runtime)
        poll_minutes(runtime, [2])
    return home


IN_THE_GATE = [
    CommitPoint.QUALITY_STORED,
    f"{CommitPoint.VERSION_PLANNED}:2",
    f"{CommitPoint.VERSION_WRITTEN}:2",
    f"{CommitPoint.VERSION_PLANNED}:3",
    f"{CommitPoint.VERSION_WRITTEN}:3",
    CommitPoint.ROWS_SET_ASIDE,
    f"{CommitPoint.QUALITY_STORED}:2",
    CommitPoint.PROD_WRITTEN,
]


@pytest.mark.parametrize("resumed", [False, True], ids=["run again", "resumed"])
@pytest.mark.parametrize("point", IN_THE_GATE)
def test_a_gate_killed_anywhere_sets_rows_aside_once(template: Path, tmp_path: Path, point: str, resumed: bool) -> None:
    home = Path(shutil.copytree(template, tmp_path / "lake"))
    command = [sys.executable, "-m", "millrace", "run", SOURCE, "--home", str(home)]
    environment = {**os.environ, "MILLRACE_KILL_AT": str(point)}
    killed = subprocess.run(command, env=environment, stderr=subprocess.DEVNULL, check=False)
    assert killed.returncode == -signal.SIGKILL
    with LocalRuntime(Settings(home=home, feed="simulated")) as runtime:
        assert (seen(runtime), len(run_query(runtime, ASIDE).rows)) == ([20], 1)
        if resumed:
            dead = runtime.runs.runs(SOURCE, limit=1)[0].run_id
            assert resume_run(runtime, dead, progress=lambda _: None).state == "succeeded"
        else:
            run(runtime)
        assert (seen(runtime), len(run_query(runtime, ASIDE).rows)) == ([20, 20], 2)
        assert imbalances_of_sources(runtime) == []
