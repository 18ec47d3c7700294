"""A node: one job of a run, for an orchestrator that neither begins nor ends runs, such as a Glue workflow.

The first node of an execution begins its run; the one after which all jobs are done, and one that fails, ends it:
a Glue workflow starts nothing after a node that failed. A node of a run that has ended meanwhile, since there was
nothing to do, does nothing. Where an orchestrator begins and ends runs, and starts a process for one job alone, that
job is a step.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from millrace.errors import JobTimeout
from millrace.glue_workflow.ports import JobRecord, RunRecord, RunState
from millrace.glue_workflow.run.execution import WorkflowExecution
from millrace.glue_workflow.run.whole_step import make_whole
from millrace.infra.entrypoints.protocol_calls import AskedStart, ProtocolCalls

ALL = "run"  # in place of a job's name: all jobs of the run, in one process


def make_node(
    calls: ProtocolCalls,
    workflow: str,
    execution: str,
    job: str,
    start: Callable[[], AskedStart] = AskedStart,
    pause: Callable[[float], None] = time.sleep,
) -> RunRecord:
    """The run after this node. `start`: says what the execution was started for, its key or the run that it goes on
    with; asked by the node that begins the run, so that no later one fails by it. `pause`: as in `make_whole`. Raises
    what the job raises, once the run has ended.
    """
    made = calls.runtime.execution(workflow, execution, calls.time_left)
    run = made.begun() or _begun(made, start())
    names = [one.name for one in made.workflow.in_order()]
    for name in names if job == ALL else [job]:
        if run.state is not RunState.RUNNING:
            return run
        try:
            if _ends_run(calls, made, run, name, pause) or made.is_done(run):
                run = made.end(run.run_id)
        except BaseException as error:
            made.end(run.run_id, error)
            raise
    return run


def _begun(execution: WorkflowExecution, start: AskedStart) -> RunRecord:
    return execution.begin_again(start.resume) if start.resume else execution.begin(key=start.key)


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
