"""A smoke test of a stage: one poll by the deployed function, one run and one query, from feed to reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from millrace.errors import DeploymentFailed, MillraceError, UsageError

if TYPE_CHECKING:
    from millrace.glue_workflow.ports import JobRecord, RunRecord
    from millrace.glue_workflow.refinement import Refinement
    from millrace.infra.deployment.account import StageAccount
    from millrace.infra.runtime.base import Runtime
    from millrace.pending.ports import TouchedPartition
    from millrace.settings import Settings

TellPart = Callable[[str], None]
PollBy = Callable[[str, datetime], str]  # polls a source for a time, and gives the outcome
_FUNCTION = "AWS::Lambda::Function"
_LATE = timedelta(minutes=3)  # beyond the time for which the stream buffers, until the queue has told of the object
_LONGEST_RUN = timedelta(minutes=30)
_LOOKS = 2.0  # seconds between two looks


def smoke_test_stage(at: StageAccount, here: Settings, say: TellPart) -> None:
    """Raises as `smoke_test` does. `here`: the settings of this machine."""
    from millrace.infra.deployment.deployed.lake import lake_settings
    from millrace.infra.runtime.selection import runtime_class

    with _part("lake"):
        settings = lake_settings(at, here)
    patience = timedelta(seconds=at.stage.ingest.buffer_seconds) + _LATE
    with runtime_class(settings)(settings) as runtime:
        smoke_test(runtime, lambda source, minute: _polled(at, source, minute), patience, say)


def smoke_test(runtime: Runtime, poll: PollBy, patience: timedelta, say: TellPart) -> None:
    """The first workflow of a source that is polled. `patience`: until what was polled is a raw object.

    Raises DeploymentFailed that names the part that failed, and why; UsageError for a project that polls nothing.
    """
    workflow = _tried(runtime)
    with _part("lake"):
        before = frozenset(runtime.pending.touched(workflow.source))
    test = _SmokeTest(runtime, workflow, say, runtime.clock.now(), before)
    with _part("poll"):
        test.poll(poll)
    with _part("delivery"):
        test.wait_for_delivery(patience)
    with _part("run"):
        run = test.run()
    with _part("query"):
        test.query(run)
    say("smoke test: from feed to reader, all parts work")


@contextmanager
def _part(name: str) -> Iterator[None]:
    try:
        yield
    except MillraceError as error:
        told = f"the stage is deployed, and its smoke test failed at the {name}: {error.message}"
        raise DeploymentFailed(told, hint=error.hint) from error


def _tried(runtime: Runtime) -> Refinement:
    flows = [one for _, one in sorted(runtime.pipelines.refinements.items())]
    polled = {name for name, source in runtime.sources.items() if source.is_polled}
    found = next((one for one in flows if one.source in polled), None)
    if found is None:
        raise UsageError("the project polls no source that a workflow refines.", hint="Leave out --smoke.")
    return found


def _polled(at: StageAccount, source: str, minute: datetime) -> str:
    """The outcome of a poll by the source's function."""
    from millrace.infra.deployment.deployed.functions import called
    from millrace.infra.stack.resources import logical_id

    title = logical_id("PollOf", source)
    [function] = [one.physical for one in at.stacks.resources(at.stack) if (one.kind, one.title) == (_FUNCTION, title)]
    event = {"source": source, "scheduled_time": minute.isoformat()}
    return str(called(at.clients.client("lambda"), function, event).get("outcome"))


@dataclass(frozen=True)
class _SmokeTest:
    """`began`: before the poll, when `before` was pending."""

    runtime: Runtime
    workflow: Refinement
    say: TellPart
    began: datetime
    before: frozenset[TouchedPartition]

    def poll(self, by: PollBy) -> None:
        source = self.workflow.source
        self.say(f"smoke test: polls {source} once")
        outcome = by(source, self.began.replace(second=0, microsecond=0))
        if outcome == "skipped":
            hint = f"Give millrace schedules enable poll-{source} for the stage."
            raise UsageError(f"the schedule poll-{source} is switched off.", hint=hint)
        if outcome != "delivered":
            hint = "The attempt is on record in ops.polls, with the reason."
            raise UsageError(f"the feed {source} gave no snapshot ({outcome}).", hint=hint)

    def wait_for_delivery(self, patience: timedelta) -> None:
        """Until the partition is on the pending list, or a run that a schedule started has taken it from there."""
        seconds = f"{patience.total_seconds():.0f} s"
        self.say(f"smoke test: waits until the stream has delivered, for {seconds} at most")
        if not self._until(lambda: self._touched() or self._run_since() is not None, patience):
            hint = "Look at the stream's log, and at the dead letters of the queue of new objects."
            raise UsageError(f"nothing told of a raw object of {self.workflow.source} within {seconds}.", hint=hint)

    def run(self) -> RunRecord:
        """A run of its own; where a schedule has started one meanwhile, that one."""
        from millrace.usecases.runs import run_workflow

        name = self.workflow.name
        if self._run_since() is None:
            self.say(f"smoke test: runs {name} once")
            run_workflow(self.runtime, name, [], full=False, progress=self._tell)
        else:
            self.say(f"smoke test: a schedule has started a run of {name}; waits for its end")
        self._until(self._has_ended, _LONGEST_RUN)
        run = self.runtime.runs.runs(name, limit=1)[0]
        if run.error or run.held or not run.partitions:
            held = f"the gate holds {', '.join(run.held)}" if run.held else f"it is {run.state}, with no partition"
            reason = (run.error or held).rstrip(".")
            raise UsageError(f"run {run.run_id}: {reason}.", hint=f"See millrace runs show {run.run_id}.")
        return run

    def query(self, run: RunRecord) -> None:
        from millrace.usecases.queries import run_query

        table, day = self.workflow.staging, max(run.partitions)
        [(rows,)] = run_query(self.runtime, f"SELECT count(*) AS n FROM {table} WHERE dt = DATE '{day}'").rows
        if not rows:
            raise UsageError(f"{table} has no row of {day}.", hint=f"See millrace versions {table}.")
        self.say(f"smoke test: a query finds {rows:,} rows of {day} in {table}")

    def _touched(self) -> bool:
        return not self.before.issuperset(self.runtime.pending.touched(self.workflow.source))

    def _run_since(self) -> RunRecord | None:
        """The newest run of the workflow, if it began after the poll."""
        newest = next(iter(self.runtime.runs.runs(self.workflow.name, limit=1)), None)
        return newest if newest is not None and newest.started_at >= self.began else None

    def _has_ended(self) -> bool:
        run = self._run_since()
        return run is not None and run.finished_at is not None

    def _until(self, holds: Callable[[], bool], most: timedelta) -> bool:
        """Whether it holds within this time."""
        clock, end = self.runtime.clock, self.runtime.clock.now() + most
        while not holds():
            if clock.now() > end:
                return False
            clock.sleep(_LOOKS)
        return True

    def _tell(self, job: JobRecord) -> None:
        if job.finished_at is not None:
            self.say(f"  {job.job:<15} {job.state}")
