"""A node: one job of a run, for an orchestrator that neither begins nor ends runs, such as a Glue workflow.

The first node of an execution begins its run; the one after which all jobs are done, and one that fails, ends it:
a Glue workflow starts nothing after a node that failed. Crawls have no process: the node after them enters them in the
run's record, and those at the end are left to the duty `runs`. A node of a run that has ended meanwhile, since there
was nothing to do, does nothing. Where an orchestrator begins and ends runs, and starts a process for one job alone,
that job is a step.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from millrace.errors import JobTimeout
from millrace.glue_workflow.external.begun_crawls import BegunCrawls
from millrace.glue_workflow.ports import JobRecord, RunRecord, RunState
from millrace.glue_workflow.run.entered_crawls import comes_before, enter_crawls
from millrace.glue_workflow.run.execution import WorkflowExecution
from millrace.glue_workflow.run.whole_step import make_whole
from millrace.glue_workflow.workflow import Job
from millrace.infra.entrypoints.protocol_calls import AskedStart, ProtocolCalls

ALL = "run"  # in place of a job's name: all jobs of the run, in one process


def make_node(
    calls: ProtocolCalls,
    workflow: str,
    execution: str,
    job: str,
    start: Callable[[], AskedStart] = AskedStart,
    pause: Callable[[float], None] = time.sleep,
    begun: BegunCrawls | None = None,
) -> RunRecord:
    """The run after this node. `start`: says what the execution was started for, its key or the run that it goes on
    with; asked by the node that begins the run, so that no later one fails by it. `pause`: as in `make_whole`. `begun`:
    the crawls that Glue began in this execution; None where the process makes them. Raises what the job raises, once
    the run has ended.
    """
    made = calls.runtime.execution(workflow, execution, calls.time_left)
    run = made.begun() or _begun(made, start())
    crawls = _Crawls(calls, made, begun)
    names = [one.name for one in made.workflow.in_order()]
    for name in names if job == ALL else [job]:
        if run.state is not RunState.RUNNING:
            return run
        try:
            crawls.enter_before(run, name)
            ends = _ends_run(calls, made, run, name, pause)
            crawls.start_after(run, name)
            if ends or made.is_done(run):
                run = made.end(run.run_id)
        except BaseException as error:
            made.end(run.run_id, error)
            raise
    return run


def _begun(execution: WorkflowExecution, start: AskedStart) -> RunRecord:
    return execution.begin_as_asked(start.key, start.resume)


@dataclass(frozen=True)
class _Crawls:
    """`begun`: as in `make_node`."""

    calls: ProtocolCalls
    execution: WorkflowExecution
    begun: BegunCrawls | None

    def enter_before(self, run: RunRecord, name: str) -> None:
        """The crawls before a job: those that have ended, and those that nobody waits for."""
        workflow = self.execution.workflow
        self._enter(run, lambda one: one.name in comes_before(workflow, workflow.job(name)))

    def start_after(self, run: RunRecord, name: str) -> None:
        """The crawls that come after a job, and that nobody waits for."""
        self._enter(run, lambda one: name in one.after and not one.waits)

    def _enter(self, run: RunRecord, wanted: Callable[[Job], bool]) -> None:
        if self.begun is not None:
            enter_crawls(self.execution, run, self.begun, wanted, self.calls.step)


def make_step(
    calls: ProtocolCalls,
    workflow: str,
    execution: str,
    run_id: str,
    job: str,
    item: str = "",
    pause: Callable[[float], None] = time.sleep,
) -> JobRecord:
    """The record of a job, or of one item of it, which this process makes. Raises what the job raises."""
    made = calls.runtime.execution(workflow, execution, calls.time_left)
    if item:
        return calls.step(made, run_id, job, item)
    return _whole(calls, made, run_id, job, pause)


def _ends_run(
    calls: ProtocolCalls, execution: WorkflowExecution, run: RunRecord, job: str, pause: Callable[[float], None]
) -> bool:
    return _whole(calls, execution, run.run_id, job, pause).ends_run


def _whole(
    calls: ProtocolCalls, execution: WorkflowExecution, run_id: str, job: str, pause: Callable[[float], None]
) -> JobRecord:
    def call(item: str) -> JobRecord:
        return calls.step(execution, run_id, job, item)

    record = make_whole(call, execution.workflow.job(job), pause)
    if record.state is RunState.RUNNING:
        raise JobTimeout(f"job {job} needs more time than its process has.", hint="Raise the job's timeout.")
    return record
