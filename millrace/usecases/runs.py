"""Workflow runs: started, resumed, and shown as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from millrace.errors import CrawlFailed, JobError, UnknownName, UsageError
from millrace.glue_workflow.job_kinds import CRAWLER
from millrace.glue_workflow.ports import RunState
from millrace.glue_workflow.run_request import All, Only, RunRequest, Touched, Wanted
from millrace.infra.runtime.executions import is_by_events
from millrace.lake.kind import open_lake
from millrace.schedules.expressions import read_schedule
from millrace.schedules.names import run_schedule
from millrace.settings import EngineName
from millrace.time_keys import parse_date, stored

if TYPE_CHECKING:
    from millrace.glue_workflow.ports import JobRecord, RunRecord
    from millrace.glue_workflow.refinement import Refinement
    from millrace.glue_workflow.run.execution import WorkflowExecution
    from millrace.glue_workflow.run.step import Progress
    from millrace.glue_workflow.workflow import Workflow
    from millrace.infra.runtime.base import Runtime
    from millrace.infra.runtime.service_logs import ServiceLog
    from millrace.usecases.versions import Decision


LOG_COLUMNS = ("job", "attempt", "state", "at", "place", "line")
RUN_STORE = "run store"


def run_workflow(
    runtime: Runtime,
    name: str,
    partitions: Sequence[str],
    *,
    full: bool,
    progress: Progress,
    engine: EngineName | None = None,
) -> RunRecord:
    """Runs a workflow. A job that fails is in the record. One that makes no tables may be the first to use a lake.

    Raises UnknownName, BadTime, UsageError, LeaseHeld, and LakeError where there is nothing to refine.
    """
    if full and partitions:
        raise UsageError("--full and --partition exclude each other.", hint="Give only one of them.")
    if name not in runtime.pipelines.workflows or runtime.pipelines.workflow(name).makes_tables:
        runtime.require_lake()
    workflow, wanted = runtime.pipelines.workflow(name), _wanted(partitions, full=full)
    if not runtime.exists():
        open_lake(runtime.storage, runtime.settings.feed, runtime.clock)
    runtime.stream.flush(everything=True)  # this run includes what a crashed poll left in the spool
    return runtime.runner(progress, engine).run(workflow, RunRequest(wanted, engine))


def _wanted(partitions: Sequence[str], *, full: bool) -> Wanted:
    if full:
        return All()
    return Only(tuple(sorted({parse_date(one).isoformat() for one in partitions}))) if partitions else Touched()


def resume_by_orchestrator(runtime: Runtime, run_id: str) -> str:
    """Has a run resumed by what ran it: the ARN of the new execution. "" where that is for a process, as of a run that
    somebody reviews. Raises UnknownName, UsageError for a run that cannot be resumed or is under way, and what a call
    to AWS raises.
    """
    from millrace.glue_workflow.run.begin import unfinished_run

    run = unfinished_run(runtime.runs, run_id)
    if not run.execution or run.asked.is_reviewed:
        return ""
    if run.finished_at is None and not runtime.has_ended(run.execution):
        raise UsageError(
            f"run {run_id} is under way, in the execution {run.execution}.",
            hint="Wait for its end, or stop that execution first.",
        )
    return runtime.resumed_by_orchestrator(run.execution, run_id)


def resume_run(runtime: Runtime, run_id: str, *, progress: Progress, decide: Decision | None = None) -> RunRecord:
    """Resumes a run as it was asked for, on the same engine. `decide`: reviews a reprocess that is resumed.

    Raises UnknownName, UsageError (also for a reprocess that nobody decides), LeaseHeld.
    """
    run = runtime.runs.run(run_id)
    workflow, engine = runtime.pipelines.workflow(run.workflow), run.asked.engine
    runner = runtime.runner(progress, EngineName.named(engine) if engine else None)
    if decide is None or not run.asked.is_reviewed:
        return runner.resume(workflow, run_id)
    from millrace.usecases.versions import reprocessing

    return reprocessing(runtime, decide).resume(runner, runtime.pipelines.refinement(run.workflow), run_id)


def end_dead_run(runtime: Runtime, workflow: Workflow) -> RunRecord | None:
    """Ends a run whose orchestrator's execution has ended without ending it: its process was killed, or it was stopped.

    So its record tells the truth and people are told, before another run begins. A run that events drive is gone on
    with, if an event was lost; one of Glue with the crawls that have ended since its last job. The run that was ended
    though not all is done, or None where there is none such. Raises LeaseHeld where another process works on the
    workflow.
    """
    runtime.begin_unbegun(workflow)
    newest = next(iter(runtime.runs.runs(workflow.name, limit=1)), None)
    if newest is None or not newest.execution:
        return None
    if is_by_events(newest.execution) and runtime.router is not None:
        run = runtime.router.advance(newest.run_id)
        return run if newest.finished_at is None and run.state is RunState.FAILED else None
    if newest.finished_at is not None:
        return None
    execution, is_over = runtime.execution(workflow.name, newest.execution), runtime.has_ended(newest.execution)
    try:
        if _entered_crawls(runtime, execution, newest):
            execution.end(newest.run_id)
            return None
    except CrawlFailed as error:
        return execution.end(newest.run_id, error)
    return execution.end(newest.run_id, JobError(why_dead(newest))) if is_over else None


def _entered_crawls(runtime: Runtime, execution: WorkflowExecution, run: RunRecord) -> bool:
    """Whether all is done once the crawls that Glue began are in the run's record. Raises CrawlFailed."""
    from millrace.glue_workflow.compilers.glue_crawls import is_crawl_of_glue
    from millrace.glue_workflow.run.entered_crawls import enter_crawls

    begun, workflow = runtime.begun_crawls(run.execution), execution.workflow
    if begun is None or not any(job.kind == CRAWLER for job in workflow.jobs):
        return False

    def step(made: WorkflowExecution, run_id: str, job: str) -> JobRecord:
        return made.step(run_id, job)

    enter_crawls(execution, run, begun, lambda job: is_crawl_of_glue(workflow, job), step)
    return execution.is_done(run)


