"""A runner over a real run store, whose jobs are the test's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any, cast

import msgspec

from millrace.clock import ManualClock
from millrace.errors import QueryError
from millrace.glue_workflow.ports import JobRecord
from millrace.glue_workflow.refinement import MICRO_BATCH
from millrace.glue_workflow.run.job_context import JobContext, JobResult, JobServices
from millrace.glue_workflow.run.runner import WorkflowRunner
from millrace.glue_workflow.stores.local.catalog import SqliteCatalog
from millrace.glue_workflow.stores.local.leases import FileLeases
from millrace.glue_workflow.stores.local.runs import SqliteRunStore
from millrace.glue_workflow.workflow import Job, Workflow
from millrace.lake.local import LocalStorage
from millrace.notify.recording import RecordingNotifier
from millrace.state.dynamo_keys import CLAIM, Key
from millrace.state.sqlite import StateFile
from millrace.state.sqlite_items import SqliteItems
from tests.shipped import PIPELINES

JOB_NAMES = tuple(job.name for job in MICRO_BATCH)
START = datetime(2024, 5, 30, tzinfo=UTC)

JobBody = Callable[[JobContext], JobResult]


class Interruptible:
    """An engine that only waits until it is interrupted. `scanned`: bytes that nobody has taken yet."""

    def __init__(self) -> None:
        self.interrupted = Event()
        self.scanned = 0

    def take_scanned(self) -> int:
        scanned, self.scanned = self.scanned, 0
        return scanned

    def interrupt(self) -> None:
        self.interrupted.set()

    def work(self, _: JobContext) -> JobResult:
        assert self.interrupted.wait(10)
        raise QueryError("the query was interrupted.")


class RunnerBench:
    """A runner over a real run store, whose jobs a test replaces by name. `package`, `release`: its code."""

    def __init__(self, folder: Path) -> None:
        state = StateFile(folder / "state.db")
        self.store, self.catalog = SqliteRunStore(state), SqliteCatalog(state, ManualClock(START))
        self.folder, self.leases = folder, FileLeases(folder / "leases")
        self.items = SqliteItems(state)
        self.engine, self.notifier = Interruptible(), RecordingNotifier()
        self.ran: list[str] = []
        self.package, self.release = "test", ""
        self.jobs: dict[str, JobBody] = {name: self._job(name) for name in JOB_NAMES}
        self.workflow = PIPELINES.workflow("polls")

    def _job(self, name: str) -> JobBody:
        def body(context: JobContext) -> JobResult:
            self.ran.append(name)
            context.log(f"{name} did its work")
            return JobResult({"by": name, "before": sorted(context.outputs)}, rows=len(self.ran))

        return body

    @property
    def runner(self) -> WorkflowRunner:
        nothing = cast(Any, None)
        services = JobServices(
            storage=LocalStorage(self.folder),
            catalog=self.catalog,
            pending=nothing,
            runs=self.store,
            engine=cast(Any, self.engine),
            clock=ManualClock(START),
            notifier=self.notifier,
            schemas={},
            code_version=self.package,
            release=self.release,
            items=self.items,
            pipelines=PIPELINES,
        )
        return WorkflowRunner(services, self.leases, jobs=self.jobs)

    def another_process_begins(self, step: str) -> None:
        """Take the claim of a step away, as its next invocation in another process does."""
        key = Key(CLAIM, step)
        before = self.items.get(key)
        assert before is not None
        number = int(msgspec.json.decode(before)["number"])
        taken = {**msgspec.json.decode(before), "number": number + 1, "token": "another"}
        other = SqliteItems(StateFile(self.folder / "state.db"))
        assert other.swap(key, before, msgspec.json.encode(taken))

    def job(self, run_id: str, name: str) -> JobRecord:
        return next(job for job in reversed(self.store.jobs(run_id)) if job.job == name)

    def with_job(self, changed: Job) -> Workflow:
        jobs = tuple(
            replace(changed, after=job.after) if job.name == changed.name else job for job in self.workflow.jobs
        )
        return replace(self.workflow, jobs=jobs)


def failing(times: int, error: Exception, then: JobBody) -> JobBody:
    left = [error] * times

    def body(context: JobContext) -> JobResult:
        if left:
            raise left.pop()
        return then(context)

    return body
