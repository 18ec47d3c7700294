"""The router: whatever event comes, it looks at a run, starts the jobs whose turn it is, and ends the run that is done.

Sources: EventBridge user guide, "Event delivery level" (at least once, in no order); Lambda developer guide, "Retry
behavior" of asynchronous invocations (after one minute and two more).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from millrace.clock import Clock
from millrace.errors import JobError, MillraceError
from millrace.glue_workflow.ports import JobRecord, RunRecord, RunState, RunStore
from millrace.glue_workflow.routing.job_calls import JobCall, JobCalls
from millrace.glue_workflow.routing.ports import JobStarter, RoutedCall, StateChange, StateChanges
from millrace.glue_workflow.run.execution import WorkflowExecution
from millrace.glue_workflow.run.readiness import ready_jobs, settled_jobs
from millrace.glue_workflow.workflow import Job

# Until a call is taken for lost: the longest that Lambda lets a process run, and the wait before its last retry.
CALL_LASTS = timedelta(minutes=25)
MOST_UNANSWERED = 3  # calls of a job in one attempt
END_LASTS = timedelta(minutes=2)  # of a run, until its process is taken for dead
_END = ""  # in place of a job's name


@dataclass(frozen=True)
class Router:
    """`execution`: the calls of the run protocol, by workflow and execution. `changes`: told of runs that end."""

    runs: RunStore
    calls: JobCalls
    starter: JobStarter
    changes: StateChanges
    execution: Callable[[str, str], WorkflowExecution]
    clock: Clock

    def advance(self, run_id: str) -> RunRecord:
        """The run, once the jobs whose turn it is are started, or it has ended.

        May be called at any time, by several processes at once. Raises UnknownName, and what a call to AWS raises.
        """
        run = self.runs.run(run_id)
        execution = self.execution(run.workflow, run.execution)
        if run.state is not RunState.RUNNING:
            return execution.end(run_id)  # where a process died in between, the lease is not free yet
        # The calls are read first: of one that has come to its end, the record is the one that it left.
        calls = {job.name: self.calls.last_call(run, job.name) for job in execution.workflow.jobs}
        records = self.runs.jobs(run_id)
        settled = settled_jobs(run, records)
        if len(settled) == len(calls) or any(one.ends_run for one in settled.values()):
            return self._ended(execution, run)
        now, ready = self.clock.now(), ready_jobs(execution.workflow, settled)
        turns = [_Turn(job, calls[job.name], _record(run, job, records)) for job in ready]
        for turn in turns:
            if why := turn.failure(now):
                return self._ended(execution, run, JobError(why))
        # A run keeps the code that its first call was made by, whatever was deployed since.
        by = next((one.by for one in calls.values() if one is not None), self.starter.code)
        for turn in turns:
            if turn.is_due(now):
                self._call(run, turn, by)
        return run

    def look(self, workflow: str) -> RunRecord | None:
        """Advance the newest run of a workflow, of which an event may have been lost; None: it has none."""
        newest = next(iter(self.runs.runs(workflow, limit=1)), None)
        return self.advance(newest.run_id) if newest is not None else None

    def _call(self, run: RunRecord, turn: _Turn, by: str) -> None:
        before = turn.call
        call = _numbered(run, turn.job.name, before, by)
        if not self.calls.take(call, before, unanswered=turn.unanswered):
            return
        try:
            self.starter.start(call)
        except MillraceError:
            self.calls.drop(call)
            raise

    def _ended(self, execution: WorkflowExecution, run: RunRecord, error: JobError | None = None) -> RunRecord:
        """By one process alone, so that people are told once. Where it died, another ends the run later."""
        before = self.calls.last_call(run, _END)
        if before is not None and not before.answered and self.clock.now() - before.started_at <= END_LASTS:
            return run
        call = _numbered(run, _END, before, "")
        if not self.calls.take(call, before, unanswered=0):
            return run
        try:
            ended = execution.end(run.run_id, error)
        except MillraceError:
            self.calls.drop(call)
            raise
        self.changes.announce(StateChange(run.workflow, run.run_id, ended.attempt, str(ended.state), error=ended.error))
        return ended


@dataclass(frozen=True)
class _Turn:
    """A job whose turn it is, its last call, and the record that this attempt has of it."""

    job: Job
    call: JobCall | None
    record: JobRecord | None

    @property
    def unanswered(self) -> int:
        """How many calls in a row, the last one included, have not come to their end."""
        return 0 if self.call is None or self.call.answered else self.call.unanswered + 1

    def is_due(self, now: datetime) -> bool:
        """Whether no process is at it."""
        return self.call is None or self.call.answered or self._is_lost(now)

    def failure(self, now: datetime) -> str:
        """Why the run cannot go on; "" where it can."""
        if self.call is None:
            return ""
        if not self.call.answered:
            is_over = self._is_lost(now) and self.unanswered >= MOST_UNANSWERED
            calls = f"job {self.job.name} gave no answer to {self.unanswered} calls"
            return f"{calls}: their processes died, or never began." if is_over else ""
        if self.record is None or self.record.state is not RunState.RUNNING:
            return self.call.error or (self.record.error if self.record else "")
        if self.call.error:
            return self.call.error
        if now - self.record.started_at <= self.job.timeout + CALL_LASTS:
            return ""
        return f"job {self.job.name} asks to be called again, and ran longer than {self.job.timeout}."

    def _is_lost(self, now: datetime) -> bool:
        return self.call is not None and not self.call.answered and now - self.call.started_at > CALL_LASTS


def _record(run: RunRecord, job: Job, records: Sequence[JobRecord]) -> JobRecord | None:
    """What this attempt has of a job."""
    return next((one for one in records if (one.job, one.attempt) == (job.name, run.attempt)), None)


def _numbered(run: RunRecord, job: str, before: JobCall | None, by: str) -> RoutedCall:
    """The call of a job after this one."""
    number = before.number + 1 if before else 1
    return RoutedCall(run.workflow, run.execution, run.run_id, run.attempt, job, number, by)
