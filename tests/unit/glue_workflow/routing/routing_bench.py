"""A router over a real run store, whose jobs are the test's own, and whose calls and events the test delivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from millrace.clock import ManualClock
from millrace.errors import JobError, ServiceBusy
from millrace.glue_workflow.external.crawlers import Crawlers
from millrace.glue_workflow.job_kinds import PYTHON
from millrace.glue_workflow.ports import JobRecord, RunRecord
from millrace.glue_workflow.routing.job_calls import JobCalls
from millrace.glue_workflow.routing.ports import RoutedCall, StateChange
from millrace.glue_workflow.routing.routed_job import RoutedJobs
from millrace.glue_workflow.routing.router import Router
from millrace.glue_workflow.run.execution import WorkflowExecution
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.glue_workflow.run.step import RunStep
from millrace.glue_workflow.stores.lease_items import ExecutionLeaseItems
from millrace.glue_workflow.workflow import Workflow, item_name
from tests.unit.glue_workflow.run.runner_bench import START, RunnerBench

DAYS = [f"2024-05-{day}" for day in range(20, 25)]
A_MOMENT = timedelta(seconds=1)


@dataclass
class StartedCalls:
    """A JobStarter whose calls wait for the test. `busy`: how many starts are refused first."""

    code: str = "function:1"
    busy: int = 0
    waiting: list[RoutedCall] = field(default_factory=list)

    def start(self, call: RoutedCall) -> None:
        if self.busy:
            self.busy -= 1
            raise ServiceBusy("Lambda throttles.")
        self.waiting.append(call)


@dataclass
class ToldChanges:
    """StateChanges whose events wait for the test."""

    waiting: list[StateChange] = field(default_factory=list)

    def announce(self, change: StateChange) -> None:
        self.waiting.append(change)


class RoutingBench:
    """`workflow`: what is run, by default one from raw to prod; its jobs are those of the bench, by kind."""

    def __init__(self, folder: Path, workflow: Workflow | None = None) -> None:
        self.bench = RunnerBench(folder)
        self.workflow = workflow or self.bench.workflow
        self.clock = ManualClock(START)
        self.services = replace(self.bench.runner.services, clock=self.clock)
        self.starter, self.changes = StartedCalls(), ToldChanges()
        self.crawlers: Crawlers | None = None
        self._leases = ExecutionLeaseItems(self.bench.items, self.clock, lambda name: None)

    def execution(self, workflow: str, execution: str) -> WorkflowExecution:
        assert workflow == self.workflow.name
        return WorkflowExecution(self.services, self._leases, self.workflow, execution)

    @property
    def calls(self) -> JobCalls:
        return JobCalls(self.bench.items, self.clock)

    @property
    def router(self) -> Router:
        told = (self.starter, self.changes, self.execution, self.clock, self.crawlers)
        return Router(self.bench.store, self.calls, *told)

    def begun(self, key: str = "k") -> RunRecord:
        return self.execution(self.workflow.name, key).begin(key=key)

    def make(self, call: RoutedCall) -> StateChange | None:
        return RoutedJobs(self.calls, self.changes, self._step).make(call)

    def make_next(self) -> StateChange | None:
        """Makes the call that waits for longest."""
        return self.make(self.starter.waiting.pop(0))

    def run_on(self, run_id: str) -> RunRecord:
        """Each call is made, and each event advances the run, until nothing waits."""
        run = self.router.advance(run_id)
        while self.starter.waiting or self.changes.waiting:
            if self.starter.waiting:
                self.make_next()
            else:
                run = self.router.advance(self.changes.waiting.pop(0).run_id)
        return run

    def pass_by(self, time: timedelta) -> None:
        self.clock.set(self.clock.now() + time)

    def started(self) -> list[str]:
        return [one.job for one in self.starter.waiting]

    def records(self, run_id: str) -> Sequence[JobRecord]:
        return self.bench.store.jobs(run_id)

    def _step(self, call: RoutedCall) -> JobRecord:
        return RunStep(self.services, self.workflow, jobs=self.bench.jobs).step(call.run_id, call.job, call.item)


def of_python(folder: Path, workflow: Workflow, broken: str = "") -> RoutingBench:
    """`broken`: the name of what fails."""
    bench = RoutingBench(folder, workflow)

    def made(context: JobContext) -> JobResult:
        name = item_name(context.job.name, context.item) if context.item else context.job.name
        if name == broken:
            raise JobError(f"{name} broke")
        bench.bench.ran.append(name)
        return JobResult({"rows": 3, "days": DAYS})

    bench.bench.jobs[PYTHON] = made
    return bench
