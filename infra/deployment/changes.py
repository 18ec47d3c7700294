"""What a change set would do to each resource: with what is lost, and what the service would refuse.

Sources: CloudFormation's API reference, ResourceChange; its user guide, "UpdateReplacePolicy attribute", "Name type";
Firehose's developer guide, "Enable dynamic partitioning" (only when a stream is created).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_STREAM = "AWS::KinesisFirehose::DeliveryStream"

# What goes with a resource that is removed or replaced, where its policy does not keep it.
_LOST = {
    "AWS::S3::Bucket": "its objects",
    "AWS::DynamoDB::Table": "its items",
    "AWS::KMS::Key": "what it encrypted",
    "AWS::SQS::Queue": "its messages",
    "AWS::SNS::Subscription": "its confirmation",
    "AWS::Logs::LogGroup": "its log",
    _STREAM: "records that it has not delivered",
}
_KEPT = ("Retain", "ReplaceAndRetain")

# The property by which people name a resource. Two of one name cannot be, so CloudFormation refuses to replace one.
_NAMES = {
    "AWS::Athena::WorkGroup": "Name",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Glue::Connection": "ConnectionInput.Name",
    "AWS::Glue::Crawler": "Name",
    "AWS::Glue::Job": "Name",
    "AWS::Glue::Trigger": "Name",
    "AWS::Glue::Workflow": "Name",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    _STREAM: "DeliveryStreamName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Scheduler::Schedule": "Name",
    "AWS::Scheduler::ScheduleGroup": "Name",
}


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One resource. `action`: Add, Modify, Remove or Import; `replacement`: "", "yes" or "perhaps"; `properties`: those
    that change. `lost`: what goes with it; `refused`: why the service would not do it; both "" where nothing is to say.
    """

    action: str
    resource: str
    kind: str
    replacement: str = ""
    properties: tuple[str, ...] = ()
    lost: str = ""
    refused: str = ""


def planned(change: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> PlannedChange:
    """A ResourceChange of CloudFormation's. `before`, `after`: the resources of the two templates, by logical id."""
    kind, action = change["ResourceType"], change["Action"]
    title = change["LogicalResourceId"]
    replacement = {"True": "yes", "Conditional": "perhaps"}.get(change.get("Replacement", ""), "")
    goes = action == "Remove" or replacement
    policy = before.get(title, {}).get("DeletionPolicy") if action == "Remove" else None
    policy = change.get("PolicyAction") or policy or after.get(title, {}).get("UpdateReplacePolicy")
    lost = _LOST.get(kind, "") if goes and policy not in _KEPT else ""
    targets = [one["Target"] for one in change.get("Details", ())]
    changed = sorted({one.get("Name") or one["Attribute"] for one in targets})
    reasons = _refusals(kind, replacement, changed, before.get(title, {}), after.get(title, {}))
    return PlannedChange(action, title, kind, replacement, tuple(changed), lost, next(reasons, ""))


def _refusals(
    kind: str, replacement: str, changed: list[str], before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[str]:
    old, new = before.get("Properties", {}), after.get("Properties", {})
    if kind == _STREAM and before and replacement != "yes" and _partitions(new) != _partitions(old):
        yield "dynamic partitioning is set when a stream is created: give the stream another name"
    name = _NAMES.get(kind, "")
    if replacement == "yes" and name and _at(new, name) and name.partition(".")[0] not in changed:
        yield f"it must be replaced and keeps its name ({name}): two of one name cannot be"


def _partitions(properties: Mapping[str, Any]) -> bool:
    return bool(_at(properties, "ExtendedS3DestinationConfiguration.DynamicPartitioningConfiguration.Enabled"))


def _at(properties: Any, path: str) -> Any:
    for part in path.split("."):
        properties = properties.get(part, {}) if isinstance(properties, dict) else {}
    return properties