def why_dead(run: RunRecord) -> str:
    """The error of a run that `end_dead_run` ends."""
    return f"execution {run.execution} ended before the run did: its process was killed, or it was stopped."


def overdue_run(runtime: Runtime, workflow: Workflow) -> str:
    """Why a workflow needs to be looked at: no run when one was due, or one that does not end, and of which no job has
    begun or ended for longer than any may take; "" if it does not.

    A workflow that never ran is overdue when data waits for it. One that is switched off is never.
    """
    if not runtime.switches.is_on(run_schedule(workflow.name)):
        return ""
    now, [*newest] = runtime.clock.now(), runtime.runs.runs(workflow.name, limit=1)
    if not newest:
        refined = runtime.pipelines.refinements.get(workflow.name)
        waiting = [one.since for one in runtime.pending.touched(refined.source)] if refined else []
        return _overdue(workflow, min(waiting), now, "data waits") if waiting else ""
    [last] = newest
    if last.finished_at is None:
        longest = max(job.longest * (job.retries + 1) for job in workflow.jobs) + _LATE
        lived = [job.finished_at or job.started_at for job in runtime.runs.jobs(last.run_id)]
        is_over = now - max([last.started_at, *lived]) > longest
        return f"run {last.run_id} has not ended since {stored(last.started_at)} UTC" if is_over else ""
    return _overdue(workflow, last.finished_at, now, f"run {last.run_id} ended")


def _overdue(workflow: Workflow, since: datetime, now: datetime, what: str) -> str:
    due = read_schedule(workflow.schedule, workflow.timezone).next_after(since) if workflow.schedule else None
    if due is None or now - due <= _LATE:
        return ""
    return f"no run since {stored(due)} UTC, when one was due; {what} at {stored(since)} UTC"


def list_unannounced(runtime: Runtime, workflow: Refinement) -> dict[str, int]:
    """The recent raw objects of a workflow that no event announced, by partition; they join the pending list."""
    from millrace.glue_workflow.jobs.crawl.daily_listing import list_recent_days

    return list_recent_days(runtime.job_services(), workflow, runtime.clock.now().date())


