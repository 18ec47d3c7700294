"""begin: the first call of a run. It names the run, fixes what is wanted, and is idempotent by the start's key."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import msgspec

from millrace.commit_points import CommitPoint
from millrace.errors import UnknownName, UsageError
from millrace.glue_workflow.ports import RunRecord, RunState, RunStore
from millrace.glue_workflow.run.end import end_running_jobs
from millrace.glue_workflow.run.job_context import JobServices
from millrace.glue_workflow.run.queries_under_way import settle
from millrace.glue_workflow.run_request import UNBOUNDED, Only, RunRequest
from millrace.glue_workflow.workflow import Workflow
from millrace.state.dynamo_keys import START, Key
from millrace.time_keys import from_iso

_DEAD = "its process died"


class StartKey(msgspec.Struct, frozen=True):
    """What makes a start the same as an earlier one: a scheduled time or an event's id.

    `execution`: the orchestrator's execution that starts; empty for a process. Within one execution, a start that is
    repeated goes on with the same run.
    """

    key: str
    execution: str = ""

    @property
    def scheduled(self) -> datetime | None:
        """The time that the start was scheduled for, where the key is one; in UTC unless it says otherwise."""
        try:
            found = from_iso(self.key)
        except ValueError:
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)


class _Start(msgspec.Struct, frozen=True):
    run_id: str
    execution: str


@dataclass(frozen=True)
class RunStart:
    """The begin of runs of one workflow. All but `begun_before` are called under the workflow's lease."""

    services: JobServices
    workflow: Workflow

    def begun_before(self, start: StartKey | None) -> RunRecord | None:
        """The run of an earlier start with this key, as skipped; None if the run is still to be begun."""
        data = self.services.items.get(self._item(start)) if start else None
        if start is None or data is None:
            return None
        earlier = msgspec.json.decode(data, type=_Start)
        is_repeated = bool(start.execution) and earlier.execution == start.execution
        run = self._known(earlier.run_id)
        return None if run is None or is_repeated else replace(run, state=RunState.SKIPPED)

    def begin(self, request: RunRequest, start: StartKey | None = None) -> RunRecord:
        """The run's record, running; or, for a second start with the same key, that of the first, as skipped."""
        now = self.services.clock.now()
        run_id = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:4]}"
        if start is not None:
            run_id = self._first(start, run_id)
            if (run := self._known(run_id)) is not None:
                return self.begun_before(start) or run
        self._end_dead_runs()
        bounds = UNBOUNDED if request.is_reviewed else self.workflow.bounds
        run = self._new(run_id, now, msgspec.structs.replace(request, bounds=bounds))
        run = replace(run, logical_time=self._logical_time(start, now), execution=start.execution if start else "")
        return self._saved(run)

    def _logical_time(self, start: StartKey | None, now: datetime) -> datetime:
        """What the run takes as now: the time that a composed workflow was scheduled for, so that one that is started
        late reports the same day. Refinements take the time at which they look for what came.
        """
        scheduled = start.scheduled if start and not self.workflow.makes_tables else None
        return scheduled if scheduled and scheduled <= now else now

    def begin_again(self, run_id: str, execution: str = "") -> RunRecord:
        """The next attempt at a run that failed or died; by other code, it makes all steps again. `execution`: as in
        StartKey, of whoever goes on with it.

        Raises UnknownName, and UsageError for any other run.
        """
        self._end_dead_runs()
        run = unfinished_run(self.services.runs, run_id)
        again = replace(run, state=RunState.RUNNING, finished_at=None, error="", held=(), request=run.asked)
        again = replace(again, attempt=run.attempt + 1, execution=execution)
        code = self.services.code(self.workflow)
        if code != run.code:
            again = replace(again, counts_from=again.attempt, **code._asdict())
        return self._saved(again)

    def _new(self, run_id: str, now: datetime, request: RunRequest) -> RunRecord:
        return RunRecord(
            run_id=run_id,
            workflow=self.workflow.name,
            attempt=1,
            state=RunState.RUNNING,
            started_at=now,
            logical_time=now,
            partitions=request.wanted.partitions if isinstance(request.wanted, Only) else (),
            request=request,
            **self.services.code(self.workflow)._asdict(),
        )

    def _first(self, start: StartKey, run_id: str) -> str:
        """The run id of the first start with this key, which this one is if there is none yet.

        Where the first one's process died before its run was on record, this start takes its place, under its run id.
        """
        key = self._item(start)
        while True:
            data = self.services.items.get(key)
            earlier = msgspec.json.decode(data, type=_Start) if data else None
            if earlier is not None and (earlier.execution == start.execution or self._known(earlier.run_id)):
                return earlier.run_id
            mine = _Start(earlier.run_id if earlier else run_id, start.execution)
            if self.services.items.swap(key, data, msgspec.json.encode(mine)):
                return mine.run_id

    def _item(self, start: StartKey) -> Key:
        return Key(START, f"{self.workflow.name}#{start.key}")

    def _known(self, run_id: str) -> RunRecord | None:
        """None where the process of the first start died before its run was on record."""
        try:
            return self.services.runs.run(run_id)
        except UnknownName:
            return None

    def _saved(self, run: RunRecord) -> RunRecord:
        self.services.runs.save_run(run)
        self.services.reached(CommitPoint.RUN_STARTED)
        return run

    def _end_dead_runs(self) -> None:
        """Mark a run that is still on record as running, and end its queries: under the lease, no run is alive."""
        for run in self.services.runs.runs(self.workflow.name, limit=1):
            if run.state is not RunState.SUCCEEDED:
                for job in self.workflow.jobs:
                    settle(self.services, self.workflow.name, job.name)
            if run.state is RunState.RUNNING:
                now = self.services.clock.now()
                end_running_jobs(self.services.runs, run.run_id, now, _DEAD)
                self.services.runs.save_run(replace(run, state=RunState.INTERRUPTED, finished_at=now, error=_DEAD))


def refuse_unreviewed(run: RunRecord) -> None:
    """Raises UsageError for a run that somebody reviews: nobody is asked here."""
    if run.asked.is_reviewed:
        raise UsageError(
            f"run {run.run_id} is reviewed before it publishes ({run.asked.review}), and nobody is asked here.",
            hint="Give the command again that started it.",
        )


def unfinished_run(runs: RunStore, run_id: str) -> RunRecord:
    """A run that can be resumed. Raises UnknownName, and UsageError for one that succeeded or is not the newest."""
    run = runs.run(run_id)
    if run.state is RunState.SUCCEEDED:
        raise UsageError(f"run {run_id} has succeeded already.", hint=f"Start a new run: millrace run {run.workflow}.")
    if runs.runs(run.workflow, limit=1)[0].run_id != run_id:
        raise UsageError(
            f"run {run_id} is not the newest of {run.workflow}; a later run has removed its output.",
            hint=f"Run the workflow again: millrace run {run.workflow}.",
        )
    return run
