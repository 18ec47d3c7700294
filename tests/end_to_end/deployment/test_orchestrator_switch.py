"""A change of orchestrator while a run is under way: the real command waits for it, and lets none begin."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from millrace.errors import LeaseHeld
from millrace.glue_workflow.ports import RunState
from millrace.infra.runtime.executions import events_execution
from tests.end_to_end.deployment.commands import Deployer

BY_MACHINES = '[workflow]\norchestrator = "stepfunctions"\n'
BY_EVENTS = '[workflow]\norchestrator = "events"\n'
LONG = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}}


def test_it_waits_for_the_run_lets_none_begin_and_leaves_nothing_behind(prepared: Deployer) -> None:
    prepared.write_stage(BY_MACHINES)
    prepared.done("deploy", "--stage", "dev", "--yes")
    execution = execution_under_way(prepared)
    with prepared.runtime() as runtime:
        run = runtime.execution("bikes", execution).begin()
        assert run.state is RunState.RUNNING
    prepared.write_stage()
    told = prepared.run("diff", "--stage", "dev", "--no-drift").said
    assert "bikes, polls: what runs it goes; the deployment waits until no run is under way" in told

    with deploying(prepared) as process:
        assert process.stderr is not None
        waits = next(line for line in process.stderr if "waits for the end" in line)
        assert "the change of orchestrator waits for the end of a run of bikes; none begins meanwhile" in waits
        assert machines(prepared) == {"millrace_dev_bikes", "millrace_dev_polls"}
        with prepared.runtime() as runtime:
            with pytest.raises(LeaseHeld):
                runtime.execution("polls", execution_under_way(prepared)).begin()
            ended = runtime.execution("bikes", execution).end(run.run_id)
        said = process.stderr.read()
        assert process.wait(60) == 0, said

    assert machines(prepared) == set()
    schedules = prepared.clients.client("scheduler").list_schedules()["Schedules"]
    assert [one["Name"] for one in schedules if "/state" in one["Target"]["Arn"]] == []
    with prepared.runtime() as runtime:
        assert runtime.runs.runs("bikes")[0] == ended


@pytest.mark.soak
def test_runs_that_events_drive_are_waited_for_and_their_rules_go(prepared: Deployer) -> None:
    prepared.write_stage(BY_EVENTS)
    prepared.done("deploy", "--stage", "dev", "--yes")
    assert {"millrace_dev_bikes-job-ended", "millrace_dev_polls-job-ended"} <= rules(prepared)
    execution = events_execution("bikes", "2026-11-30T06:30:00Z")
    with prepared.runtime() as runtime:
        run = runtime.execution("bikes", execution).begin()
    prepared.write_stage()

    with deploying(prepared) as process:
        assert process.stderr is not None
        waits = next(line for line in process.stderr if "waits for the end" in line)
        assert "waits for the end of a run of bikes; none begins meanwhile" in waits
        with prepared.runtime() as runtime:
            runtime.execution("bikes", execution).end(run.run_id)
        said = process.stderr.read()
        assert process.wait(60) == 0, said

    assert not any(one.startswith("millrace_dev_") for one in rules(prepared))


def rules(of: Deployer) -> set[str]:
    return {one["Name"] for one in of.clients.client("events").list_rules()["Rules"]}


def execution_under_way(of: Deployer) -> str:
    """As that of a workflow, which waits for an hour; it is not of the stack."""
    states = of.clients.client("stepfunctions")
    role = f"arn:aws:iam::{of.account}:role/any"
    made = states.create_state_machine(name="an-hour", definition=json.dumps(LONG), roleArn=role)
    return str(states.start_execution(stateMachineArn=made["stateMachineArn"])["executionArn"])


def machines(of: Deployer) -> set[str]:
    found = of.clients.client("stepfunctions").list_state_machines()["stateMachines"]
    return {one["name"] for one in found} - {"an-hour"}


@contextmanager
def deploying(of: Deployer) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "millrace", "deploy", "--stage", "dev", "--yes"],
        cwd=of.root,
        env=dict(of.environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()
