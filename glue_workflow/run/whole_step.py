"""A step that is called until its job is done, by one process: for the runner, and for a Glue job."""

from __future__ import annotations

from collections.abc import Callable

from millrace.glue_workflow.ports import JobRecord, RunState
from millrace.glue_workflow.run.items import ITEMS_LEFT
from millrace.glue_workflow.workflow import Job

# A call of the step, for an item or "".
StepCall = Callable[[str], JobRecord]


def make_whole(call: StepCall, job: Job, pause: Callable[[float], None]) -> JobRecord:
    """The record of a job that is done or skipped. `pause`: sleeps so many seconds.

    One that asks for more time than its process has is still running. Raises what the call raises.
    """
    while True:
        record = call("")
        if record.state is not RunState.RUNNING:
            return record
        if job.over is not None:
            for item in (record.output or {})[ITEMS_LEFT]:
                call(item)
        elif job.until is not None:
            pause(job.until.every.total_seconds())
        else:
            return record
