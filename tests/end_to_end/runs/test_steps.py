"""The run protocol on a whole lake: each call in a process of its own, killed in mid-write, overtaken, out of time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from millrace.athena_sql.ports import Engine, WriteRequest
from millrace.clock import ManualClock, SystemClock
from millrace.commit_points import CommitPoint
from millrace.errors import LeaseHeld, LeaseLost, ServiceBusy
from millrace.glue_workflow.ports import JobRecord, RunState
from millrace.glue_workflow.run.execution import WorkflowExecution
from millrace.glue_workflow.run_request import All, Bounds, RunRequest
from millrace.glue_workflow.workflow import Workflow
from millrace.infra.runtime.local import LocalRuntime
from millrace.lake.storage import Storage
from millrace.settings import Settings
from millrace.usecases.versions import vacuum
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
    seen,
)
from tests.shipped import PIPELINES

DAYS = [1, 1441, 2881]  # a minute of each of three days
WORKFLOW = PIPELINES.workflow(SOURCE)
JOBS = [job.name for job in WORKFLOW.in_order()]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A lake in which three days wait for their first run."""
    with serving(answer) as url, lake_at(tmp_path / "lake", url) as runtime:
        poll_minutes(runtime, DAYS)
        runtime.stream.flush(everything=True)
        yield tmp_path / "lake"


@pytest.fixture
def runtime(home: Path) -> Iterator[LocalRuntime]:
    with reopened(home) as made:
        yield made


def reopened(home: Path) -> LocalRuntime:
    return LocalRuntime(Settings(home=home, feed="simulated"))


def strays(runtime: LocalRuntime) -> list[str]:
    """Objects of versions that readers do not see, candidates, and what vacuum finds."""
    tables = WORKFLOW.tables
    shown = {(one.table, one.version) for table in tables for one in runtime.catalog.current(table)}
    prefixes = tuple(f"{table.replace('.', '/')}/run={version}/" for table, version in shown)
    keys = [found.key for layer in ("staging/", "prod/") for found in runtime.storage.list(layer)]
    return [
        *(key for key in keys if "/run=" in key and not key.startswith(prefixes)),
        *(one.version for table in tables for one in runtime.catalog.unpublished(table)),
        *(str(row["reason"]) for row in vacuum(runtime, dry_run=True)),
    ]