def run_row(run: RunRecord) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "workflow": run.workflow,
        "attempt": run.attempt,
        "state": str(run.state),
        "started_at": stored(run.started_at),
        "seconds": _seconds(run.started_at, run.finished_at),
        "partitions": ", ".join(run.partitions),
        "held": ", ".join(run.held),
        "bytes_scanned": run.bytes_scanned,
        "code_version": run.code_version,
        "release": run.release,
        "error": run.error,
    }


def drawn_run(runtime: Runtime, run: RunRecord, jobs: Sequence[JobRecord], form: str = "text") -> str:
    """The run's workflow with the state of each job, in one of DRAWINGS; "" where the project has no such workflow."""
    from millrace.glue_workflow.drawing import newest_records
    from millrace.usecases.definitions.workflows import DRAWINGS

    workflow = runtime.pipelines.workflows.get(run.workflow)
    return DRAWINGS[form](workflow, newest_records(run, jobs)) if workflow else ""


def held_rows(runtime: Runtime, run: RunRecord) -> list[dict[str, Any]]:
    """Each partition that the gate refused in the last attempt of a run, with a row for each rule that it fails."""
    if not run.held:
        return []
    found = [one for one in runtime.runs.quality(run_id=run.run_id) if one.attempt == run.attempt]
    last: dict[str, int] = {}
    for one in found:
        last[one.partitions] = max(one.check_number, last.get(one.partitions, 0))
    return [
        {"partition": one.partitions, "rule": one.rule, "verdict": one.verdict, "message": one.message}
        for one in reversed(found)
        if one.partitions in run.held and one.action in _HOLDING and one.check_number == last[one.partitions]
    ]


def job_row(job: JobRecord) -> dict[str, Any]:
    return {
        "job": job.job,
        "attempt": job.attempt,
        "state": str(job.state),
        "started_at": stored(job.started_at),
        "seconds": _seconds(job.started_at, job.finished_at),
        "rows": job.rows,
        "bytes_scanned": job.bytes_scanned,
        "error": job.error,
        "log": job.log,
    }


@dataclass(frozen=True, slots=True)
class JobLog:
    """Of a job that was called. `service`: what AWS logged; None where it ran in a process of somebody's."""

    job: JobRecord
    service: ServiceLog | None

    def rows(self) -> Iterator[dict[str, Any]]:
        """A row for each line; `at`: in UTC, of AWS's lines."""
        named = {"job": self.job.job, "attempt": self.job.attempt, "state": str(self.job.state)}
        for line in kept_lines(self.job):
            yield {**named, "at": "", "place": RUN_STORE, "line": line}
        for found in self.service.lines if self.service else ():
            yield {**named, "at": stored(found.at), "place": found.place, "line": found.text}


def logged_jobs(run: RunRecord, records: list[JobRecord], name: str = "") -> list[JobRecord]:
    """The last records of the job of this name, with its items; without a name, of the jobs that did not come to their
    end well, else of all.

    `records`: those of the run. Raises UnknownName for a job that was not called.
    """
    from millrace.glue_workflow.drawing import newest_records
    from millrace.glue_workflow.ports import RunState

    newest = newest_records(run, records)
    if name:
        found = [one for job, one in newest.items() if job == name or job.startswith(f"{name}[")]
        if not found:
            raise UnknownName("called job", name, newest)
        return found
    bad = [one for one in newest.values() if one.state in (RunState.FAILED, RunState.INTERRUPTED)]
    return bad or list(newest.values())


def job_log(runtime: Runtime, run: RunRecord, job: JobRecord) -> JobLog:
    """Raises what the call to AWS raises."""
    until = job.finished_at or runtime.clock.now()
    return JobLog(job, runtime.service_log(run, job.started_at, until))


def kept_lines(job: JobRecord) -> list[str]:
    """What the run store has of a job: its error and its messages."""
    return [line for text in (job.error, job.log) for line in text.splitlines()]


_LATE = timedelta(minutes=30)  # after the scheduled time: a run may take its time to start, and to be retried
_HOLDING = ("stop", "set_aside")


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return round((end - start).total_seconds(), 2) if end else None
