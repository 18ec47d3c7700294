"""The router: whatever event comes, it looks at a run, starts the jobs whose turn it is, and ends the run that is done.

Sources: EventBridge user guide, "Event delivery level" (at least once, in no order); Lambda developer guide, "Retry
behavior" of asynchronous invocations (after one minute and two more).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from millrace.clock import Clock
from millrace.errors import JobError, MillraceError
from millrace.glue_workflow.crawl_jobs import dataset_of, waits_for_a_crawl
from millrace.glue_workflow.external.crawlers import Crawlers
from millrace.glue_workflow.job_options import JobRuntime
from millrace.glue_workflow.ports import JobRecord, RunRecord, RunState, RunStore
from millrace.glue_workflow.routing.job_calls import JobCall, JobCalls
from millrace.glue_workflow.routing.ports import JobStarter, RoutedCall, StateChange, StateChanges
from millrace.glue_workflow.run.execution import WorkflowExecution
from millrace.glue_workflow.run.items import ITEMS_LEFT
from millrace.glue_workflow.run.readiness import SETTLED, ready_jobs, settled_jobs
from millrace.glue_workflow.workflow import Job, Workflow, item_name

# Until a call is taken for lost: the longest that Lambda lets a process run, and the wait before its last retry.
CALL_LASTS = timedelta(minutes=25)
GLUE_STARTS = timedelta(minutes=30)  # until Glue's machines are there, beside the time that a job may take
MOST_UNANSWERED = 3  # calls of a job in one attempt
LOOKS_AGAIN = timedelta(minutes=15)  # at a crawl, of whose end an event may have been lost
END_LASTS = timedelta(minutes=2)  # of a run, until its process is taken for dead
_END = ""  # in place of a job's name


@dataclass(frozen=True)
class Router:
    """`execution`: the calls of the run protocol, by workflow and execution. `changes`: told of runs that end.

    `crawlers`: whose crawls are waited for; None where a call lasts until its crawl has ended.
    """

    runs: RunStore
    calls: JobCalls
    starter: JobStarter
    changes: StateChanges
    execution: Callable[[str, str], WorkflowExecution]
    clock: Clock
    crawlers: Crawlers | None = None

    def advance(self, run_id: str) -> RunRecord:
        """The run, once the jobs whose turn it is are started, or it has ended.

        May be called at any time, by several processes at once. Raises UnknownName, and what a call to AWS raises.
        """
        run = self.runs.run(run_id)
        execution = self.execution(run.workflow, run.execution)
        if run.state is not RunState.RUNNING:
            return execution.end(run_id)  # where a process died in between, the lease is not free yet
        records = self.runs.jobs(run_id)
        settled = settled_jobs(run, records)
        if _is_done(execution.workflow, settled):
            return self._ended(execution, run)
        now, turns = self.clock.now(), self._turns(run, execution.workflow, settled, records)
        for turn in turns:
            if why := turn.failure(now):
                return self._ended(execution, run, JobError(why))
        try:
            if self._leaves_out(execution, run, turns):
                return self.advance(run_id)
        except JobError as error:  # the condition of a job cannot be decided
            return self._ended(execution, run, error)
        by = self._code_of(run, execution.workflow)
        for turn in _limited(turns, now):
            self._call(run, turn, by)
        return run

    def look(self, workflow: str) -> RunRecord | None:
        """Advance the newest run of a workflow, of which an event may have been lost; None: it has none."""
        newest = next(iter(self.runs.runs(workflow, limit=1)), None)
        return self.advance(newest.run_id) if newest is not None else None

    def _turns(
        self, run: RunRecord, workflow: Workflow, settled: Mapping[str, JobRecord], records: Sequence[JobRecord]
    ) -> list[_NextCall]:
        """Of the jobs that are not settled, and of the items of such a job."""
        asked = [
            (job, item)
            for job in ready_jobs(workflow, settled)
            for item in _items_left(_record(run, job.name, records), settled) or [""]
        ]
        calls = [self.calls.last_call(run, _place(job, item)) for job, item in asked]
        # Read after the calls: of one that has come to its end, the record is the one that it left.
        after = self.runs.jobs(run.run_id)
        return [
            _NextCall(job, item, call, record, crawls=self._crawls(job, call, record))
            for (job, item), call in zip(asked, calls, strict=True)
            for record in [_record(run, _place(job, item), after)]
        ]

    def _crawls(self, job: Job, call: JobCall | None, record: JobRecord | None) -> bool:
        """Whether a call has begun a crawl, or found one, that is under way."""
        if self.crawlers is None or call is None or not call.answered or not waits_for_a_crawl(job):
            return False
        asks_again = record is not None and record.state is RunState.RUNNING
        return asks_again and self.crawlers.state(dataset_of(job)).running

    def _leaves_out(self, execution: WorkflowExecution, run: RunRecord, turns: Sequence[_NextCall]) -> bool:
        """Whether a job of Glue has no work, which is on record then: no machines are started to find that out."""
        firsts = [turn.job for turn in turns if turn.call is None and is_made_by_glue(turn.job, turn.item)]
        looks = [execution.look(run.run_id, job.name) for job in firsts]
        return any(record.state is not RunState.RUNNING for record in looks)

    def _code_of(self, run: RunRecord, workflow: Workflow) -> str:
        """A run keeps the code that its first call was made by, whatever was deployed since."""
        calls = (self.calls.last_call(run, job.name) for job in workflow.in_order())
        return next((one.by for one in calls if one is not None), self.starter.code)

    def _call(self, run: RunRecord, turn: _NextCall, by: str) -> None:
        before = turn.call
        call = _numbered(run, turn.job.name, before, by, turn.item)
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
class _NextCall:
    """A job whose turn it is, or an item of it; its last call, and the record that this attempt has of it.

    `crawls`: whether the crawl that it waits for is under way.
    """

    job: Job
    item: str
    call: JobCall | None
    record: JobRecord | None
    crawls: bool = False

    @property
    def unanswered(self) -> int:
        """How many calls in a row, the last one included, have not come to their end."""
        return 0 if self.call is None or self.call.answered else self.call.unanswered + 1

    def is_due(self, now: datetime) -> bool:
        """Whether it is left to do, and no process is at it."""
        if self.record is not None and self.record.state in SETTLED:
            return False
        if self.crawls and self.call is not None:
            return now - self.call.started_at > LOOKS_AGAIN
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
        bounds_itself = self.job.over is not None or (self.job.until is not None and not self.crawls)
        longest = self.job.longest if self.crawls else self.job.timeout
        if bounds_itself or now - self.record.started_at <= longest + CALL_LASTS:
            return ""
        return f"job {self.job.name} asks to be called again, and ran longer than {longest}."

    def _is_lost(self, now: datetime) -> bool:
        return self.call is not None and not self.call.answered and now - self.call.started_at > self._lasts

    @property
    def _lasts(self) -> timedelta:
        """Until a call is taken for lost."""
        if is_made_by_glue(self.job, self.item):
            return self.job.longest * (self.job.retries + 1) + GLUE_STARTS
        return CALL_LASTS


def is_made_by_glue(job: Job, item: str) -> bool:
    """Whether a call is a run of a job of Glue. Which items a job is made for, a function says."""
    return job.runtime is JobRuntime.GLUE and (job.over is None or item != "")


def _is_done(workflow: Workflow, settled: Mapping[str, JobRecord]) -> bool:
    return all(job.name in settled for job in workflow.jobs) or any(one.ends_run for one in settled.values())


def _limited(turns: Sequence[_NextCall], now: datetime) -> Iterator[_NextCall]:
    """Those to be called now: of the items of one job, no more than it makes at once."""
    under_way = Counter(turn.job.name for turn in turns if not turn.is_due(now))
    for turn in turns:
        most = turn.job.over.at_once if turn.job.over is not None else 1
        if turn.is_due(now) and under_way[turn.job.name] < most:
            under_way[turn.job.name] += 1
            yield turn


def _items_left(record: JobRecord | None, settled: Mapping[str, JobRecord]) -> list[str]:
    """Of a job that is made for each item, once it has said which they are."""
    if record is None or record.state is not RunState.RUNNING:
        return []
    left = (record.output or {}).get(ITEMS_LEFT, ())
    return [item for item in left if item_name(record.job, item) not in settled]


def _record(run: RunRecord, place: str, records: Sequence[JobRecord]) -> JobRecord | None:
    """What this attempt has of a job, or of an item of one."""
    return next((one for one in records if (one.job, one.attempt) == (place, run.attempt)), None)


def _place(job: Job, item: str) -> str:
    return item_name(job.name, item) if item else job.name


def _numbered(run: RunRecord, job: str, before: JobCall | None, by: str, item: str = "") -> RoutedCall:
    """The call of a job after this one."""
    number = before.number + 1 if before else 1
    return RoutedCall(run.workflow, run.execution, run.run_id, run.attempt, job, number, by, item)