def test_each_step_in_a_process_of_its_own_killed_in_mid_write_while_its_statement_goes_on(home: Path) -> None:
    service = home.parent / "service"
    service.mkdir()

    def call(*arguments: str, kill_at: str = "", execution: str = "A") -> tuple[int, list[str]]:
        command = [sys.executable, "-m", "tests.end_to_end.runs.step_child", str(home), str(service), execution]
        environment = {**os.environ, "MILLRACE_KILL_AT": kill_at}
        done = subprocess.run([*command, *arguments], env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.split() or done.stderr.splitlines()[-1:]

    _, (run_id, state) = call("begin", "noon")
    assert state == "running"
    assert call("begin", "noon")[1] == [run_id, "running"]  # the answer of the first was lost
    assert call("begin", "noon", execution="B")[1] == [run_id, "skipped"]
    for job in JOBS:
        if job == "create_parquet":
            assert call("step", run_id, job, "dies")[0] == -signal.SIGKILL
        if job == "prod":
            assert call("step", run_id, job, kill_at=CommitPoint.VERSION_WRITTEN)[0] == -signal.SIGKILL
        assert call("step", run_id, job) == (0, ["succeeded"])
    assert call("step", run_id, "create_parquet") == (0, ["succeeded"])  # once more, and nothing is done
    assert call("end", run_id) == call("end", run_id) == (0, ["succeeded"])

    assert len(list(service.glob("*.final"))) == 1, "the statement of the killed step ended, late"
    with reopened(home) as runtime:
        assert seen(runtime) == expected(DAYS)
        assert {one.version for one in runtime.catalog.current("staging.taxi_position")} == {f"{run_id}-1c2"}
        assert strays(runtime) == []
        with runtime.leases.hold(SOURCE):
            pass


class Overtaken:
    """An engine whose first write takes so long that `meanwhile` happens before its files are there."""

    def __init__(self, engine: Any, meanwhile: Callable[[], object]) -> None:
        self._engine, self._meanwhile = engine, [meanwhile]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def write(self, request: Any) -> Any:
        while self._meanwhile:
            self._meanwhile.pop()()
        return self._engine.write(request)


def of(runtime: LocalRuntime, **changed: Any) -> WorkflowExecution:
    return replace(runtime.execution(SOURCE, "A"), **changed)


def steps(work: WorkflowExecution, run_id: str, jobs: list[str]) -> None:
    for job in jobs:
        while work.step(run_id, job).state is RunState.RUNNING:
            pass


def test_an_invocation_that_was_taken_for_dead_can_write_nothing_and_leaves_nothing(
    home: Path, runtime: LocalRuntime
) -> None:
    run = of(runtime).begin()
    steps(of(runtime), run.run_id, JOBS[:2])
    with reopened(home) as second:
        engine = Overtaken(runtime.engine, lambda: of(second).step(run.run_id, "create_parquet"))
        slow = of(runtime, services=replace(runtime.job_services(), engine=engine))
        with pytest.raises(LeaseLost, match="the claim taxi_availability#create_parquet was lost"):
            slow.step(run.run_id, "create_parquet")
    steps(of(runtime), run.run_id, JOBS[2:])

    assert of(runtime).end(run.run_id).state is RunState.SUCCEEDED
    assert seen(runtime) == expected(DAYS)
    assert strays(runtime) == []


def test_a_step_that_has_too_little_time_stores_its_progress_and_wants_to_be_called_again(
    runtime: LocalRuntime,
) -> None:
    hurried = of(runtime, time_left=lambda: 59.0)
    run = hurried.begin()
    steps(hurried, run.run_id, JOBS[:2])
    states = [hurried.step(run.run_id, "create_parquet").state for _ in DAYS]
    assert states == ["running", "running", "succeeded"]
    steps(hurried, run.run_id, JOBS[3:])

    assert hurried.end(run.run_id).state is RunState.SUCCEEDED
    assert seen(runtime) == expected(DAYS)
    versions = {one.version for one in runtime.catalog.current("staging.taxi_position")}
    assert versions == {f"{run.run_id}-1{claim}.0" for claim in ("", "c2", "c3")}
    assert strays(runtime) == []


def test_progress_that_was_stored_survives_the_process(runtime: LocalRuntime) -> None:
    class Died(BaseException):
        pass

    def reached(point: CommitPoint) -> None:
        if point is CommitPoint.STAGING_CHUNK_STORED:
            raise Died

    services = replace(runtime.job_services(), reached=reached)
    plenty = of(runtime, time_left=lambda: 900.0)
    run = plenty.begin()
    steps(plenty, run.run_id, JOBS[:2])
    with pytest.raises(Died):
        replace(plenty, services=services).step(run.run_id, "create_parquet")
    steps(plenty, run.run_id, JOBS[2:])

    assert plenty.end(run.run_id).state is RunState.SUCCEEDED
    assert seen(runtime) == expected(DAYS)
    assert strays(runtime) == []


class BusyFor:
    """An adapter one call of which is refused once, as by a service that is busy."""

    def __init__(self, adapter: Any, call: str, refused: Callable[..., bool]) -> None:
        self._adapter, self._call, self._refused = adapter, call, [refused]

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._adapter, name)
        return partial(self._once, found) if name == self._call else found

    def _once(self, call: Callable[..., object], *arguments: object) -> object:
        if self._refused and self._refused[0](*arguments):
            self._refused.clear()
            raise ServiceBusy("the service asks to slow down.")
        return call(*arguments)


def with_retries(job: str) -> Workflow:
    return replace(WORKFLOW, jobs=tuple(replace(one, retries=1 if one.name == job else 0) for one in WORKFLOW.jobs))


def test_prod_is_tried_again_after_its_flip(runtime: LocalRuntime) -> None:
    runner, workflow = runtime.runner(), with_retries("prod")
    storage = BusyFor(runtime.storage, "put", lambda key, _: key.endswith("_current.txt"))
    run = replace(runner, services=replace(runner.services, storage=cast(Storage, storage))).run(workflow)

    assert (run.state, run.error) == (RunState.SUCCEEDED, "")
    assert seen(runtime) == expected(DAYS)
    assert listed_files(runtime) == current_files(runtime)
    assert imbalances(runtime) == []
    assert runtime.runner().run(workflow).state is RunState.SUCCEEDED


