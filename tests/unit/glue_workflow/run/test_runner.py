"""The runner: order, retries, deadlines, records. The jobs are the test's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from millrace.errors import JobError, LeaseHeld, LeaseLost, QualityStop, QueryError, RetryLater, UsageError
from millrace.glue_workflow.ports import PartitionVersion, RunState
from millrace.glue_workflow.run.begin import RunStart, StartKey
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.glue_workflow.run.step import RunStep
from millrace.glue_workflow.run_request import RunRequest
from millrace.glue_workflow.workflow import Job
from millrace.state.dynamo_keys import START as START_KEY
from millrace.state.dynamo_keys import Key
from tests.unit.glue_workflow.run.runner_bench import JOB_NAMES, RunnerBench, failing


@pytest.fixture
def bench(tmp_path: Path) -> RunnerBench:
    return RunnerBench(tmp_path)


def test_jobs_run_in_order_and_see_the_outputs_of_earlier_jobs(bench: RunnerBench) -> None:
    run = bench.runner.run(bench.workflow)

    assert run.state is RunState.SUCCEEDED
    assert tuple(bench.ran) == JOB_NAMES
    last = bench.job(run.run_id, "prod")
    assert last.output == {"by": "prod", "before": sorted(JOB_NAMES[:-1])}
    assert (last.state, last.rows, last.log) == (RunState.SUCCEEDED, 5, "prod did its work")
    assert bench.store.runs() == [run]


def test_the_bytes_that_a_job_scanned_are_on_its_record(bench: RunnerBench) -> None:
    def scan(context: JobContext) -> JobResult:
        bench.engine.scanned += 1_234_567
        return JobResult()

    bench.jobs["create_parquet"] = scan
    bench.engine.scanned = 99  # by a reader, before
    run = bench.runner.run(bench.workflow)
    assert [bench.job(run.run_id, name).bytes_scanned for name in ("crawl", "create_parquet")] == [0, 1_234_567]
    assert run.bytes_scanned == 1_234_567


def test_bytes_scanned_by_a_failed_attempt_count_too(bench: RunnerBench) -> None:
    def scan(context: JobContext) -> JobResult:
        bench.engine.scanned += 10
        if context.attempt == 1:
            raise JobError("not this time.")
        return JobResult()

    bench.jobs["create_parquet"] = scan
    failed = bench.runner.run(bench.workflow)
    assert (failed.state, failed.bytes_scanned) == (RunState.FAILED, 10)
    assert bench.runner.resume(bench.workflow, failed.run_id).bytes_scanned == 20


def test_a_job_that_finishes_the_run_ends_it_successfully(bench: RunnerBench) -> None:
    bench.jobs["crawl"] = lambda _: JobResult(finished=True)

    assert bench.runner.run(bench.workflow).state is RunState.SUCCEEDED
    assert bench.ran == []


def test_a_failed_job_stops_the_run_and_sends_an_event(bench: RunnerBench) -> None:
    bench.jobs["quality_check"] = failing(1, JobError("the rules say no."), bench.jobs["quality_check"])
    run = bench.runner.run(bench.workflow)

    assert (run.state, run.error) == (RunState.FAILED, "the rules say no.")
    assert "prod" not in bench.ran
    assert bench.job(run.run_id, "quality_check").error == "the rules say no."
    assert [(notice.kind, notice.subject) for notice in bench.notifier.events] == [("run.failed", "polls")]


def test_an_unforeseen_error_is_recorded_with_its_traceback_and_raised(bench: RunnerBench) -> None:
    bench.jobs["delete"] = failing(1, ZeroDivisionError("oh"), bench.jobs["delete"])
    with pytest.raises(ZeroDivisionError):
        bench.runner.run(bench.workflow)

    (run,) = bench.store.runs()
    assert run.state is RunState.FAILED
    assert "Traceback" in bench.job(run.run_id, "delete").log


def test_only_transient_errors_are_tried_again(bench: RunnerBench) -> None:
    tried = bench.with_job(Job("delete", retries=2))
    whole = bench.jobs["delete"]

    bench.jobs["delete"] = failing(2, RetryLater("busy."), whole)
    assert bench.runner.run(tried).state is RunState.SUCCEEDED
    bench.jobs["delete"] = failing(3, RetryLater("busy."), whole)
    assert bench.runner.run(tried).error == "busy."
    bench.jobs["delete"] = failing(1, JobError("wrong."), whole)
    assert bench.runner.run(tried).error == "wrong."


def test_a_job_past_its_deadline_is_interrupted(bench: RunnerBench) -> None:
    bench.jobs["create_parquet"] = bench.engine.work
    run = bench.runner.run(bench.with_job(Job("create_parquet", timeout=timedelta(milliseconds=50))))

    assert run.state is RunState.FAILED
    assert "create_parquet ran longer than 0:00:00.05" in run.error


def test_a_retry_writes_under_a_name_of_its_own_and_what_the_first_wrote_is_gone(bench: RunnerBench) -> None:
    table, left = "staging.poll", list[list[PartitionVersion]]()

    def write(context: JobContext) -> JobResult:
        left.append(bench.catalog.unpublished(table))
        bench.catalog.register([PartitionVersion(table, "2024-05-30", context.version, ())])
        if context.claim == 1:
            raise RetryLater("busy.")
        return JobResult()

    bench.jobs["create_parquet"] = write
    run = bench.runner.run(bench.with_job(Job("create_parquet", retries=1)))

    assert (run.state, left) == (RunState.SUCCEEDED, [[], []])
    assert [one.version for one in bench.catalog.unpublished(table)] == [f"{run.run_id}-1c2"]
    assert "trying again, 1 retries left: busy." in bench.job(run.run_id, "create_parquet").log


def test_a_retry_goes_on_with_what_was_stored(bench: RunnerBench) -> None:
    seen: list[object] = []

    def store(context: JobContext) -> JobResult:
        seen.append(context.progress)
        bench.engine.scanned += 10
        context.store_progress({"done": context.claim})
        if context.claim < 3:
            raise RetryLater("busy.")
        return JobResult()

    bench.jobs["delete"] = store
    run = bench.runner.run(bench.with_job(Job("delete", retries=2)))

    assert seen == [None, {"done": 1}, {"done": 2}]
    assert (run.state, run.bytes_scanned) == (RunState.SUCCEEDED, 30)


def test_a_step_that_another_process_has_begun_meanwhile_is_not_tried_again_here(bench: RunnerBench) -> None:
    tried = bench.with_job(Job("delete", retries=2))
    steps = RunStep(bench.runner.services, tried, jobs=bench.jobs)
    whole = bench.jobs["delete"]

    def overtaken(context: JobContext) -> JobResult:
        if context.claim == 1:
            bench.another_process_begins("polls#delete")
            raise RetryLater("busy.")
        return whole(context)

    bench.jobs["delete"] = overtaken
    run = RunStart(bench.runner.services, tried).begin(RunRequest())
    steps.step(run.run_id, "crawl")
    with pytest.raises(LeaseLost, match="another invocation of this step has begun since"):
        steps.step(run.run_id, "delete")
    assert bench.ran == ["crawl"]


def test_a_timeout_that_falls_between_two_statements_meets_the_next_one(bench: RunnerBench) -> None:
    def work(context: JobContext) -> JobResult:
        with pytest.raises(QueryError):
            bench.engine.work(context)
        bench.engine.interrupted.clear()  # as if no statement had been under way
        return bench.engine.work(context)

    bench.jobs["create_parquet"] = work
    run = bench.runner.run(bench.with_job(Job("create_parquet", timeout=timedelta(milliseconds=1))))
    assert "create_parquet ran longer than 0:00:00.001" in run.error


def test_a_job_that_comes_to_its_end_after_its_deadline_is_done(bench: RunnerBench) -> None:
    def late(_: JobContext) -> JobResult:
        assert bench.engine.interrupted.wait(10)
        return JobResult()

    bench.jobs["create_parquet"] = late
    run = bench.runner.run(bench.with_job(Job("create_parquet", timeout=timedelta(milliseconds=1))))
    assert (run.state, run.error) == (RunState.SUCCEEDED, "")
    assert bench.ran == ["crawl", "delete", "quality_check", "prod"]


def test_a_gate_that_refuses_after_its_deadline_has_refused(bench: RunnerBench) -> None:
    def late(_: JobContext) -> JobResult:
        assert bench.engine.interrupted.wait(10)
        raise QualityStop("the rules say no.", partitions=["2024-05-30"])

    bench.jobs["quality_check"] = late
    run = bench.runner.run(bench.with_job(Job("quality_check", timeout=timedelta(milliseconds=1))))
    assert (run.state, run.error, run.held) == (RunState.FAILED, "the rules say no.", ("2024-05-30",))


def test_a_resumed_run_continues_from_the_job_that_failed(bench: RunnerBench) -> None:
    bench.jobs["prod"] = failing(1, JobError("no."), bench.jobs["prod"])
    run = bench.runner.run(bench.workflow)
    bench.ran.clear()
    again = bench.runner.resume(bench.workflow, run.run_id)

    assert (again.run_id, again.attempt, again.state) == (run.run_id, 2, RunState.SUCCEEDED)
    assert bench.ran == ["prod"]
    assert bench.job(run.run_id, "prod").output == {"by": "prod", "before": sorted(JOB_NAMES[:-1])}


def test_a_run_that_cannot_be_resumed_is_refused_with_the_reason(bench: RunnerBench) -> None:
    done = bench.runner.run(bench.workflow)
    with pytest.raises(UsageError, match="has succeeded"):
        bench.runner.resume(bench.workflow, done.run_id)

    bench.jobs["prod"] = failing(1, JobError("no."), bench.jobs["prod"])
    failed = bench.runner.run(bench.workflow)
    bench.runner.run(bench.workflow)
    with pytest.raises(UsageError, match="not the newest"):
        bench.runner.resume(bench.workflow, failed.run_id)


def test_a_second_run_of_one_workflow_is_refused_while_the_first_is_alive(bench: RunnerBench) -> None:
    def start_another(_: JobContext) -> JobResult:
        with pytest.raises(LeaseHeld, match="polls is held by process"):
            bench.runner.run(bench.workflow)
        return JobResult(finished=True)

    bench.jobs["crawl"] = start_another
    assert bench.runner.run(bench.workflow).state is RunState.SUCCEEDED


def test_a_second_start_with_the_same_key_is_skipped(bench: RunnerBench) -> None:
    noon, one = StartKey("2024-05-30 12:00:00"), bench.runner.run(bench.workflow, start=StartKey("2024-05-30 12:00:00"))
    bench.ran.clear()
    again, later = bench.runner.run(bench.workflow, start=noon), bench.runner.run(bench.workflow, start=StartKey("1"))

    assert (one.state, again.state, later.state) == (RunState.SUCCEEDED, RunState.SKIPPED, RunState.SUCCEEDED)
    assert (again.run_id, bench.store.run(one.run_id).state) == (one.run_id, RunState.SUCCEEDED)
    assert tuple(bench.ran) == JOB_NAMES
    assert bench.runner.run(replace(bench.workflow, name="other"), start=noon).state is RunState.SUCCEEDED


def test_a_start_whose_process_died_before_its_run_was_on_record_is_made_by_the_next(bench: RunnerBench) -> None:
    key = Key(START_KEY, "polls#noon")
    bench.items.swap(key, None, b'{"run_id":"20240530T120000-abcd","execution":""}')
    run = bench.runner.run(bench.workflow, start=StartKey("noon"))
    assert (run.run_id, run.state) == ("20240530T120000-abcd", RunState.SUCCEEDED)


def test_the_execution_that_takes_the_place_of_one_that_died_goes_on_when_its_begin_is_repeated(
    bench: RunnerBench,
) -> None:
    key = Key(START_KEY, "polls#noon")
    bench.items.swap(key, None, b'{"run_id":"20240530T120000-abcd","execution":"died"}')
    begin = RunStart(bench.runner.services, bench.workflow)
    first = begin.begin(RunRequest(), StartKey("noon", "second"))
    again = begin.begin(RunRequest(), StartKey("noon", "second"))
    late = begin.begun_before(StartKey("noon", "died"))

    assert (first.run_id, first.state) == ("20240530T120000-abcd", RunState.RUNNING)
    assert again == first
    assert late is not None
    assert late.state is RunState.SKIPPED


def test_a_run_whose_process_died_is_marked_when_the_next_begins(bench: RunnerBench) -> None:
    run = bench.runner.run(bench.workflow)
    bench.store.save_run(replace(run, state=RunState.RUNNING, finished_at=None))
    bench.store.save_job(replace(bench.job(run.run_id, "prod"), state=RunState.RUNNING, finished_at=None))
    bench.runner.run(bench.workflow)

    assert bench.store.run(run.run_id).state is RunState.INTERRUPTED
    assert bench.job(run.run_id, "prod").state is RunState.INTERRUPTED


@pytest.mark.parametrize(
    ("key", "scheduled"),
    [
        ("2024-05-30T16:00:00Z", datetime(2024, 5, 30, 16, tzinfo=UTC)),
        ("2024-05-30 16:00:00", datetime(2024, 5, 30, 16, tzinfo=UTC)),
        ("2024-05-30T16:00:00+08:00", datetime(2024, 5, 30, 8, tzinfo=UTC)),
        ("arn:aws:states:eu-west-1:123456789012:execution:x:1", None),
        ("9f1c", None),
    ],
)
def test_a_key_that_is_a_time_is_when_the_start_was_scheduled(key: str, scheduled: datetime | None) -> None:
    assert StartKey(key).scheduled == scheduled
