"""Whether an execution has ended, asked of Step Functions and Glue."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from millrace.errors import UsageError
from millrace.glue_workflow.ports import RunRecord, RunState
from millrace.infra.runtime.aws_clients import AwsClients
from millrace.infra.runtime.executions import (
    ExecutionStates,
    asked_of_glue,
    console_page,
    events_execution,
    glue_execution,
    resumed_by_glue,
    resumed_by_router,
    resumed_by_state_machine,
)
from tests.contracts import aws
from tests.doubles.spy import Spy, answer

ARN = "arn:aws:states:ap-southeast-1:123456789012:execution:ours:one"
STATES = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})


@dataclass
class _Clients:
    """In place of AwsClients: each service answers as a test says."""

    instead: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        return Spy(aws.clients().client(service), self.instead)

    @property
    def glue(self) -> Any:
        return self.client("glue")


@pytest.mark.parametrize(
    ("execution", "region", "page"),
    [
        (
            ARN,
            "",
            "https://ap-southeast-1.console.aws.amazon.com/states/home?region=ap-southeast-1"
            f"#/v2/executions/details/{ARN}",
        ),
        (
            glue_execution("millrace_prod_bikes", "wr_1"),
            "cn-north-1",
            "https://cn-north-1.console.amazonaws.cn/glue/home?region=cn-north-1"
            "#/v2/etl-configuration/workflows/view/millrace_prod_bikes",
        ),
        ("job_name jr_1", "eu-west-1", ""),
        (events_execution("rainfall", "2026-11-30T06:30:00Z"), "eu-west-1", ""),
        ("", "eu-west-1", ""),
    ],
    ids=["state machine", "Glue workflow", "Glue job alone", "events", "process"],
)
def test_an_execution_has_a_page_in_the_console(execution: str, region: str, page: str) -> None:
    assert console_page(execution, region) == page


def states(**instead: Any) -> ExecutionStates:
    clients: Any = _Clients(instead)
    return ExecutionStates(clients)


def test_an_execution_of_a_state_machine_has_ended_when_it_does_not_run() -> None:
    client = aws.clients().client("stepfunctions")
    role = "arn:aws:iam::123456789012:role/ours"
    machine = client.create_state_machine(name=f"m{uuid4().hex}", definition=STATES, roleArn=role)["stateMachineArn"]
    execution = client.start_execution(stateMachineArn=machine)["executionArn"]
    assert not ExecutionStates(aws.clients()).has_ended(execution)
    client.stop_execution(executionArn=execution)
    assert ExecutionStates(aws.clients()).has_ended(execution)


@pytest.mark.parametrize(
    ("status", "ended"),
    [("RUNNING", False), ("STOPPING", False), ("COMPLETED", True), ("STOPPED", True), ("ERROR", True)],
)
def test_a_workflow_run_of_glue_has_ended_when_its_status_is_final(status: str, ended: bool) -> None:
    asked: list[dict[str, str]] = []

    def run(_: Any, **arguments: str) -> dict[str, Any]:
        asked.append(arguments)
        return {"Run": {"Status": status}}

    assert states(get_workflow_run=run).has_ended(glue_execution("millrace/dev", "wr_1")) is ended
    assert asked == [{"Name": "millrace/dev", "RunId": "wr_1"}]


@pytest.mark.parametrize(
    ("counted", "ended"),
    [
        ({"SucceededActions": 2, "FailedActions": 1}, True),
        ({"SucceededActions": 1, "TimeoutActions": 1}, True),
        ({"StoppedActions": 1, "RunningActions": 0}, True),
        ({"FailedActions": 1, "RunningActions": 1}, False),
        ({"FailedActions": 1, "WaitingActions": 1}, False),
        ({"SucceededActions": 2}, False),  # the next job has not been started yet
    ],
)
def test_a_workflow_run_of_glue_has_ended_when_a_job_failed_and_none_is_under_way(
    counted: dict[str, int], ended: bool
) -> None:
    def run(_: Any, **__: str) -> dict[str, Any]:
        return {"Run": {"Status": "RUNNING", "Statistics": {"TotalActions": 5, **counted}}}

    assert states(get_workflow_run=run).has_ended(glue_execution("ours", "wr_1")) is ended


def test_a_run_is_resumed_by_a_new_execution_of_the_machine_that_ran_it() -> None:
    client = aws.clients().client("stepfunctions")
    role = "arn:aws:iam::123456789012:role/ours"
    machine = client.create_state_machine(name=f"m{uuid4().hex}", definition=STATES, roleArn=role)["stateMachineArn"]
    first = client.start_execution(stateMachineArn=machine)["executionArn"]

    second = resumed_by_state_machine(aws.clients(), first, "20240530T160000-1a2b")

    found = client.describe_execution(executionArn=second)
    assert second != first
    assert (found["stateMachineArn"], json.loads(found["input"])) == (machine, {"resume": "20240530T160000-1a2b"})


@pytest.mark.parametrize("execution", [ARN, glue_execution("ours", "wr_1"), ""])
def test_where_no_machine_or_workflow_is_there_nothing_is_started(execution: str) -> None:
    assert resumed_by_state_machine(aws.clients(), execution, "20240530T160000-1a2b") == ""
    assert resumed_by_glue(aws.clients(), execution, "20240530T160000-1a2b") == ""


def test_a_run_of_glue_is_resumed_by_a_new_run_of_its_workflow_whose_property_says_so() -> None:
    client, name = aws.clients().glue, f"w{uuid4().hex}"
    client.create_workflow(Name=name, DefaultRunProperties={"workflow": "rainfall"})
    first = glue_execution(name, client.start_workflow_run(Name=name)["RunId"])

    second = resumed_by_glue(aws.clients(), first, "20240530T160000-1a2b")

    assert second != first
    assert asked_of_glue(aws.clients(), first) == {}
    assert asked_of_glue(aws.clients(), second) == {"resume": "20240530T160000-1a2b"}


def test_while_glue_runs_the_workflow_no_run_is_resumed() -> None:
    def under_way(*_: Any, **__: Any) -> Any:
        raise aws.clients().glue.exceptions.ConcurrentRunsExceededException(
            {"Error": {"Code": "ConcurrentRunsExceededException", "Message": "1"}}, "StartWorkflowRun"
        )

    clients: Any = _Clients({"start_workflow_run": under_way})
    with pytest.raises(UsageError, match="Glue runs the workflow ours already"):
        resumed_by_glue(clients, glue_execution("ours", "wr_1"), "20240530T160000-1a2b")


def test_an_execution_that_its_service_does_not_know_has_ended() -> None:
    assert ExecutionStates(aws.clients()).has_ended(ARN)
    assert ExecutionStates(aws.clients()).has_ended(glue_execution("nothing", "wr_1"))


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
def test_where_the_service_does_not_tell_the_execution_goes_on(code: str, caplog: pytest.LogCaptureFixture) -> None:
    def refused(*_: Any, **__: Any) -> Any:
        raise answer(code)

    found = states(get_workflow_run=refused, describe_execution=refused)
    assert not found.has_ended(ARN)
    assert not found.has_ended(glue_execution("ours", "wr_1"))
    assert [getattr(record, "event", "") for record in caplog.records] == ["lease.untold"] * 2


def test_nobody_is_asked_about_an_execution_of_another_kind() -> None:
    def load(name: str) -> Any:
        raise AssertionError(f"{name} is imported")

    assert not ExecutionStates(AwsClients(aws.settings(), load=load)).has_ended("a process of its own")


BY_EVENTS = events_execution("rainfall", "2026-11-30T06:30:00Z")


def run_by_events(state: RunState, execution: str = BY_EVENTS) -> RunRecord:
    began = datetime(2026, 11, 30, 6, 30, tzinfo=UTC)
    return RunRecord("r1", "rainfall", 1, state, began, began, execution=execution)


@pytest.mark.parametrize(
    ("newest", "ended"),
    [
        (run_by_events(RunState.RUNNING), False),
        (run_by_events(RunState.SUCCEEDED), True),
        (run_by_events(RunState.FAILED), True),
        (run_by_events(RunState.SUCCEEDED, events_execution("rainfall", "earlier")), False),
        (None, False),
    ],
    ids=["under way", "succeeded", "failed", "its run is not begun yet", "no run"],
)
def test_an_execution_of_events_has_ended_when_its_run_has(newest: RunRecord | None, ended: bool) -> None:
    asked = []

    def newest_of(workflow: str) -> RunRecord | None:
        asked.append(workflow)
        return newest

    assert ExecutionStates(aws.clients(), newest_of).has_ended(BY_EVENTS) == ended
    assert asked == ["rainfall"]


def test_a_run_of_events_is_resumed_by_the_stages_router() -> None:
    """The same attempt that is asked for twice is one start."""
    invoked: list[dict[str, Any]] = []

    def invoke(_: Any, **given: Any) -> dict[str, Any]:
        invoked.append(given)
        return {"StatusCode": 202}

    clients: Any = _Clients({"invoke": invoke})
    execution = resumed_by_router(clients, "uat", run_by_events(RunState.FAILED))

    [given] = invoked
    assert (given["FunctionName"], given["InvocationType"]) == ("millrace-uat-router", "Event")
    start = {"key": "resume-r1-2", "resume": "r1"}
    assert json.loads(given["Payload"]) == {"workflow": "rainfall", "start": start}
    assert execution == events_execution("rainfall", "resume-r1-2")


def test_what_a_run_of_glue_was_started_for_is_in_its_properties() -> None:
    glue, name = aws.clients().client("glue"), f"bikes_{uuid4().hex}"
    glue.create_workflow(Name=name, DefaultRunProperties={"workflow": "bikes"})
    plain = glue.start_workflow_run(Name=name)["RunId"]
    keyed = glue.start_workflow_run(Name=name, RunProperties={"key": "2026-11-30T06:30:00Z", "other": "x"})["RunId"]
    clients: Any = _Clients()

    assert asked_of_glue(clients, glue_execution(name, plain)) == {}
    assert asked_of_glue(clients, glue_execution(name, keyed)) == {"key": "2026-11-30T06:30:00Z"}
    assert asked_of_glue(clients, glue_execution(name, "wr_nobody_knows")) == {}
    assert asked_of_glue(clients, "job_name jr_1") == {}