def test_a_partition_that_is_staged_is_not_staged_again_by_a_retry(runtime: LocalRuntime) -> None:
    asked: list[WriteRequest] = []

    def third(request: WriteRequest) -> bool:
        asked.append(request)
        return len(asked) == len(DAYS)

    engine = BusyFor(runtime.engine, "write", third)
    services = replace(runtime.job_services(), engine=cast(Engine, engine))
    work = of(runtime, services=services, workflow=with_retries("create_parquet"), time_left=lambda: 900.0)
    run = work.begin()
    steps(work, run.run_id, JOBS)

    assert work.end(run.run_id).state is RunState.SUCCEEDED
    versions = [one.version for one in runtime.catalog.current("staging.taxi_position")]
    assert versions == [f"{run.run_id}-1.0", f"{run.run_id}-1.1", f"{run.run_id}-1c2.0"]
    assert seen(runtime) == expected(DAYS)
    assert strays(runtime) == []


def test_a_run_ended_before_its_jobs_is_interrupted_and_the_next_goes_on(runtime: LocalRuntime) -> None:
    first = of(runtime).begin()
    steps(of(runtime), first.run_id, JOBS[:3])
    ended = of(runtime).end(first.run_id)
    assert (ended.state, ended.error) == (RunState.INTERRUPTED, "it was ended before its job quality_check")

    other = of(runtime, execution="B")
    run = other.begin()
    steps(other, run.run_id, JOBS)
    assert other.end(run.run_id).state is RunState.SUCCEEDED
    assert strays(runtime) == []


def test_the_lease_of_an_execution_outlasts_its_longest_step_with_all_retries(home: Path) -> None:
    clock = ManualClock(SystemClock().now())
    slow = replace(WORKFLOW, jobs=tuple(replace(job, retries=2, timeout=timedelta(hours=1)) for job in WORKFLOW.jobs))
    with LocalRuntime(Settings(home=home, feed="simulated"), clock=clock) as runtime:
        of(runtime, workflow=slow).begin()
        clock.sleep(timedelta(hours=3).total_seconds())
        with pytest.raises(LeaseHeld, match="held by execution A"):
            of(runtime, execution="B").begin()
        clock.sleep(timedelta(hours=1).total_seconds())
        assert of(runtime, execution="B").begin().state is RunState.RUNNING


def test_the_step_of_a_killed_process_ends_with_its_run(runtime: LocalRuntime) -> None:
    run = of(runtime).begin()
    steps(of(runtime), run.run_id, JOBS[:2])
    # What the process had on record when it was killed:
    runtime.runs.save_job(JobRecord(run.run_id, 1, "create_parquet", RunState.RUNNING, runtime.clock.now()))
    ended = of(runtime).end(run.run_id, TimeoutError("the step's task"))

    assert (ended.state, ended.error) == (RunState.FAILED, "TimeoutError: the step's task")
    left = runtime.runs.jobs(run.run_id)[-1]
    assert (left.job, left.state, left.error) == ("create_parquet", RunState.INTERRUPTED, ended.error)
    assert left.finished_at is not None


@pytest.mark.parametrize("wanted", [RunRequest(), RunRequest(All())], ids=["touched", "all"])
@pytest.mark.parametrize("bounds", [Bounds(partitions=2), Bounds(size=1)])
def test_a_bounded_run_leaves_the_rest_for_the_next(runtime: LocalRuntime, wanted: RunRequest, bounds: Bounds) -> None:
    small = replace(WORKFLOW, bounds=bounds)
    most = bounds.partitions or 1
    first = runtime.runner().run(small, wanted)
    assert (first.state, len(first.partitions)) == ("succeeded", most)
    assert len(runtime.pending.touched(SOURCE)) == len(DAYS) - most

    while runtime.pending.touched(SOURCE):
        assert runtime.runner().run(small).state is RunState.SUCCEEDED
    assert seen(runtime) == expected(DAYS)
