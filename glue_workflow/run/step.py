"""step: one job of a run, in this process. Whatever it needs of earlier jobs comes from the run store.

An invocation takes the claim of its step first, so that an earlier one that still lives can write nothing more. It ends
the queries of that one, and removes what it left, before it works.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Timer
from typing import Any

from millrace.errors import JobTimeout, LeaseLost, MillraceError, QualityStop, RetryLater, UsageError
from millrace.glue_workflow.jobs import JOBS
from millrace.glue_workflow.ports import JobRecord, PartitionVersion, RunRecord, RunState
from millrace.glue_workflow.run.claims import claimed
from millrace.glue_workflow.run.end import told
from millrace.glue_workflow.run.job_context import JobContext, JobResult, JobServices, Review
from millrace.glue_workflow.run.queries_under_way import noted, settle
from millrace.glue_workflow.versions.retention import removal_of, remove
from millrace.glue_workflow.versions.version_names import run_of
from millrace.glue_workflow.workflow import Job, Workflow

Progress = Callable[[JobRecord], None]


@dataclass(frozen=True)
class RunStep:
    """The steps of one workflow's runs, called under its lease. `jobs` gives the function of each kind of job.

    `progress` is called with a job's record when the job starts and when it ends; `review` and `time_left` are as in
    JobContext.
    """

    services: JobServices
    workflow: Workflow
    progress: Progress = lambda _: None
    review: Review | None = None
    time_left: Callable[[], float] | None = None
    jobs: Mapping[str, Callable[[JobContext], JobResult]] = field(default_factory=lambda: JOBS)

    def step(self, run_id: str, name: str) -> JobRecord:
        """The job's record: succeeded, or still running where it wants to be called again with more time.

        A step that has succeeded before is not repeated. Raises what the job raises, once it is on record; UnknownName;
        UsageError for a run that has ended, or a job whose turn it is not.
        """
        run, job, records = self.services.runs.run(run_id), self.workflow.job(name), self.services.runs.jobs(run_id)
        done = {record.job: record for record in records if record.state is RunState.SUCCEEDED}
        if name in done:
            return done[name]
        self._require_turn(run, job, set(done))
        outputs = {record.job: record.output or {} for record in done.values()}
        before = next((one for one in records if (one.job, one.attempt) == (name, run.attempt)), None)
        with claimed(self.services.items, run, name) as number:
            work = _Invocation(self, run, job, outputs, number, before)
            return work.carried_out()

    def _require_turn(self, run: RunRecord, job: Job, done: set[str]) -> None:
        if run.state is not RunState.RUNNING:
            raise UsageError(
                f"run {run.run_id} is not running: it has {run.state}.",
                hint=f"Resume it: millrace runs resume {run.run_id}; or start another: millrace run {run.workflow}.",
            )
        if missing := sorted(set(job.after) - done):
            raise UsageError(
                f"run {run.run_id}: job {job.name} comes after {missing[0]}, which has not succeeded.",
                hint=f"Call the step {missing[0]} first.",
            )


@dataclass
class _Invocation:
    """One invocation of a step. `before`: the record that an earlier invocation of this attempt left."""

    step: RunStep
    run: RunRecord
    job: Job
    outputs: Mapping[str, Mapping[str, Any]]
    number: int
    before: JobRecord | None

    def carried_out(self) -> JobRecord:
        services, lines = self.step.services, list[str]()
        record = JobRecord(self.run.run_id, self.run.attempt, self.job.name, RunState.RUNNING, services.clock.now())
        if self.before is not None and self.before.output is not None and self.before.state is RunState.RUNNING:
            record = replace(self.before, error="")
            lines += self.before.log.splitlines()
        self._save(record)
        services.engine.take_scanned()  # drop the bytes of earlier queries: they are not this job's
        try:
            if self.number > 1 or self.run.attempt > 1:
                self._clear_up(record)
            with noted(services, self.run.workflow, self.job.name):
                result = self._with_retries(self._context(record, lines))
        except BaseException as error:
            if not isinstance(error, MillraceError | KeyboardInterrupt):
                lines += traceback.format_exception(error)
            state = RunState.INTERRUPTED if isinstance(error, KeyboardInterrupt) else RunState.FAILED
            output = {"held": list(error.partitions)} if isinstance(error, QualityStop) else None
            self._end(record, state, lines, error=told(error), output=output)
            raise
        if result.more:
            return self._end(record, RunState.RUNNING, lines, output=result.output, finished=False)
        return self._end(
            record, RunState.SUCCEEDED, lines, rows=result.rows, output=result.output, ends_run=result.finished
        )

    def _context(self, record: JobRecord, lines: list[str]) -> JobContext:
        return JobContext(
            self.step.workflow,
            self.job,
            self.run.run_id,
            self.run.attempt,
            self.run.logical_time,
            self.run.asked,
            self.outputs,
            self.step.services,
            lines.append,
            self.step.review,
            claim=self.number,
            progress=record.output,
            store_progress=lambda output: self._save(replace(record, output=output)),
            time_left=self.step.time_left,
        )

    def _clear_up(self, record: JobRecord) -> None:
        """End the queries of earlier invocations, and remove what this run wrote and no job has handed on."""
        services = self.step.services
        settle(services, self.run.workflow, self.job.name)
        kept = set(_versions_in([*self.outputs.values(), record.output]))
        left = [
            version
            for table in self.step.workflow.tables
            for version in services.catalog.unpublished(table)
            if run_of(version.version) == self.run.run_id and _place(version) not in kept
        ]
        remove(services.catalog, services.storage, [removal_of(services.storage, version) for version in left])

    def _with_retries(self, context: JobContext) -> JobResult:
        for left in range(self.job.retries, -1, -1):
            try:
                with self._deadline():
                    return self.step.jobs[self.job.kind](context)
            except LeaseLost:
                raise
            except RetryLater as error:
                if left == 0:
                    raise
                context.log(f"trying again, {left} retries left: {error}")
        raise AssertionError("the last attempt returns or raises")

    @contextmanager
    def _deadline(self) -> Iterator[None]:
        """Interrupt the engine when the job's timeout is over. Raises JobTimeout then."""
        over: list[timedelta] = []

        def stop() -> None:
            over.append(self.job.timeout)
            self.step.services.engine.interrupt()

        timer = Timer(self.job.timeout.total_seconds(), stop)
        timer.daemon = True
        timer.start()
        try:
            yield
        except MillraceError as error:
            if over:
                raise JobTimeout(
                    f"job {self.job.name} ran longer than {self.job.timeout}.",
                    hint="Run fewer partitions (--partition), or raise the job's timeout: `[jobs.NAME]` with "
                    "`timeout_minutes` in workflows/NAME.toml.",
                ) from error
            raise
        finally:
            timer.cancel()

    def _end(
        self, record: JobRecord, state: RunState, lines: Sequence[str], *, finished: bool = True, **fields: Any
    ) -> JobRecord:
        services = self.step.services
        ended = replace(
            record,
            state=state,
            finished_at=services.clock.now() if finished else None,
            log="\n".join(lines),
            bytes_scanned=record.bytes_scanned + services.engine.take_scanned(),
            **fields,
        )
        self._save(ended)
        return ended

    def _save(self, record: JobRecord) -> None:
        self.step.services.runs.save_job(record)
        self.step.progress(record)


def _place(version: PartitionVersion) -> tuple[str, str, str]:
    return version.table, version.partition, version.version


def _versions_in(value: object) -> Iterator[tuple[str, str, str]]:
    """The versions that are named anywhere in the output of jobs (JSON)."""
    if isinstance(value, Mapping):
        if {"table", "partition", "version"} <= value.keys():
            yield value["table"], value["partition"], value["version"]
        else:
            for one in value.values():
                yield from _versions_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _versions_in(one)
