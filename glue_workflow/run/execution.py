"""The three calls for an orchestrator's execution, each in a process of its own, under the execution's lease."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

from millrace.glue_workflow.ports import ExecutionLeases, JobRecord, RunRecord, RunState
from millrace.glue_workflow.run.begin import RunStart, StartKey, refuse_unreviewed
from millrace.glue_workflow.run.end import end
from millrace.glue_workflow.run.job_context import JobServices
from millrace.glue_workflow.run.readiness import ready_jobs, settled_jobs
from millrace.glue_workflow.run.step import RunStep
from millrace.glue_workflow.run_request import RunRequest
from millrace.glue_workflow.workflow import Job, Workflow

_MARGIN = timedelta(minutes=30)  # for the rest of a call, and until the next one comes
_TOUCHED = RunRequest()


@dataclass(frozen=True)
class WorkflowExecution:
    """One execution of a workflow. `execution`: its id, which no other has; `time_left`: as in JobContext.

    Its lease lasts for longer than any of its calls can take, with all retries.
    """

    services: JobServices
    leases: ExecutionLeases
    workflow: Workflow
    execution: str
    time_left: Callable[[], float] | None = None

    def begin(self, request: RunRequest = _TOUCHED, key: str = "") -> RunRecord:
        """The run, running; or that of an earlier start with this key by another execution, as skipped.

        `key`: such as the scheduled time or the event's id; by default the execution's own id. Raises LeaseHeld.
        """
        start, begin = StartKey(key or self.execution, self.execution), RunStart(self.services, self.workflow)
        earlier = begin.begun_before(start)
        if earlier is not None:
            return earlier
        with self._lease():
            run = begin.begin(request, start)
        if run.state is not RunState.RUNNING:
            self._release()
        return run

    def begin_again(self, run_id: str) -> RunRecord:
        """The next attempt at a run that failed or died, by this execution. A call that is repeated begins none, and
        gives the run as it is.

        Raises UnknownName, LeaseHeld, and UsageError for a run that succeeded, that is not its workflow's newest, or
        that somebody reviews: nobody is asked here.
        """
        run = self.services.runs.run(run_id)
        if run.execution == self.execution:
            return run
        refuse_unreviewed(run)
        with self._lease():
            return RunStart(self.services, self.workflow).begin_again(run_id, self.execution)

    def step(self, run_id: str, job: str, item: str = "") -> JobRecord:
        """One step; a record that is still running asks for another call. As `RunStep.step`, and raises LeaseHeld."""
        steps = RunStep(self.services, self.workflow, time_left=self.time_left)
        if self._has_ended(run_id):
            return steps.step(run_id, job, item)
        with self._lease():
            return steps.step(run_id, job, item)

    def look(self, run_id: str, job: str) -> JobRecord:
        """As `step`, which makes nothing: a record that is running says that the job is still to be made."""
        steps = RunStep(self.services, self.workflow, time_left=self.time_left)
        if self._has_ended(run_id):
            return steps.look(run_id, job)
        with self._lease():
            return steps.look(run_id, job)

    def begun(self) -> RunRecord | None:
        """The run that this execution has begun, or gone on with; None before."""
        newest = next(iter(self.services.runs.runs(self.workflow.name, limit=1)), None)
        return newest if newest is not None and newest.execution == self.execution else None

    def begin_as_asked(self, key: str = "", resume: str = "") -> RunRecord:
        """`begin` of a start with this key, or `begin_again` of the run that it resumes. Raises as these do."""
        return self.begin_again(resume) if resume else self.begin(key=key)

    def ready(self, run: RunRecord) -> list[Job]:
        """The jobs of the run, in their order, whose step can be called now."""
        return ready_jobs(self.workflow, settled_jobs(run, self.services.runs.jobs(run.run_id)))

    def is_done(self, run: RunRecord) -> bool:
        """Whether each job of the run is done or left out."""
        settled = settled_jobs(run, self.services.runs.jobs(run.run_id))
        return all(job.name in settled for job in self.workflow.jobs)

    def end(self, run_id: str, error: BaseException | None = None) -> RunRecord:
        """The run's result, stored and told; the lease is free then. `error`: what ended it outside its steps."""
        if self._has_ended(run_id):  # a call that is repeated
            self._release()
            return self.services.runs.run(run_id)
        with self._lease():
            run = end(self.services, self.workflow, run_id, error)
        self._release()
        return run

    def _has_ended(self, run_id: str) -> bool:
        return self.services.runs.run(run_id).state is not RunState.RUNNING

    def _lease(self) -> AbstractContextManager[None]:
        longest = max(job.timeout * (job.retries + 1) for job in self.workflow.jobs)
        return self.leases.hold_for(self.workflow.name, self.execution, longest + _MARGIN)

    def _release(self) -> None:
        self.leases.release_for(self.workflow.name, self.execution)
