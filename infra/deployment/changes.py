"""What a change set would do to each resource: with what is lost, and what the service would refuse.

Sources: CloudFormation's API reference, ResourceChange; its user guide, "UpdateReplacePolicy attribute", "Name type";
Firehose's developer guide, "Enable dynamic partitioning" (only when a stream is created), and its API reference,
ExtendedS3DestinationUpdate (a backup cannot be disabled); Step Functions' API reference, DeleteStateMachine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
    "AWS::StepFunctions::StateMachine": "its executions, which end at their next step, and their history",
    _STREAM: "records that it has not delivered",
}
_KEPT = ("Retain", "ReplaceAndRetain")

# The properties by which a resource is told from others of its type, where people name it. CloudFormation makes the new
# one before it removes the old one, so it can neither replace one that keeps its name nor hand a name on.
NAMES: Mapping[str, tuple[str, ...]] = {
    "AWS::Athena::PreparedStatement": ("WorkGroup", "StatementName"),
    "AWS::Athena::WorkGroup": ("Name",),
    "AWS::CloudWatch::Alarm": ("AlarmName",),
    "AWS::CloudWatch::Dashboard": ("DashboardName",),
    "AWS::DynamoDB::Table": ("TableName",),
    "AWS::EC2::SecurityGroup": ("VpcId", "GroupName"),
    "AWS::Events::Rule": ("EventBusName", "Name"),
    "AWS::Glue::Connection": ("ConnectionInput.Name",),
    "AWS::Glue::Crawler": ("Name",),
    "AWS::Glue::Database": ("DatabaseInput.Name",),
    "AWS::Glue::Job": ("Name",),
    "AWS::Glue::Table": ("DatabaseName", "TableInput.Name"),
    "AWS::Glue::Trigger": ("Name",),
    "AWS::Glue::Workflow": ("Name",),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName",),
    "AWS::IAM::Role": ("RoleName",),
    _STREAM: ("DeliveryStreamName",),
    "AWS::Lambda::EventInvokeConfig": ("FunctionName", "Qualifier"),
    "AWS::Lambda::Function": ("FunctionName",),
    "AWS::Lambda::Permission": ("FunctionName",),
    "AWS::Logs::LogGroup": ("LogGroupName",),
    "AWS::Logs::LogStream": ("LogGroupName", "LogStreamName"),
    "AWS::S3::Bucket": ("BucketName",),
    "AWS::S3::BucketPolicy": ("Bucket",),
    "AWS::SNS::Topic": ("TopicName",),
    "AWS::SQS::Queue": ("QueueName",),
    "AWS::Scheduler::Schedule": ("GroupName", "Name"),
    "AWS::Scheduler::ScheduleGroup": ("Name",),
    "AWS::StepFunctions::StateMachine": ("StateMachineName",),
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
    reasons = _refusals(kind, replacement, before.get(title, {}), after.get(title, {}))
    return PlannedChange(action, title, kind, replacement, tuple(changed), lost, next(reasons, ""))


def with_clashes(
    changes: Sequence[PlannedChange], before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[PlannedChange, ...]:
    """The same, with what would be refused since it has the name of another one that goes with them."""
    removed = [one for one in changes if one.action == "Remove"]
    gone = {name: one.resource for one in removed if (name := _name(one, before.get(one.resource, {})))}
    return tuple(_with_clash(one, after, gone) for one in changes)


def _with_clash(one: PlannedChange, after: Mapping[str, Any], gone: Mapping[str, str]) -> PlannedChange:
    holder = gone.get(_name(one, after.get(one.resource, {}))) if one.action == "Add" else None
    if holder is None:
        return one
    reason = f"it has the name of {holder}, which is removed only after it is made: two of one name cannot be"
    return replace(one, refused=reason)


def _name(change: PlannedChange, resource: Mapping[str, Any]) -> str:
    """What tells a resource from others, as text; "" where nobody named it."""
    properties = resource.get("Properties", {})
    named = [_at(properties, path) for path in NAMES.get(change.kind, ())]
    return json.dumps([change.kind, *named], sort_keys=True) if named and named[-1] else ""


def _refusals(kind: str, replacement: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    old, new = before.get("Properties", {}), after.get("Properties", {})
    if kind == _STREAM and before and replacement != "yes":
        yield from _refusals_of_stream(_destination(old), _destination(new))
    names = NAMES.get(kind, ())
    kept = [_at(new, one) for one in names]
    if replacement == "yes" and names and kept[-1] and kept == [_at(old, one) for one in names]:
        yield f"it must be replaced and keeps its name ({names[-1]}): two of one name cannot be"


def _refusals_of_stream(old: Any, new: Any) -> Iterator[str]:
    if _partitions(new) != _partitions(old):
        yield "dynamic partitioning is set when a stream is created: give the stream another name"
    if old.get("S3BackupMode") == "Enabled" != new.get("S3BackupMode"):
        yield "the backup of a stream cannot be turned off: give the stream another name"


def _destination(properties: Any) -> Any:
    return _at(properties, "ExtendedS3DestinationConfiguration")


def _partitions(destination: Any) -> bool:
    """Whether it partitions. A template may say true as text."""
    enabled = _at(destination, "DynamicPartitioningConfiguration.Enabled")
    return str(enabled).lower() == "true"


def _at(properties: Any, path: str) -> Any:
    for part in path.split("."):
        properties = properties.get(part, {}) if isinstance(properties, dict) else {}
    return properties
