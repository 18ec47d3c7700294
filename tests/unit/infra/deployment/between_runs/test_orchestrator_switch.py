"""A change of orchestrator: what the clock starts is stopped, runs are waited for, and their leases kept."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from millrace.errors import DeploymentFailed, RetryLater
from millrace.infra.deployment.between_runs.orchestrator_switch import OrchestratorSwitch, losing_orchestrator
from millrace.infra.deployment.changes import PlannedChange
from millrace.infra.deployment.stacks import StackResource
from tests.contracts import aws
from tests.unit.infra.deployment.between_runs.leases_in_turn import LeasesInTurn

MACHINE, WORKFLOW = "AWS::StepFunctions::StateMachine", "AWS::Glue::Workflow"
ARN = "arn:aws:states:eu-west-1:123456789012:stateMachine:millrace_dev_bikes"
RESOURCES = [
    StackResource("MachineOfBikes", MACHINE, ARN),
    StackResource("WorkflowOfRain", WORKFLOW, "millrace_dev_rain"),
]


class Triggers:
    """Triggers in moto's Glue: of the clock where `clock` is in the name, else of a job; each started or not."""

    def __init__(self, **started: bool) -> None:
        self.glue, self._own = aws.clients().glue, uuid4().hex
        self.names = tuple(sorted(f"{name}_{self._own}" for name in started))
        for name, is_started in started.items():
            self._create(f"{name}_{self._own}")
            if not is_started:
                self.glue.stop_trigger(Name=f"{name}_{self._own}")

    def _create(self, name: str) -> None:
        given: Any = {"Name": name, "StartOnCreation": True, "Actions": [{"JobName": "one"}]}
        if "clock" in name:
            self.glue.create_trigger(**given, Type="SCHEDULED", Schedule="cron(0/15 * * * ? *)")
            return
        condition: Any = {"LogicalOperator": "EQUALS", "JobName": "other", "State": "SUCCEEDED"}
        self.glue.create_trigger(**given, Type="CONDITIONAL", Predicate={"Logical": "AND", "Conditions": [condition]})

    @property
    def started(self) -> dict[str, bool]:
        found = self.glue.batch_get_triggers(TriggerNames=list(self.names))["Triggers"]
        return {one["Name"].removesuffix(f"_{self._own}"): one["State"] == "ACTIVATED" for one in found}


def switch(leases: LeasesInTurn, triggers: Triggers, pauses: list[int]) -> OrchestratorSwitch:
    return OrchestratorSwitch(("bikes", "rain"), triggers.names, leases, triggers.glue, lambda: pauses.append(1))


def test_the_end_of_runs_is_waited_for_and_none_begins_in_the_context() -> None:
    leases, triggers = LeasesInTurn(bikes=2), Triggers(clock_of_rain=True, after_rain=True)
    said, pauses = list[str](), list[int]()

    with switch(leases, triggers, pauses).between_runs(said.append):
        assert leases.now == ["rain", "bikes"]
        assert triggers.started == {"clock_of_rain": False, "after_rain": True}

    assert leases.now == []
    assert len(pauses) == 2
    assert said == [
        f"stopped 1 triggers of Glue until the stack is changed: {triggers.names[-1]}",
        "the change of orchestrator waits for the end of a run of bikes; none begins meanwhile",
    ]


def test_a_run_that_does_not_end_stops_the_change_and_the_clock_goes_on() -> None:
    leases = LeasesInTurn(bikes=10**6)
    triggers = Triggers(clock_of_rain=True, clock_that_was_stopped=False)

    with (
        pytest.raises(RetryLater, match="nothing was changed: a run of bikes is under way"),
        switch(leases, triggers, []).between_runs(lambda line: None),
    ):
        raise AssertionError("the context is not entered")

    assert leases.now == []
    assert triggers.started == {"clock_of_rain": True, "clock_that_was_stopped": False}


def test_a_change_that_fails_starts_the_clock_again() -> None:
    triggers = Triggers(clock_of_rain=True)
    failed = DeploymentFailed("the stack could not be changed")
    with pytest.raises(DeploymentFailed), switch(LeasesInTurn(), triggers, []).between_runs(lambda line: None):
        raise failed
    assert triggers.started == {"clock_of_rain": True}


@pytest.mark.parametrize(
    ("changes", "losing"),
    [
        ([PlannedChange("Remove", "MachineOfBikes", MACHINE)], ("bikes",)),
        (
            [PlannedChange("Remove", "WorkflowOfRain", WORKFLOW), PlannedChange("Add", "MachineOfRain", MACHINE)],
            ("rain",),
        ),
        ([PlannedChange("Modify", "MachineOfBikes", MACHINE, "yes")], ("bikes",)),
        ([PlannedChange("Modify", "MachineOfBikes", MACHINE)], ()),
        ([PlannedChange("Remove", "JobOfProd", "AWS::Glue::Job")], ()),
    ],
)
def test_workflows_whose_runner_goes(changes: list[PlannedChange], losing: tuple[str, ...]) -> None:
    assert losing_orchestrator(changes, RESOURCES, "dev") == losing
