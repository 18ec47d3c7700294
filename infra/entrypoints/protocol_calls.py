"""One call of the run protocol, as an orchestrator sends it: `begin`, `step` or `end`; and what it is answered.

`begin` answers the run's id and its jobs in order. Each `step` is told run and job; one that answers `running` is to be
called again, or, where it answers `items`, once for each of them and then again. `end` is told what went wrong outside
of the steps. A call that is repeated does its work once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec

from millrace.errors import JobError, UsageError
from millrace.event_input import read_event
from millrace.glue_workflow.ports import JobRecord, RunRecord
from millrace.glue_workflow.refinement import Refinement
from millrace.glue_workflow.run.execution import WorkflowExecution
from millrace.glue_workflow.run.items import ITEMS_LEFT
from millrace.glue_workflow.run_request import UNBOUNDED, All, Bounds, Only, RunRequest, Touched, Wanted
from millrace.glue_workflow.workflow import Workflow
from millrace.infra.entrypoints.metrics import metric_line
from millrace.infra.runtime.base import Runtime

# Of runs whose processes are ended after some minutes: as many partitions as Athena writes in one statement.
DEFAULT_BOUNDS = Bounds(partitions=100)


class AskedStart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a start asks for. `key` names it: two starts with one key make one run; by default it is the execution.

    `full`: all partitions; `partitions`: these. By default those that were touched since the last run. `resume`: the id
    of a run that failed or died, which is gone on with as it was asked for.
    """

    key: str = ""
    full: bool = False
    partitions: tuple[str, ...] = ()
    resume: str = ""


class ProtocolCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`execution`: the orchestrator's execution, which no other has (`infra/runtime/executions.py`).

    Of `begin`: `start`, what was asked. Of `step` and `end`: `run_id`; of `step`: `job`, and `item` of one that is made
    for each item, or `look`: only whether it is done or left out, as whoever starts a process for it has to know. Of
    `end`: `error`, what went wrong outside of the steps.
    """

    call: Literal["begin", "step", "end"]
    workflow: str
    execution: str
    run_id: str = ""
    job: str = ""
    item: str = ""
    look: bool = False
    start: AskedStart = AskedStart()
    error: str = ""


def protocol_call(event: Mapping[str, Any]) -> ProtocolCall:
    """Raises UsageError for an event that is no call."""
    hint = "Send call (begin, step or end), workflow and execution; and run_id and job as the call needs them."
    call = read_event(event, ProtocolCall, what="the call of a run", hint=hint)
    asked = [name for name in ("full", "partitions", "resume") if getattr(call.start, name)]
    if len(asked) > 1:
        raise UsageError(
            f"the start asks for {' and '.join(asked)}, which exclude each other.", hint="Send only one of them."
        )
    missing = [name for name, needs in (("run_id", call.call != "begin"), ("job", call.call == "step")) if needs]
    for name in missing:
        if not getattr(call, name):
            raise UsageError(f"the call {call.call} has no {name}.", hint="Send the one that begin answered.")
    return call


_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ProtocolCalls:
    """The calls in one process. `time_left`: the seconds until it is ended; None without such an end.

    `write` is given the lines of steps.
    """

    runtime: Runtime
    time_left: Callable[[], float] | None = None
    write: Callable[[str], object] = print

    def make(self, call: ProtocolCall) -> dict[str, Any]:
        """The answer. Raises what the call raises; the failure of a step is on record then."""
        execution = self.runtime.execution(call.workflow, call.execution, self.time_left)
        match call.call:
            case "begin":
                return self._begun(execution, call)
            case "step":
                if call.look:
                    return _answer_of_step(execution.look(call.run_id, call.job))
                return _answer_of_step(self.step(execution, call.run_id, call.job, call.item))
            case "end":
                return _answer(execution.end(call.run_id, JobError(call.error) if call.error else None))

    def step(self, execution: WorkflowExecution, run_id: str, job: str, item: str = "") -> JobRecord:
        """The step's record; lines of the log say that it begins, and how long it took and what it scanned."""
        began = self.runtime.clock.now()
        _log.info("step.begun", extra={"run_id": run_id, "workflow": execution.workflow.name, "job": job, "item": item})
        fields: dict[str, Any] = {"run_id": run_id, "Workflow": execution.workflow.name, "Job": job, "StepsFailed": 1}
        try:
            record = execution.step(run_id, job, item)
            fields["StepsFailed"], fields["BytesScanned"] = 0, record.bytes_scanned
            return record
        finally:
            now = self.runtime.clock.now()
            fields["StepSeconds"] = (now - began).total_seconds()
            self.write(metric_line({"Stage": self.runtime.settings.aws.stage}, [], now, fields))

    def _begun(self, execution: WorkflowExecution, call: ProtocolCall) -> dict[str, Any]:
        if call.start.resume:
            return self._with_jobs(execution, execution.begin_again(call.start.resume))
        wanted = _wanted(call.start)
        if self.time_left is not None and isinstance(wanted, Touched):
            execution = replace(execution, workflow=_bounded(execution.workflow))
        run = execution.begin(RunRequest(wanted), call.start.key)
        return self._with_jobs(execution, run)

    def _with_jobs(self, execution: WorkflowExecution, run: RunRecord) -> dict[str, Any]:
        return {**_answer(run), "jobs": [job.name for job in execution.workflow.in_order()]}


def _bounded(workflow: Workflow) -> Workflow:
    """With bounds, unless it has its own or publishes all or nothing. What they leave waits for the next run."""
    if not isinstance(workflow, Refinement) or workflow.all_or_nothing or workflow.bounds != UNBOUNDED:
        return workflow
    return replace(workflow, bounds=DEFAULT_BOUNDS)


def _wanted(start: AskedStart) -> Wanted:
    if start.full:
        return All()
    return Only(start.partitions) if start.partitions else Touched()


def _answer(run: RunRecord) -> dict[str, Any]:
    return {"run_id": run.run_id, "state": str(run.state), "error": run.error}


def _answer_of_step(record: JobRecord) -> dict[str, Any]:
    """`items`: those that are left, of a job that is made for each; none when all are done."""
    answer = {"run_id": record.run_id, "job": record.job, "state": str(record.state), "ends_run": record.ends_run}
    left = (record.output or {}).get(ITEMS_LEFT)
    return answer if left is None else {**answer, "items": left}
