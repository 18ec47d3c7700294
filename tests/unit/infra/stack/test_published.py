"""Versions of functions: another one for other code or configuration, and else none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from millrace.infra.judges.references import resolved
from millrace.infra.stack.deployment import Deployment
from millrace.infra.stack.packaged.artefacts import Artefacts
from millrace.infra.stack.template import synthesise
from millrace.infra.stages.stage import Stage
from tests.contracts.stack.templates import ARTEFACTS, STAGED, content, definitions, of_type

DEV = STAGED["dev"]


def versions(stage: Stage = DEV, artefacts: Artefacts = ARTEFACTS) -> dict[str, str]:
    """The logical id of the version of each function, by the function's."""
    made = synthesise(Deployment(stage, definitions(), artefacts)).content["Resources"]
    return {
        one["Properties"]["FunctionName"]["Ref"]: title
        for title, one in made.items()
        if one["Type"] == "AWS::Lambda::Version"
    }


def changed(stage: Stage, artefacts: Artefacts = ARTEFACTS, *, of: Stage = DEV) -> set[str]:
    """The functions whose versions differ from those of the stage `of`."""
    before, after = versions(of), versions(stage, artefacts)
    assert before.keys() == after.keys()
    return {function for function, title in after.items() if title != before[function]}


POLLS = {"PollOfRainfall", "PollOfTaxiAvailability"}
BY_MACHINES = STAGED["uat, by state machines"]


@pytest.mark.parametrize(
    ("stage", "artefacts", "others"),
    [
        (DEV, ARTEFACTS, set()),
        (DEV, replace(ARTEFACTS, poll_zip="poll-4d5e6f.zip"), POLLS),
        (DEV, replace(ARTEFACTS, job_zip="job-4d5e6f.zip"), {"Tend"}),
        (DEV, replace(ARTEFACTS, wheels_zip="wheels-4d5e6f.zip", release="4d5e6f"), set()),
        (replace(DEV, ingest=replace(DEV.ingest, memory_mb=512)), ARTEFACTS, POLLS),
        (replace(DEV, api_keys={"rainfall": "ssm:/feeds/rain"}), ARTEFACTS, {"PollOfRainfall", "Tend"}),
        # A role of another name is another role: a version of the old one could do nothing.
        (replace(DEV, access=replace(DEV.access, role_prefix="team-")), ARTEFACTS, {*POLLS, "Tend"}),
        (replace(DEV, lake=replace(DEV.lake, bucket="another-lake")), ARTEFACTS, {*POLLS, "Tend"}),
        (replace(DEV, tags={"team": "feeds"}, log_days=30), ARTEFACTS, set()),
    ],
)
def test_a_version_is_another_where_code_or_configuration_is(
    stage: Stage, artefacts: Artefacts, others: set[str]
) -> None:
    assert changed(stage, artefacts) == others


@pytest.mark.parametrize(
    ("stage", "artefacts", "others"),
    [
        (BY_MACHINES, ARTEFACTS, set()),
        (BY_MACHINES, replace(ARTEFACTS, job_zip="job-4d5e6f.zip"), {"Jobs", "Tend"}),
        (BY_MACHINES, replace(ARTEFACTS, release="4d5e6f"), {"Jobs"}),  # which its runs have on record
        (replace(BY_MACHINES, workflow=replace(BY_MACHINES.workflow, memory_mb=2048)), ARTEFACTS, {"Jobs"}),
    ],
)
def test_the_version_that_makes_calls_of_runs_is_another_as_well(
    stage: Stage, artefacts: Artefacts, others: set[str]
) -> None:
    assert changed(stage, artefacts, of=BY_MACHINES) == others


@pytest.mark.parametrize("name", STAGED)
def test_a_function_differs_wherever_its_version_does(name: str) -> None:
    """Else Lambda would publish none, and the deployment would fail."""
    functions = of_type(content(name)["Resources"], "Lambda::Function")

    for function, title in versions(STAGED[name]).items():
        digest = title.removeprefix(f"VersionOf{function}")
        assert functions[function]["Description"].startswith(f"Version {digest},")


@pytest.mark.parametrize("name", STAGED)
def test_what_starts_a_function_names_its_version(name: str) -> None:
    template = content(name)["Resources"]
    of_stage, machines = versions(STAGED[name]), of_type(template, "StepFunctions::StateMachine")
    invoked = of_type(template, "Lambda::EventInvokeConfig")
    by_schedules = {function: version for function, version in of_stage.items() if function != "Jobs"}
    by_events = of_stage if "Router" in of_stage else by_schedules
    assert {one["FunctionName"]["Ref"]: one["Qualifier"]["Fn::GetAtt"][0] for one in invoked.values()} == by_events

    for title, one in of_type(template, "Scheduler::Schedule").items():
        version = one["Target"]["Arn"].get("Ref")
        if version is None or version in machines:  # what starts a workflow of Glue names it
            continue
        assert version in by_schedules.values(), title
        [after] = template[title]["DependsOn"]
        assert invoked[after]["Qualifier"]["Fn::GetAtt"][0] == version, "its events are invoked as they should be"


def test_a_role_of_schedules_starts_versions_of_before_too() -> None:
    """While a stack is changed, schedules of both deployments start theirs."""
    known = resolved(content("dev"))

    def allowed(role: Mapping[str, Any]) -> list[str]:
        statements = role["Policies"][0]["PolicyDocument"]["Statement"]
        return [one["Resource"] for one in statements if one["Action"] == ["lambda:InvokeFunction"]]

    arn = "arn:aws:lambda:ap-southeast-1:123456789012:function:millrace-dev-poll-rainfall:*"
    assert allowed(known["ScheduleRoleOfRainfall"]["Properties"]) == [arn]


def test_versions_of_before_stay() -> None:
    """One whose creation was rolled back does not: Lambda would publish no other of the same."""
    made = [one for one in content("prod")["Resources"].values() if one["Type"] == "AWS::Lambda::Version"]

    assert {(one["DeletionPolicy"], one["UpdateReplacePolicy"]) for one in made} == {("RetainExceptOnCreate", "Retain")}
