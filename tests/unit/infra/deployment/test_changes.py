"""What is said of one change of a change set."""

from __future__ import annotations

from typing import Any

import pytest

from millrace.infra.deployment.changes import PlannedChange, planned


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
    nameless = change("AWS::SQS::Queue", "Modify", "FifoQueue", Replacement="True")
    assert planned(nameless, of({}), of({"FifoQueue": True})).refused == ""


def stream(enabled: bool) -> dict[str, Any]:
    return of({"ExtendedS3DestinationConfiguration": {"DynamicPartitioningConfiguration": {"Enabled": enabled}}})


@pytest.mark.parametrize("enabled", [True, False])
def test_partitioning_of_a_stream_stays_as_it_was_made(enabled: bool) -> None:
    kind = "AWS::KinesisFirehose::DeliveryStream"
    one = change(kind, "Modify", "ExtendedS3DestinationConfiguration", Replacement="False")

    assert "give the stream another name" in planned(one, stream(not enabled), stream(enabled)).refused
    assert planned(one, stream(enabled), stream(enabled)).refused == ""
    assert planned(change(kind, "Add"), {}, stream(enabled)).refused == ""
