"""What is told of runs: by real runs, whose jobs are the test's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from millrace.errors import JobError, LakeError
from millrace.glue_workflow.ports import HeldPartition, RunState
from millrace.glue_workflow.run.begin import StartKey
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.glue_workflow.run.runner import WorkflowRunner
from millrace.glue_workflow.stores.local.runs import SqliteRunStore
from millrace.glue_workflow.workflow import Workflow
from millrace.notify.ports import Event
from millrace.state.sqlite import StateFile
from tests.unit.glue_workflow.run.runner_bench import RunnerBench


def broken(_: JobContext) -> JobResult:
    raise JobError("the bucket is full.")


class RunsTold:
    """The events of runs of one workflow."""

    def __init__(self, folder: Path) -> None:
        self.bench = RunnerBench(folder)
        self._whole = self.bench.jobs["delete"]

    def run(self, *, fails: bool = False, notify: tuple[str, ...] | None = None) -> list[Event]:
        """What one more run tells."""
        self.bench.jobs["delete"] = broken if fails else self._whole
        before = len(self.bench.notifier.events)
        self.bench.runner.run(self._workflow(notify))
        return self.bench.notifier.events[before:]

    def resume(self, run_id: str) -> list[Event]:
        self.bench.jobs["delete"] = self._whole
        before = len(self.bench.notifier.events)
        self.bench.runner.resume(self.bench.workflow, run_id)
        return self.bench.notifier.events[before:]

    def _workflow(self, notify: tuple[str, ...] | None) -> Workflow:
        return self.bench.workflow if notify is None else replace(self.bench.workflow, notify=notify)


@pytest.fixture
def told(tmp_path: Path) -> RunsTold:
    return RunsTold(tmp_path)


def test_a_failure_says_what_failed_and_why_since_when_data_is_old_and_where_to_look(told: RunsTold) -> None:
    (first,) = told.run(fails=True)
    run_id = first.details["run_id"]
    failed = f"job delete of run {run_id} failed: the bucket is full. Readers see no data: no run has succeeded."
    assert first.message == f"{failed} See millrace runs show {run_id}"
    assert dict(first.details) == {"run_id": run_id, "job": "delete", "command": f"millrace runs show {run_id}"}

    told.run()
    (second,) = told.run(fails=True)
    assert "Since 2024-05-30 00:00:00 UTC readers see no new data." in second.message
    assert (first.cause, second.cause) == 2 * ("delete: the bucket is full.",)


def test_on_aws_a_failure_names_the_stage_and_the_page_of_the_execution(told: RunsTold) -> None:
    told.bench.jobs["crawl"] = broken
    services = replace(
        told.bench.runner.services, stage="prod", console_page=lambda execution: f"https://console/{execution}"
    )
    runner = WorkflowRunner(services, told.bench.leases, jobs=told.bench.jobs)
    run = runner.run(told.bench.workflow, start=StartKey("a time", "e1"))

    (event,) = told.bench.notifier.events
    command, link = f"millrace runs show {run.run_id} --stage prod", "https://console/e1"
    assert event.message.endswith(f"See {command}, or {link}")
    assert (event.details["command"], event.details["link"]) == (command, link)


def test_the_first_success_after_failures_is_a_recovery_and_later_ones_are_not(told: RunsTold) -> None:
    assert told.run() == []
    told.run(fails=True)
    told.run(fails=True)
    (recovered,) = told.run()
    assert (recovered.kind, recovered.only_logged) == ("run.recovered", False)
    assert "succeeded, for the first time since 2024-05-30 00:00:00 UTC." in recovered.message
    assert told.run() == []


def test_a_resumed_run_that_succeeds_is_a_recovery(told: RunsTold) -> None:
    (failed,) = told.run(fails=True)
    assert [event.kind for event in told.resume(failed.details["run_id"])] == ["run.recovered"]


def test_people_are_told_of_what_the_workflow_names_and_the_log_has_the_rest(told: RunsTold) -> None:
    (failed,) = told.run(fails=True, notify=("success",))
    recovered, succeeded = told.run(notify=("success",))
    assert [(event.kind, event.only_logged) for event in (failed, recovered, succeeded)] == [
        ("run.failed", True),
        ("run.recovered", True),
        ("run.succeeded", False),
    ]
    assert told.run(notify=()) == []


def test_a_recovery_says_what_was_published_and_what_the_gate_holds(told: RunsTold) -> None:
    held = HeldPartition(
        "polls", "2024-05-29", "r0", "staging.polls", "", "", (), "v", datetime(2024, 5, 29, tzinfo=UTC)
    )
    told.run(fails=True)
    told.bench.store.hold([held])
    (recovered,) = told.run()
    assert recovered.message.endswith("There was nothing to publish. The gate holds 2024-05-29.")

    days = [f"2024-05-{day:02d}" for day in range(1, 20)]
    told.bench.jobs["crawl"] = lambda _: JobResult({"objects": {day: [] for day in days}})
    (success,) = told.run(notify=("success",))
    assert "Published: 19 partitions, 2024-05-01 to 2024-05-19." in success.message


def test_a_run_store_that_cannot_be_read_for_the_message_fails_no_run(
    told: RunsTold, caplog: pytest.LogCaptureFixture
) -> None:
    class UnreadableGate(SqliteRunStore):
        def held(self, workflow: str | None = None) -> list[HeldPartition]:
            raise LakeError("the disk is gone.")

    state = StateFile(told.bench.folder / "state.db")
    services = replace(told.bench.runner.services, runs=UnreadableGate(state))
    run = WorkflowRunner(services, told.bench.leases, jobs=told.bench.jobs).run(
        replace(told.bench.workflow, notify=("success",))
    )
    assert run.state is RunState.SUCCEEDED
    assert f"the end of run {run.run_id} was not told: the disk is gone." in caplog.text


def test_an_interrupted_run_is_no_failure(told: RunsTold) -> None:
    def ctrl_c(_: JobContext) -> JobResult:
        raise KeyboardInterrupt

    told.bench.jobs["crawl"] = ctrl_c
    with pytest.raises(KeyboardInterrupt):
        told.bench.runner.run(told.bench.workflow)
    assert told.bench.store.runs()[0].state is RunState.INTERRUPTED
    assert told.bench.notifier.events == []
