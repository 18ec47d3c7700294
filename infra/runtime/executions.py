"""The executions of orchestrators on AWS: their ids, their pages in the console, and whether the service that runs one
says that it has ended.

An id is the ARN of a state machine's execution, or names a workflow run of Glue, or the start of a run that events
drive, of which the run's record alone knows whether it has ended. Source: Glue API reference, WorkflowRunStatistics.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from millrace.aws.calls import translated, unless_gone
from millrace.errors import UsageError
from millrace.glue_workflow.ports import RunRecord, RunState

if TYPE_CHECKING:
    from millrace.infra.runtime.aws_clients import AwsClients

_log = logging.getLogger(__name__)

_GLUE = "glue:"
_EVENTS = "events:"
_STATES = ":states:"
_CONSOLES = {"cn-": "console.amazonaws.cn", "us-gov-": "console.amazonaws-us-gov.com"}  # by the begin of a region
_GLUE_IS_OVER = {"COMPLETED", "STOPPED", "ERROR"}  # COMPLETED also where its jobs failed
_FAILED = ("FailedActions", "StoppedActions", "TimeoutActions", "ErroredActions")
_UNDER_WAY = ("RunningActions", "WaitingActions")
_UNKNOWN = {"EntityNotFoundException", "ExecutionDoesNotExist"}


def glue_execution(workflow: str, run_id: str) -> str:
    """The id of a workflow run of Glue."""
    return f"{_GLUE}{workflow}/{run_id}"


def run_of_glue(execution: str) -> tuple[str, str] | None:
    """The names of workflow and run, as Glue has them; None for another orchestrator's execution."""
    workflow, _, run_id = execution.removeprefix(_GLUE).rpartition("/")
    return (workflow, run_id) if execution.startswith(_GLUE) else None


def events_execution(workflow: str, key: str) -> str:
    """The id of a run's start by an event: two events with one key are the same start."""
    return f"{_EVENTS}{workflow}/{key}"


def is_by_events(execution: str) -> bool:
    return execution.startswith(_EVENTS)


def console_page(execution: str, region: str) -> str:
    """The address of an execution's page in AWS's console; "" for an execution of another orchestrator.

    Glue's runs have no address of their own: it is that of their workflow.
    """
    if execution.startswith(_GLUE):
        workflow = execution.removeprefix(_GLUE).rpartition("/")[0]
        return f"{_console(region)}/glue/home?region={region}#/v2/etl-configuration/workflows/view/{workflow}"
    if _STATES in execution:
        region = execution.split(":")[3]
        return f"{_console(region)}/states/home?region={region}#/v2/executions/details/{execution}"
    return ""


def _console(region: str) -> str:
    for prefix, domain in _CONSOLES.items():
        if region.startswith(prefix):
            return f"https://{region}.{domain}"
    return f"https://{region}.console.aws.amazon.com"


@dataclass(frozen=True)
class ExecutionStates:
    """Asks Step Functions or Glue about an execution. `newest`: the newest run of a workflow, if it has one."""

    clients: AwsClients
    newest: Callable[[str], RunRecord | None] = lambda workflow: None

    def has_ended(self, execution: str) -> bool:
        """As HasEnded says: False also for an execution of another orchestrator, and where the service does not tell.

        One that its service does not know any more has ended.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return self._has_ended(execution)
        except ClientError as error:
            if error.response["Error"]["Code"] in _UNKNOWN:
                return True
            return _untold(execution, error)
        except BotoCoreError as error:
            return _untold(execution, error)

    def _has_ended(self, execution: str) -> bool:
        if of_glue := run_of_glue(execution):
            workflow, run_id = of_glue
            return _is_over(dict(self.clients.glue.get_workflow_run(Name=workflow, RunId=run_id)["Run"]))
        if is_by_events(execution):
            run = self.newest(execution.removeprefix(_EVENTS).partition("/")[0])
            return run is not None and run.execution == execution and run.state is not RunState.RUNNING
        if _STATES in execution:
            found: dict[str, Any] = self.clients.client("stepfunctions").describe_execution(executionArn=execution)
            return bool(found["status"] != "RUNNING")
        return False


def resumed_by_router(clients: AwsClients, stage: str, run: RunRecord) -> str:
    """The id of a new execution, by which the stage's router goes on with a run. Raises what the call raises."""
    key = f"resume-{run.run_id}-{run.attempt + 1}"
    event = {"workflow": run.workflow, "start": {"key": key, "resume": run.run_id}}
    name = router_name(stage)
    with translated("lambda", f"the function {name}"):
        clients.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event).encode())
    return events_execution(run.workflow, key)


