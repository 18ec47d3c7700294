"""The runner: executes a workflow in this process, job after job, under a lease. Each step is on record before the next
begins."""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Timer
from typing import Any

from millrace.commit_points import CommitPoint
from millrace.errors import JobTimeout, MillraceError, QualityStop, RetryLater, UsageError
from millrace.glue_workflow.jobs import JOBS
from millrace.glue_workflow.ports import JobRecord, Leases, PartitionVersion, RunRecord, RunState
from millrace.glue_workflow.run.dry_run import DryRunStore
from millrace.glue_workflow.run.job_context import JobContext, JobResult, JobServices, Review
from millrace.glue_workflow.run_request import Only, RunRequest
from millrace.glue_workflow.versions.retention import removal_of, remove, run_of
from millrace.glue_workflow.workflow import Job, Workflow
from millrace.notify.ports import Event, EventKind, NullNotifier

Progress = Callable[[JobRecord], None]

_CTRL_C = "stopped with Ctrl-C"
_TOUCHED = RunRequest()


@dataclass(frozen=True)
class WorkflowRunner:
    """Runs, dry runs and resumes of workflows. `jobs` gives the function of each job by name.

    `progress` is called with a job's record when the job starts and when it ends; `review` is as in JobContext.
    """

    services: JobServices
    leases: Leases
    progress: Progress = lambda _: None
    review: Review | None = None
    jobs: Mapping[str, Callable[[JobContext], JobResult]] = field(default_factory=lambda: JOBS)

    def run(self, workflow: Workflow, request: RunRequest = _TOUCHED) -> RunRecord:
        """One run over the partitions that are wanted, by default those touched since the last run.

        A failed job ends the run with the state `failed`; readers then see what they saw before. Raises LeaseHeld.
        """
        with self.leases.hold(workflow.name):
            self._end_dead_runs(workflow)
            run = self._execute(workflow, self._new_run(workflow, request), done={})
            if request.is_reviewed and run.state is RunState.SUCCEEDED:
                self._remove_candidates(workflow, lambda version: run_of(version.version) == run.run_id)
        return run

    def dry_run(self, workflow: Workflow, request: RunRequest) -> RunRecord:
        """A dry run: its records are dropped and its candidates removed; `review` must decline. Raises LeaseHeld."""
        services = replace(self.services, runs=DryRunStore(self.services.runs), notifier=NullNotifier())
        with self.leases.hold(workflow.name):
            before = {version for table in workflow.tables for version in self.services.catalog.unpublished(table)}
            try:
                return replace(self, services=services)._execute(
                    workflow, self._new_run(workflow, request), done={"delete": {}}
                )
            finally:
                self._remove_candidates(workflow, lambda version: version not in before)

    def _new_run(self, workflow: Workflow, request: RunRequest) -> RunRecord:
        now = self.services.clock.now()
        return RunRecord(
            run_id=f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:4]}",
            workflow=workflow.name,
            attempt=1,
            state=RunState.RUNNING,
            started_at=now,
            logical_time=now,
            partitions=request.wanted.partitions if isinstance(request.wanted, Only) else (),
            code_version=self.services.pipelines.code_version(self.services.code_version, workflow),
            request=request,
        )

    def _remove_candidates(self, workflow: Workflow, chosen: Callable[[PartitionVersion], bool]) -> None:
        catalog, storage = self.services.catalog, self.services.storage
        left = [version for table in workflow.tables for version in catalog.unpublished(table) if chosen(version)]
        remove(catalog, storage, [removal_of(storage, version) for version in left])

    def resume(self, workflow: Workflow, run_id: str) -> RunRecord:
        """The next attempt at a run that failed or died, from its first job that has not succeeded, as it was asked.

        Raises LeaseHeld, UnknownName, and UsageError for a run that succeeded, that is not its workflow's newest (a
        later run has removed its output), or that somebody reviews, when nobody does.
        """
        with self.leases.hold(workflow.name):
            self._end_dead_runs(workflow)
            run = self.services.runs.run(run_id)
            newest = self.services.runs.runs(workflow.name, limit=1)[0]
            if run.state is RunState.SUCCEEDED:
                raise UsageError(
                    f"run {run_id} has succeeded already.",
                    hint=f"Start a new run: millrace run {workflow.name}.",
                )
            if newest.run_id != run_id:
                raise UsageError(
                    f"run {run_id} is not the newest of {workflow.name}; a later run has removed its output.",
                    hint=f"Run the workflow again: millrace run {workflow.name}.",
                )
            if run.asked.is_reviewed and self.review is None:
                raise UsageError(
                    f"run {run_id} is reviewed before it publishes ({run.asked.review}), and nobody is asked here.",
                    hint="Give the command again that started it.",
                )
            jobs = self.services.runs.jobs(run_id)
            done = {job.job: job.output or {} for job in jobs if job.state is RunState.SUCCEEDED}
            again = replace(run, state=RunState.RUNNING, finished_at=None, error="", held=())
            return self._execute(workflow, replace(again, attempt=run.attempt + 1), done)

    def _end_dead_runs(self, workflow: Workflow) -> None:
        """Mark a run that is still recorded as running: under the lease, no run of this workflow is alive."""
        for run in self.services.runs.runs(workflow.name, limit=1):
            if run.state is RunState.RUNNING:
                now = self.services.clock.now()
                self.services.runs.save_run(
                    replace(run, state=RunState.INTERRUPTED, finished_at=now, error="its process died")
                )
                for job in self.services.runs.jobs(run.run_id):
                    if job.state is RunState.RUNNING:
                        self.services.runs.save_job(replace(job, state=RunState.INTERRUPTED, finished_at=now))

    def _execute(
        self,
        workflow: Workflow,
        run: RunRecord,
        done: Mapping[str, Mapping[str, Any]],
    ) -> RunRecord:
        self.services.runs.save_run(run)
        self.services.reached(CommitPoint.RUN_STARTED)
        outputs = dict(done)
        try:
            for job in workflow.in_order():
                if job.name in done:
                    continue
                result = self._run_job(workflow, job, run, outputs)
                outputs[job.name] = result.output
                if result.finished:
                    break
        except QualityStop as error:
            return self._end_run(replace(run, held=error.partitions), RunState.FAILED, outputs, str(error))
        except MillraceError as error:
            return self._end_run(run, RunState.FAILED, outputs, str(error))
        except KeyboardInterrupt:
            self._end_run(run, RunState.INTERRUPTED, outputs, _CTRL_C)
            raise
        except BaseException as error:
            self._end_run(run, RunState.FAILED, outputs, f"{type(error).__name__}: {error}")
            raise
        held = tuple(outputs.get("quality_check", {}).get("held", ()))
        return self._end_run(replace(run, held=held), RunState.SUCCEEDED, outputs)

    def _end_run(
        self, run: RunRecord, state: RunState, outputs: Mapping[str, Mapping[str, Any]], error: str = ""
    ) -> RunRecord:
        partitions = tuple(outputs.get("crawl", {}).get("objects", run.partitions))
        now = self.services.clock.now()
        scanned = sum(job.bytes_scanned for job in self.services.runs.jobs(run.run_id))
        ended = replace(run, state=state, finished_at=now, error=error, partitions=partitions, bytes_scanned=scanned)
        self.services.runs.save_run(ended)
        self.services.reached(CommitPoint.RUN_FINISHED)
        if state is RunState.FAILED:
            self.services.notifier.notify(Event(EventKind.RUN_FAILED, run.workflow, error, now, {"run_id": run.run_id}))
        return ended

    def _run_job(
        self,
        workflow: Workflow,
        job: Job,
        run: RunRecord,
        outputs: Mapping[str, Mapping[str, Any]],
    ) -> JobResult:
        lines: list[str] = []
        context = JobContext(
            workflow,
            job,
            run.run_id,
            run.attempt,
            run.logical_time,
            run.asked,
            outputs,
            self.services,
            lines.append,
            self.review,
        )
        record = JobRecord(run.run_id, run.attempt, job.name, RunState.RUNNING, self.services.clock.now())
        self._save_job(record)
        self.services.engine.take_scanned()  # drop the bytes of earlier queries: they are not this job's
        try:
            result = self._with_retries(context)
        except KeyboardInterrupt:
            self._end_job(record, RunState.INTERRUPTED, lines, error=_CTRL_C)
            raise
        except BaseException as error:
            if not isinstance(error, MillraceError):
                lines += traceback.format_exception(error)
            self._end_job(record, RunState.FAILED, lines, error=str(error) or type(error).__name__)
            raise
        self._end_job(record, RunState.SUCCEEDED, lines, rows=result.rows, output=result.output)
        return result

    def _with_retries(self, context: JobContext) -> JobResult:
        for left in range(context.job.retries, -1, -1):
            try:
                with self._deadline(context.job):
                    return self.jobs[context.job.name](context)
            except RetryLater as error:
                if left == 0:
                    raise
                context.log(f"trying again, {left} retries left: {error}")
        raise AssertionError("the last attempt returns or raises")

    @contextmanager
    def _deadline(self, job: Job) -> Iterator[None]:
        """Interrupt the engine when the job's timeout is over. Raises JobTimeout then."""
        over: list[timedelta] = []

        def stop() -> None:
            over.append(job.timeout)
            self.services.engine.interrupt()

        timer = Timer(job.timeout.total_seconds(), stop)
        timer.daemon = True
        timer.start()
        try:
            yield
        except MillraceError as error:
            if over:
                raise JobTimeout(
                    f"job {job.name} ran longer than {job.timeout}.",
                    hint="Run fewer partitions (--partition), or raise the job's timeout: `[jobs.NAME]` with "
                    "`timeout_minutes` in workflows/NAME.toml.",
                ) from error
            raise
        finally:
            timer.cancel()

    def _end_job(self, record: JobRecord, state: RunState, lines: list[str], **fields: Any) -> None:
        now, scanned = self.services.clock.now(), self.services.engine.take_scanned()
        ended = replace(record, state=state, finished_at=now, log="\n".join(lines), bytes_scanned=scanned, **fields)
        self._save_job(ended)

    def _save_job(self, record: JobRecord) -> None:
        self.services.runs.save_job(record)
        self.progress(record)
