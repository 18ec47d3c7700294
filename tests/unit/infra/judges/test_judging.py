"""The judges that `synth` asks, and what it says of them."""

from __future__ import annotations

from typing import Any

from millrace.infra.judges.judging import Judgement, Objection, judgements
from millrace.infra.judges.references import REGION

SOUND = {"Resources": {"Alerts": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "alerts"}}}}


def objections(template: dict[str, Any]) -> dict[str, list[str]]:
    return {one.package: [str(objection) for objection in one.objections] for one in judgements(template, REGION)}


def test_a_sound_template_passes_each_judge_by_its_version() -> None:
    found = list(judgements(SOUND, REGION))

    assert [one.package for one in found] == ["botocore", "cfn-lint"]
    for one in found:
        assert one.judge.startswith(f"{one.package} ")
        assert one.lines == [f"judged by {one.judge}: no fault"]


def test_each_judge_names_the_resource_of_a_fault() -> None:
    wrong = {"Resources": {"Alerts": {"Type": "AWS::Glue::Workflow", "Properties": {"Nam": "alerts"}}}}

    found = objections(wrong)

    assert any("Nam" in one and one.startswith("Alerts: ") for one in found["botocore"])
    assert any("Nam" in one and one.startswith("Alerts: E3002") for one in found["cfn-lint"])


def test_a_reference_to_nothing_and_a_type_without_a_call_are_faults() -> None:
    nothing = {"Resources": {"Alerts": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Gone"}}}}}
    unknown = {"Resources": {"Alerts": {"Type": "AWS::SNS::Tropic", "Properties": {}}}}

    assert objections(nothing)["botocore"] == ["a reference to 'Gone'"]
    assert objections(unknown)["botocore"] == ["Alerts: no create call is known of AWS::SNS::Tropic"]


def test_a_judge_that_fails_is_no_fault_of_the_template() -> None:
    aws, lint = judgements(SOUND, "xx-north-9")

    assert aws.lines == [f"judged by {aws.judge}: no fault"]
    [line] = lint.lines
    assert line.startswith(f"not judged by {lint.judge}, which failed: InvalidRegionException: Regions ['xx-north-9']")


def test_what_is_said_of_a_judge() -> None:
    assert Judgement("cfn-lint", "").lines == ["not judged by cfn-lint: pip install cfn-lint"]
    wrong = Judgement("cfn-lint", "cfn-lint 1.58.0", (Objection("Alerts", "E3002 x"), Objection("", "y")))
    assert wrong.lines == ["cfn-lint 1.58.0: Alerts: E3002 x", "cfn-lint 1.58.0: y"]
