"""What is said of one change of a change set."""

from __future__ import annotations

from typing import Any

import pytest

from millrace.infra.deployment.changes import NAMES, PlannedChange, planned, with_clashes
from tests.contracts.stack.templates import STAGED, content
from tests.unit.infra.deployment.type_schemas import schema


def change(kind: str, action: str, *names: str, **further: Any) -> dict[str, Any]:
    targets = [{"Target": {"Attribute": "Properties", "Name": name}} for name in names]
    return {"Action": action, "LogicalResourceId": "One", "ResourceType": kind, "Details": targets, **further}


def of(properties: dict[str, Any]) -> dict[str, Any]:
    return {"One": {"Properties": properties}}


def test_a_change_in_place_has_nothing_to_mind() -> None:
    one = change("AWS::Lambda::Function", "Modify", "Timeout", "MemorySize", Replacement="False")

    assert planned(one, of({}), of({})) == PlannedChange(
        "Modify", "One", "AWS::Lambda::Function", properties=("MemorySize", "Timeout")
    )


@pytest.mark.parametrize(
    ("kind", "action", "further", "lost"),
    [
        ("AWS::S3::Bucket", "Remove", {"PolicyAction": "Delete"}, "its objects"),
        ("AWS::S3::Bucket", "Remove", {"PolicyAction": "Retain"}, ""),
        ("AWS::DynamoDB::Table", "Modify", {"Replacement": "True", "PolicyAction": "ReplaceAndDelete"}, "its items"),
        ("AWS::DynamoDB::Table", "Modify", {"Replacement": "True", "PolicyAction": "ReplaceAndRetain"}, ""),
        ("AWS::SQS::Queue", "Modify", {"Replacement": "Conditional"}, "its messages"),
        ("AWS::SQS::Queue", "Modify", {"Replacement": "False"}, ""),
        ("AWS::Lambda::Function", "Remove", {}, ""),
    ],
)
def test_what_goes_with_a_resource_is_named_unless_its_policy_keeps_it(
    kind: str, action: str, further: dict[str, Any], lost: str
) -> None:
    assert planned(change(kind, action, **further), of({}), of({})).lost == lost


def test_where_no_policy_is_said_the_template_s_counts() -> None:
    kept = {"One": {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}}
    removed, replaced = change("AWS::S3::Bucket", "Remove"), change("AWS::S3::Bucket", "Modify", Replacement="True")

    assert planned(removed, kept, {}).lost == planned(replaced, {}, kept).lost == ""
    assert planned(removed, {}, {}).lost == planned(replaced, kept, {}).lost == "its objects"


def test_a_resource_that_keeps_its_name_cannot_be_replaced() -> None:
    one = change("AWS::Glue::Trigger", "Modify", "Type", Replacement="True")

    found = planned(one, of({"Name": "t", "Type": "SCHEDULED"}), of({"Name": "t", "Type": "CONDITIONAL"}))

    assert found.refused == "it must be replaced and keeps its name (Name): two of one name cannot be"
    renamed = change("AWS::Glue::Trigger", "Modify", "Name", Replacement="True")
    assert planned(renamed, of({"Name": "t"}), of({"Name": "u"})).refused == ""
    elsewhere = change("AWS::Glue::Table", "Modify", "DatabaseName", Replacement="True")
    assert planned(elsewhere, of({"DatabaseName": "a", **RAIN}), of({"DatabaseName": "b", **RAIN})).refused == ""
    kept = change("AWS::Glue::Table", "Modify", "TableInput", Replacement="True")
    table = of({"DatabaseName": "a", **RAIN})
    assert "keeps its name (TableInput.Name)" in planned(kept, table, table).refused
    nameless = change("AWS::SQS::Queue", "Modify", "FifoQueue", Replacement="True")
    assert planned(nameless, of({}), of({"FifoQueue": True})).refused == ""


RAIN = {"TableInput": {"Name": "rain"}}


def test_a_name_cannot_be_handed_on_within_one_deployment() -> None:
    before = {"Old": {"Properties": {"QueueName": "q"}}, "Unnamed": {"Properties": {}}}
    after = {"New": {"Properties": {"QueueName": "q"}}, "Other": {"Properties": {}}}
    queue = "AWS::SQS::Queue"
    changes = [PlannedChange("Add", "New", queue), PlannedChange("Add", "Other", queue)]
    changes += [PlannedChange("Remove", "Old", queue), PlannedChange("Remove", "Unnamed", queue)]

    found = {one.resource: one.refused for one in with_clashes(changes, before, after)}

    reason = "it has the name of Old, which is removed only after it is made: two of one name cannot be"
    assert found == {"New": reason, "Other": "", "Old": "", "Unnamed": ""}
    assert [one.refused for one in with_clashes(changes[:2], before, after)] == ["", ""], "Old stays as it is"
    topic = [PlannedChange("Add", "New", "AWS::SNS::Topic"), *changes[2:]]
    assert {one.refused for one in with_clashes(topic, before, after)} == {""}, "a topic may have a queue's name"


def test_every_name_in_the_stack_is_known_here() -> None:
    """By the schemas of the types: what tells one resource from another, and people give."""
    for stage in STAGED:
        for title, one in content(stage)["Resources"].items():
            paths = schema(one["Type"])["primaryIdentifier"]
            places = {path.removeprefix("/properties/").replace("/", ".") for path in paths}
            given = {place for place in places if place.partition(".")[0] in one.get("Properties", {})}
            known = {*NAMES.get(one["Type"], ()), "CatalogId"}  # the account's, of whatever is in it
            assert given <= known, f"{stage}: {title} ({one['Type']})"


def stream(enabled: bool) -> dict[str, Any]:
    return of({"ExtendedS3DestinationConfiguration": {"DynamicPartitioningConfiguration": {"Enabled": enabled}}})


@pytest.mark.parametrize("enabled", [True, False])
def test_partitioning_of_a_stream_stays_as_it_was_made(enabled: bool) -> None:
    kind = "AWS::KinesisFirehose::DeliveryStream"
    one = change(kind, "Modify", "ExtendedS3DestinationConfiguration", Replacement="False")

    assert "give the stream another name" in planned(one, stream(not enabled), stream(enabled)).refused
    assert planned(one, stream(enabled), stream(enabled)).refused == ""
    assert planned(change(kind, "Add"), {}, stream(enabled)).refused == ""
