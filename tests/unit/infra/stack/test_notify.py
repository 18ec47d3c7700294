"""Topics that a stage names: who may publish there, and what functions and jobs are told of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from millrace.environment import load
from millrace.infra.deployment.deployed.lake import lake_settings
from millrace.infra.deployment.outcomes import DeployedStack
from millrace.infra.judges.references import resolved
from millrace.infra.stack.deployment import Deployment
from millrace.infra.stack.template import synthesise
from millrace.infra.stages.outputs import StackOutput
from millrace.infra.stages.stage import Stage
from millrace.notify.ports import Event, EventKind
from millrace.notify.selection import named_notifiers
from millrace.settings import Secret, SecretName, Settings
from tests.contracts import aws
from tests.contracts.stack.templates import ARTEFACTS, KEY, STAGED, definitions, of_type

OWN = "arn:aws:sns:ap-southeast-1:123456789012:millrace-prod-alerts"
OTHER = "arn:aws:sns:eu-west-1:123456789012:people"
EVENT = Event(EventKind.RUN_FAILED, "bikes", "no room", datetime(2024, 5, 30, tzinfo=UTC), {})
TELLING = {"PollRole", "TendRole", "JobRole", "JobsRole"}  # how the names of the roles of packaged code begin


def template(orchestrator: str, *notify: str, key: str = "") -> dict[str, Any]:
    prod = STAGED["prod"]
    stage = replace(
        prod,
        alerts=replace(prod.alerts, notify=notify),
        lake=replace(prod.lake, kms_key=key),
        workflow=replace(prod.workflow, orchestrator=orchestrator),
    )
    return dict(synthesise(Deployment(stage, definitions(), ARTEFACTS)).content)


def made(orchestrator: str, *notify: str, key: str = "") -> dict[str, Any]:
    return resolved(template(orchestrator, *notify, key=key))


def statements(resources: dict[str, Any], action: str) -> dict[str, list[dict[str, Any]]]:
    """Those that allow an action, by role."""
    found = {
        title: [one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]]
        for title, role in of_type(resources, "IAM::Role").items()
    }
    chosen = {title: [one for one in rules if action in one["Action"]] for title, rules in found.items()}
    return {title: rules for title, rules in chosen.items() if rules}


@pytest.mark.parametrize("orchestrator", ["glue", "stepfunctions", "none"])
def test_without_a_topic_nothing_that_runs_packaged_code_may_publish(orchestrator: str) -> None:
    resources = made(orchestrator)

    assert set(statements(resources, "sns:Publish")) == (
        {"StateMachinesRole"} if orchestrator == "stepfunctions" else set()
    )
    assert "MILLRACE_NOTIFY" not in str(of_type(resources, "Lambda::Function"))


@pytest.mark.parametrize("orchestrator", ["glue", "stepfunctions", "none"])
def test_whatever_runs_packaged_code_is_told_of_the_topics_and_may_publish_there_alone(orchestrator: str) -> None:
    resources = made(orchestrator, "sns:own", f"sns:{OTHER}")

    settings = [one["Environment"]["Variables"] for one in of_type(resources, "Lambda::Function").values()]
    settings += [
        {name.removeprefix("--"): value for name, value in one["DefaultArguments"].items()}
        for one in of_type(resources, "Glue::Job").values()
    ]
    assert {one["MILLRACE_NOTIFY"] for one in settings} == {f"sns:{OWN},sns:{OTHER}"}
    roles = {one for one in of_type(resources, "IAM::Role") if one.startswith(tuple(TELLING))}
    allowed = statements(resources, "sns:Publish")
    assert set(allowed) - {"StateMachinesRole"} == roles
    assert [one["Resource"] for title in roles for one in allowed[title]] == [[OWN, OTHER]] * len(roles)


@pytest.mark.parametrize(("orchestrator", "rule"), [("glue", "GlueJobsFailed"), ("stepfunctions", "ExecutionsEnded")])
def test_people_are_told_once_of_what_ends_badly_by_the_rule_or_by_the_duty(orchestrator: str, rule: str) -> None:
    assert rule in made(orchestrator)
    assert rule in made(orchestrator, f"sns:{OTHER}"), "the duty tells another topic"
    own = made(orchestrator, "sns:own")
    assert rule not in own

    [target] = own["RunsCutShort"]["Properties"]["Targets"]
    given = target["InputTransformer"]
    assert given["InputPathsMap"] == {"detail": "$.detail"}
    detail = {"jobName": "j", "message": 'it said "no"'}
    event = json.loads(given["InputTemplate"].replace("<detail>", json.dumps(detail)))
    assert event == {"duty": "runs", "after": detail}


def test_without_the_duty_the_rule_tells() -> None:
    prod = STAGED["prod"]
    stage = replace(prod, alerts=replace(prod.alerts, notify=("sns:own",)), tend=replace(prod.tend, runs=""))
    resources = resolved(dict(synthesise(Deployment(stage, definitions(), ARTEFACTS)).content))
    assert "GlueJobsFailed" in resources
    assert "RunsCutShort" not in resources


def test_a_topic_that_is_named_whole_is_no_text_to_be_filled_in() -> None:
    """Fn::Sub without a variable in it is refused by cfn-lint."""

    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from ([str(value["Fn::Sub"])] if "Fn::Sub" in value else [])
            value = list(value.values())
        for one in value if isinstance(value, list) else []:
            yield from texts(one)

    assert [text for text in texts(template("glue", f"sns:{OTHER}")) if "${" not in text] == []


def test_a_function_publishes_to_the_topics_of_its_settings() -> None:
    for topic in (OWN, OTHER):
        region, _, name = topic.split(":")[3:]
        aws.clients().client("sns", region).create_topic(Name=name)
    function = made("none", "sns:own", f"sns:{OTHER}")["PollOfRainfall"]["Properties"]
    settings = load(environ=function["Environment"]["Variables"])

    people = named_notifiers(settings.notify, lambda region: aws.clients().client("sns", region))

    assert [(one.name, one.reason_unsent(EVENT)) for one in people] == [("sns 1", ""), ("sns 2", "")]


@dataclass(frozen=True)
class StageWithOutputs:
    """In place of an account: a stage, and the outputs of its stack."""

    stage: Stage

    def working(self) -> DeployedStack:
        outputs = {**dict.fromkeys(map(str, StackOutput), "5"), str(StackOutput.ALERTS): OWN}
        return DeployedStack("millrace-prod", "id", "CREATE_COMPLETE", outputs)


def told_with_stage(here: Settings, *notify: str) -> list[str]:
    prod = STAGED["prod"]
    at: Any = StageWithOutputs(replace(prod, alerts=replace(prod.alerts, notify=notify, notify_from="ssm:hooks")))
    found = lake_settings(at, here)
    return [*(one.reveal() for one in found.notify), *([found.notify_name.name] if found.notify_name else [])]


def test_a_command_on_the_stage_tells_those_of_the_stage_unless_some_are_set_here() -> None:
    here = Settings(Path())

    assert told_with_stage(here, "sns:own", f"sns:{OTHER}") == [f"sns:{OWN}", f"sns:{OTHER}", "hooks"]
    assert told_with_stage(replace(here, notify=(Secret("https://mine/"),)), "sns:own") == ["https://mine/"]
    assert told_with_stage(replace(here, notify_name=SecretName("ssm", "mine")), "sns:own") == ["mine"]


def test_a_topic_of_the_stack_is_encrypted_by_its_key_and_those_who_publish_may_use_it() -> None:
    own, other = made("glue", "sns:own", key=KEY), made("glue", f"sns:{OTHER}", key=KEY)

    through = {"StringEquals": {"kms:ViaService": "sns.ap-southeast-1.amazonaws.com"}}
    for resources, wanted in ((own, 1), (other, 0)):
        keys = statements(resources, "kms:GenerateDataKey")
        for title in statements(resources, "sns:Publish"):
            assert [one["Condition"] for one in keys[title]].count(through) == wanted, title