def router_name(stage: str) -> str:
    """The name of a stage's function that starts what is next in runs that events drive."""
    return f"millrace-{stage}-router"


def asked_of_glue(clients: AwsClients, execution: str) -> dict[str, str]:
    """What the start of a workflow run of Glue asks for, by the names of AskedStart: properties of the run.

    None for an execution of another kind, or that Glue does not know. Raises ServiceBusy, ServiceRefused.
    """
    found: Mapping[str, str] = {}
    if of_glue := run_of_glue(execution):
        workflow, run_id = of_glue
        with unless_gone("glue", f"the workflow {workflow}"):
            found = clients.glue.get_workflow_run_properties(Name=workflow, RunId=run_id)["RunProperties"]
    return {name: found[name] for name in ("key", "resume") if found.get(name)}


def ended_before_begin(clients: AwsClients, stage: str, workflow: str, newest: RunRecord | None) -> str:
    """The id of Glue's newest run of a workflow, if that is over, and no process of a job has begun a run for it: a
    crawl before the first job failed. "" otherwise.

    `newest`: the newest run on record. Raises ServiceBusy, ServiceRefused.
    """
    name = f"millrace_{stage}_{workflow}"
    with unless_gone("glue", f"the workflow {name}"):
        last = clients.glue.get_workflow(Name=name)["Workflow"].get("LastRun", {})
        execution = glue_execution(name, last.get("WorkflowRunId", ""))
        is_known = newest is not None and newest.execution == execution
        return execution if last and not is_known and _is_over(dict(last)) else ""
    return ""


def resumed_by_glue(clients: AwsClients, execution: str, run_id: str) -> str:
    """The id of a new workflow run of Glue, whose first job goes on with a run of this one: a property says which.

    "" for an execution of another kind, and where the workflow is not there any more. Raises UsageError where Glue runs
    the workflow already, since it runs one at a time; and what the call raises.
    """
    if not execution.startswith(_GLUE):
        return ""
    workflow = execution.removeprefix(_GLUE).rpartition("/")[0]
    glue = clients.glue
    with unless_gone("glue", f"the workflow {workflow}"):
        try:
            started = glue.start_workflow_run(Name=workflow, RunProperties={"resume": run_id})
        except glue.exceptions.ConcurrentRunsExceededException:
            raise UsageError(
                f"Glue runs the workflow {workflow} already, and one run at a time: run {run_id} is not resumed.",
                hint="Wait for its end, and resume the run if that did not make it good.",
            ) from None
        return glue_execution(workflow, started["RunId"])
    return ""


def resumed_by_state_machine(clients: AwsClients, execution: str, run_id: str) -> str:
    """The ARN of a new execution, which goes on with a run of this one; "" where no state machine ran it, or none that
    is still there. Raises what the call raises.
    """
    if _STATES not in execution:
        return ""
    machine = execution.rpartition(":")[0].replace(":execution:", ":stateMachine:")
    with unless_gone("states", machine):
        given = json.dumps({"resume": run_id})
        return str(
            clients.client("stepfunctions").start_execution(stateMachineArn=machine, input=given)["executionArn"]
        )
    return ""


def _is_over(of_glue: Mapping[str, Any]) -> bool:
    """Whether a run of a workflow, as Glue describes it, has ended."""
    return of_glue.get("Status") in _GLUE_IS_OVER or _goes_no_further(of_glue.get("Statistics", {}))


def _goes_no_further(statistics: Mapping[str, Any]) -> bool:
    """Whether a job did not succeed and none is under way: each trigger waits for the success of what is before it.

    Glue tells of the job by an event before it calls the run COMPLETED.
    """
    failed = sum(statistics.get(name, 0) for name in _FAILED)
    return failed > 0 and not any(statistics.get(name, 0) for name in _UNDER_WAY)


def _untold(execution: str, error: Exception) -> bool:
    text = "the service does not tell whether the execution %s has ended: %s"
    _log.warning(text, execution, error, extra={"event": "lease.untold", "execution": execution})
    return False
