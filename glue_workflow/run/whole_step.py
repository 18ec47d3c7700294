"""A step that is called again by one process: until its job is done, or no time is left for another call."""

from __future__ import annotations

from collections.abc import Callable

from millrace.glue_workflow.job_options import Until
from millrace.glue_workflow.ports import JobRecord, RunState
from millrace.glue_workflow.run.items import ITEMS_LEFT
from millrace.glue_workflow.run.job_context import STOP_SECONDS
from millrace.glue_workflow.workflow import Job

# A call of the step, for an item or "".
StepCall = Callable[[str], JobRecord]


def make_whole(call: StepCall, job: Job, pause: Callable[[float], None]) -> JobRecord:
    """The record of a job that is done or skipped. `pause`: sleeps so many seconds.

    One that asks for more time than its process has is still running. Raises what the call raises.
    """
    while True:
        record = call_until(lambda: call(""), job.until, pause)
        if record.state is not RunState.RUNNING or job.over is None:
            return record
        for item in (record.output or {})[ITEMS_LEFT]:
            call(item)


def call_until(
    call: Callable[[], JobRecord],
    until: Until | None,
    pause: Callable[[float], None],
    time_left: Callable[[], float] | None = None,
) -> JobRecord:
    """The record of a step that is called as often as its job says; running where the time is too short for another
    call. `time_left`: the seconds until this process is ended; None without such an end.
    """
    while True:
        record = call()
        if until is None or record.state is not RunState.RUNNING:
            return record
        every = until.every.total_seconds()
        left = every + 1 if time_left is None else max(0.0, time_left() - STOP_SECONDS)
        pause(min(every, left))
        if every >= left:
            return record
