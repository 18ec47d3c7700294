"""step: one job of a run, in this process. Whatever it needs of earlier jobs comes from the run store.

An invocation takes the claim of its step first, so that an earlier one that still lives can write nothing more. It ends
the queries of that one, and removes what it left, before it works.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from millrace.errors import (
    JobError,
    JobTimeout,
    LeaseLost,
    MillraceError,
    QualityStop,
    RetryLater,
    UsageError,
)
from millrace.glue_workflow.job_kinds import JOB_KINDS
from millrace.glue_workflow.jobs import JOBS
from millrace.glue_workflow.ports import JobRecord, PartitionVersion, RunRecord, RunState
from millrace.glue_workflow.run.claims import claimed
from millrace.glue_workflow.run.deadline import deadline
from millrace.glue_workflow.run.end import told
from millrace.glue_workflow.run.items import gathered, place_of
from millrace.glue_workflow.run.job_context import JobContext, JobResult, JobServices, Review
from millrace.glue_workflow.run.queries_under_way import noted, settle
from millrace.glue_workflow.run.readiness import Turn, settled_jobs, turn
from millrace.glue_workflow.versions.retention import remove_candidates
from millrace.glue_workflow.versions.version_names import run_of
from millrace.glue_workflow.workflow import Job, Workflow, item_name

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

    def step(self, run_id: str, name: str, item: str = "") -> JobRecord:
        """The job's record: succeeded, skipped, or still running where it wants to be called again.

        A job that is made for each item answers with those that are left, `ITEMS_LEFT`, until all are done; `item`:
        the one to be made by this call. A step that has succeeded before is not repeated. Raises what the job raises,
        once it is on record; UnknownName; UsageError for a run that has ended, or a job whose turn it is not;
        RetryLater for a run of other code.
        """
        run, job, records = self._read(run_id, name)
        settled, of_item = settled_jobs(run, records), item_name(name, item) if item else name
        if (record := self._without_work(run, job, of_item, settled)) is not None:
            return record
        if job.over is not None and not item:
            return self._saved(gathered(run, job, job.over, settled, self.services.clock.now()))
        place = item_name(name, place_of(run, job, job.over, settled, item)) if job.over is not None else name
        outputs = {record.job: record.output or {} for record in settled.values()}
        before = next((one for one in records if (one.job, one.attempt) == (of_item, run.attempt)), None)
        number: int | None = None
        for retries in range(job.retries, -1, -1):
            with claimed(self.services.items, run, place, after=number) as number:
                work = _Invocation(self, run, job, outputs, number, before, retries, item)
                if (record := work.carried_out()) is not None:
                    return record
                before = work.record
        raise AssertionError("the last invocation returns or raises")

    def look(self, run_id: str, name: str) -> JobRecord:
        """As `step`, which makes nothing: a record that is running says that the job is still to be made."""
        run, job, records = self._read(run_id, name)
        record = self._without_work(run, job, name, settled_jobs(run, records))
        return record or JobRecord(run.run_id, run.attempt, job.name, RunState.RUNNING, self.services.clock.now())

    def _read(self, run_id: str, name: str) -> tuple[RunRecord, Job, Sequence[JobRecord]]:
        return self.services.runs.run(run_id), self.workflow.job(name), self.services.runs.jobs(run_id)

    def _without_work(self, run: RunRecord, job: Job, name: str, settled: Mapping[str, JobRecord]) -> JobRecord | None:
        """The record of a step that has nothing to make: it is done, or left out. `name`: that of the record."""
        if name in settled:
            return settled[name]
        whose = self._turn(run, job, settled)
        self._require_turn(run, job, settled, whose)
        self._require_same_code(run)
        return self._skipped(run, job) if whose is Turn.SKIPPED else None

    def _turn(self, run: RunRecord, job: Job, settled: Mapping[str, JobRecord]) -> Turn:
        """Raises JobError where its condition cannot be decided, which is on record then."""
        try:
            return turn(job, settled)
        except JobError as error:
            now = self.services.clock.now()
            self._saved(JobRecord(run.run_id, run.attempt, job.name, RunState.FAILED, now, now, error=told(error)))
            raise

    def _skipped(self, run: RunRecord, job: Job) -> JobRecord:
        now = self.services.clock.now()
        why = f"{job.when} does not hold" if job.when else "what comes before it was left out"
        return self._saved(
            JobRecord(run.run_id, run.attempt, job.name, RunState.SKIPPED, now, now, log=f"skipped: {why}")
        )

    def _saved(self, record: JobRecord) -> JobRecord:
        self.services.runs.save_job(record)
        self.progress(record)
        return record

    def _require_turn(self, run: RunRecord, job: Job, settled: Mapping[str, JobRecord], whose: Turn) -> None:
        if run.state is not RunState.RUNNING:
            raise UsageError(
                f"run {run.run_id} is not running: it has {run.state}.",
                hint=f"Resume it: millrace runs resume {run.run_id}; or start another: millrace run {run.workflow}.",
            )
        if whose is Turn.WAITS:
            missing = sorted(set(job.after) - settled.keys())
            raise UsageError(
                f"run {run.run_id}: job {job.name} comes after {missing[0]}, which has not succeeded.",
                hint=f"Call the step {missing[0]} first.",
            )

    def _require_same_code(self, run: RunRecord) -> None:
        """A run is made by one code: what two made together, neither was tested to make."""
        began, here = run.code, self.services.code(self.workflow)
        if began != here:
            raise RetryLater(
                f"run {run.run_id} was begun by {began}, and this process has {here}.",
                hint="Its partitions wait for the next run, which has this code from its begin on.",
            )


@dataclass
class _Invocation:
    """One invocation of a step. `before`: the record that an earlier invocation of this attempt left.

    `retries`: how many invocations may follow this one after a RetryLater. `item`: as in `RunStep.step`. `record` has
    what is done so far.
    """

    step: RunStep
    run: RunRecord
    job: Job
    outputs: Mapping[str, Mapping[str, Any]]
    number: int
    before: JobRecord | None
    retries: int
    item: str = ""
    record: JobRecord = field(init=False)

    def carried_out(self) -> JobRecord | None:
        """The step's record, as RunStep gives it; None when the job is to be tried again."""
        services, lines = self.step.services, list[str]()
        now = services.clock.now()
        name = item_name(self.job.name, self.item) if self.item else self.job.name
        self.record = JobRecord(self.run.run_id, self.run.attempt, name, RunState.RUNNING, now)
        if self.before is not None and self.before.state is RunState.RUNNING:
            self.record = replace(self.before, error="")
            lines += self.before.log.splitlines()
        self._save(self.record)
        services.engine.take_scanned()  # drop the bytes of earlier queries: they are not this job's
        try:
            if self.number > 1 or self.run.attempt > 1:
                self._clear_up()
            with (
                noted(services, self.run.workflow, self.job.name),
                deadline(self.job, services.engine.interrupt, self.step.time_left),
            ):
                result = self._reached(self.step.jobs[self.job.kind](self._context(lines)))
        except BaseException as error:
            if self._is_tried_again(error):
                lines.append(f"trying again, {self.retries} retries left: {error}")
                self._end(RunState.RUNNING, lines, finished=False)
                return None
            if not isinstance(error, MillraceError | KeyboardInterrupt):
                lines += traceback.format_exception(error)
            state = RunState.INTERRUPTED if isinstance(error, KeyboardInterrupt) else RunState.FAILED
            output = {"held": list(error.partitions)} if isinstance(error, QualityStop) else None
            self._end(state, lines, error=told(error), output=output)
            raise
        ends_run = JOB_KINDS[self.job.kind].ends_run
        if (result.more and not self.job.asks_again) or (result.finished and not ends_run):
            raise AssertionError(f"JOB_KINDS does not say what jobs of the kind {self.job.kind} may answer")
        if result.more:
            return self._end(RunState.RUNNING, lines, output=result.output, finished=False)
        return self._end(RunState.SUCCEEDED, lines, rows=result.rows, output=result.output, ends_run=result.finished)

    def _reached(self, result: JobResult) -> JobResult:
        """The result, which asks for another call until what the job waits for is so.

        Raises JobTimeout where that takes too long.
        """
        until = self.job.until
        if until is None:
            return result
        holds = until.condition is None or until.condition.holds(result.output)
        if holds and not result.more:
            return result
        if self.step.services.clock.now() - self.record.started_at >= until.longest:
            raise JobTimeout(
                f"job {self.job.name} was called again for {until.longest}: {until.condition or 'it is not done'}.",
                hint="Let it be called more often, `at_most`, or further apart, `every_seconds`.",
            )
        return replace(result, more=True)

    def _context(self, lines: list[str]) -> JobContext:
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
            progress=self.record.output,
            store_progress=self._store_progress,
            time_left=self.step.time_left,
            item=self.item,
        )

    def _store_progress(self, output: Mapping[str, Any]) -> None:
        self._save(replace(self.record, output=output))

    def _clear_up(self) -> None:
        """End the queries of earlier invocations, and remove what this run wrote and no job has handed on."""
        services = self.step.services
        settle(services, self.run.workflow, self.job.name)
        kept = set(_versions_in([*self.outputs.values(), self.record.output]))
        remove_candidates(
            services.catalog,
            services.storage,
            self.step.workflow.tables,
            lambda version: run_of(version.version) == self.run.run_id and _place(version) not in kept,
        )

    def _is_tried_again(self, error: BaseException) -> bool:
        return self.retries > 0 and isinstance(error, RetryLater) and not isinstance(error, LeaseLost)

    def _end(self, state: RunState, lines: Sequence[str], *, finished: bool = True, **fields: Any) -> JobRecord:
        services = self.step.services
        ended = replace(
            self.record,
            state=state,
            finished_at=services.clock.now() if finished else None,
            log="\n".join(lines),
            bytes_scanned=self.record.bytes_scanned + services.engine.take_scanned(),
            **fields,
        )
        self._save(ended)
        return ended

    def _save(self, record: JobRecord) -> None:
        self.record = record
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
