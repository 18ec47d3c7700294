"""The key that encrypts the lake, and who may use it: one table, from which the key's policy and the roles' are made.

The stack makes the key (`kms_key = "own"`), or the stage names one that there is already, whose policy no template can
change: its statements are written out. Some services call KMS by themselves (a topic, alarms, logs), others as whoever
calls them: S3 and Athena, SQS, DynamoDB, Firehose. Sources: SNS developer guide, "Key management" (for EventBridge no
condition may name the source); CloudWatch Logs user guide, "Encrypt log data"; DynamoDB developer guide, "Authorizing
use of a customer managed key"; Firehose developer guide, "Data protection"; KMS developer guide, "kms:ViaService".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from troposphere import Sub, kms, logs

from millrace.infra.stack.access import allow
from millrace.infra.stack.deployment import LAKE_KEY, OWN_KEY, Deployment, arn_of, substituted, told_topics
from millrace.infra.stack.resources import resource

KEY_POLICY = "kms-key-policy.json"  # the file with the statements for a key that there is already
_DATA_KEYS = ("kms:Decrypt", "kms:GenerateDataKey")
_CIPHERS = ("kms:Encrypt", *_DATA_KEYS, "kms:ReEncryptFrom", "kms:ReEncryptTo")
_ACCOUNT = "${AWS::AccountId}"
_HERE = f"${{AWS::Region}}:{_ACCOUNT}"

# The actions that a role has on the key, by the service that calls KMS for it.
OF_CALLERS: Mapping[str, tuple[str, ...]] = {
    "s3": _DATA_KEYS,
    "sqs": _DATA_KEYS,
    "sns": _DATA_KEYS,
    "dynamodb": (*_CIPHERS, "kms:DescribeKey"),
}


@dataclass(frozen=True, slots=True)
class KeyUse:
    """One integration. `name`: the statement's id; `service`: the principal, "" for roles of the account; `when`:
    condition operators with their keys and values, in which pseudo parameters stand for the place.
    """

    name: str
    service: str
    actions: tuple[str, ...]
    when: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def _through(service: str, *further: str) -> KeyUse:
    """Whoever in the account has the right to, through this service alone."""
    via = {"kms:ViaService": f"{service}.${{AWS::Region}}.amazonaws.com", "kms:CallerAccount": _ACCOUNT}
    actions = (*OF_CALLERS.get(service, _DATA_KEYS), *further)
    return KeyUse(f"Through{service.capitalize()}", "", actions, {"StringEquals": via})


def _of_source(name: str, service: str, source: str) -> KeyUse:
    """A service by itself, for this account's own resources."""
    when = {"StringEquals": {"aws:SourceAccount": _ACCOUNT}, "ArnLike": {"aws:SourceArn": source}}
    return KeyUse(name, f"{service}.amazonaws.com", _DATA_KEYS, when)


def key_uses(deployment: Deployment) -> list[KeyUse]:
    """The table: every integration, whether or not this stage has it yet, so that a key's policy rarely changes."""
    alerts = f"arn:${{AWS::Partition}}:sns:{_HERE}:{deployment.alerts_name}"
    groups = {"kms:EncryptionContext:aws:logs:arn": f"arn:${{AWS::Partition}}:logs:{_HERE}:log-group:*"}
    return [
        _of_source("BucketToTopic", "s3", f"arn:${{AWS::Partition}}:s3:::{deployment.bucket_text}"),
        _of_source("TopicToQueues", "sns", f"arn:${{AWS::Partition}}:sns:{_HERE}:*"),
        _of_source("AlarmsToAlerts", "cloudwatch", f"arn:${{AWS::Partition}}:cloudwatch:{_HERE}:alarm:*"),
        KeyUse(
            "RulesToAlerts",
            "events.amazonaws.com",
            _DATA_KEYS,
            {"StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": alerts}},
        ),
        KeyUse("Logs", "logs.${AWS::Region}.amazonaws.com", _CIPHERS, {"StringLike": groups}),
        _through("s3"),
        _through("sqs"),
        _through("sns"),
        _through("dynamodb", "kms:CreateGrant"),  # who makes the table
        _through("firehose", "kms:CreateGrant", "kms:DescribeKey"),  # who makes the stream
    ]


def encryption(deployment: Deployment) -> list[Any]:
    """The stack's own key. It outlives the stack, as all that it encrypts does."""
    if deployment.stage.lake.kms_key != OWN_KEY:
        return []
    root = {"AWS": Sub(f"arn:${{AWS::Partition}}:iam::{_ACCOUNT}:root")}
    rule = {**allow(_ADMINISTRATION, "*"), "Sid": "Administration", "Principal": root}
    key = resource(
        kms.Key,
        LAKE_KEY,
        Description=key_description(deployment.stage.name),
        EnableKeyRotation=True,
        KeyPolicy={"Version": "2012-10-17", "Statement": [rule, *key_statements(deployment)]},
    )
    key.DeletionPolicy = key.UpdateReplacePolicy = "Retain"
    return [key]


def key_description(stage: str) -> str:
    """What the stack's own key says of itself: a key has no name by which it could be found."""
    return f"Millrace: the lake of the stage {stage}."


_ADMINISTRATION = (
    *("kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListKeyPolicies", "kms:ListGrants"),
    *(
        "kms:ListResourceTags",
        "kms:ListKeyRotations",
        "kms:PutKeyPolicy",
        "kms:RevokeGrant",
        "kms:UpdateKeyDescription",
    ),
    *("kms:EnableKey", "kms:DisableKey", "kms:EnableKeyRotation", "kms:DisableKeyRotation", "kms:RotateKeyOnDemand"),
    *("kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"),
)


def key_statements(deployment: Deployment) -> list[dict[str, Any]]:
    """The statements of the key's policy by which the stack works; plain ones for a key that there is already."""
    return [_statement(deployment, one) for one in key_uses(deployment)]


def _statement(deployment: Deployment, use: KeyUse) -> dict[str, Any]:
    root = f"arn:${{AWS::Partition}}:iam::{_ACCOUNT}:root"
    who = {"Service": use.service} if use.service else {"AWS": root}
    when = {
        operator: {name: _filled(deployment, value) for name, value in keys.items()}
        for operator, keys in use.when.items()
    }
    principal = {kind: _filled(deployment, name) for kind, name in who.items()}
    return {**allow(use.actions, "*", when), "Sid": use.name, "Principal": principal}


def _filled(deployment: Deployment, text: str) -> Any:
    """The text, with the place: by references, or where the key is one that there is already, as its ARN says it."""
    if "${" not in text:
        return text
    key = deployment.stage.lake.kms_key
    if key == OWN_KEY:
        return Sub(text)
    _, partition, _, _, account, _ = key.split(":")
    place = {
        "Partition": partition,
        "Region": deployment.stage.region,
        "AccountId": deployment.stage.account or account,
    }
    for name, value in place.items():
        text = text.replace(f"${{AWS::{name}}}", value)
    return text


def keys(deployment: Deployment, *services: str) -> list[dict[str, Any]]:
    """The statements of a role that uses the key through these services; none where the lake has no key."""
    key = deployment.lake_key
    if not key:
        return []
    return [
        allow(OF_CALLERS[one], key, {"StringEquals": {"kms:ViaService": Sub(f"{one}.${{AWS::Region}}.amazonaws.com")}})
        for one in services
    ]


def tells(deployment: Deployment) -> list[dict[str, Any]]:
    """The statements of a role that tells people of events by topics; none where the stage names no topic."""
    topics = [substituted(one) for one in told_topics(deployment)]
    if not topics:
        return []
    return [allow(["sns:Publish"], topics), *(keys(deployment, "sns") if deployment.tells_alerts else [])]


def queue_encryption(deployment: Deployment) -> dict[str, Any]:
    """The properties of a queue that encrypt it."""
    key = deployment.lake_key
    return {"KmsMasterKeyId": key} if key else {"SqsManagedSseEnabled": True}


def log_group(deployment: Deployment, title: str, name: str) -> Any:
    """A log group, encrypted, and kept as long as the stage says."""
    kept = {"RetentionInDays": deployment.stage.log_days, "KmsKeyId": deployment.lake_key}
    return resource(logs.LogGroup, title, LogGroupName=name, **kept)


def key_policy(deployment: Deployment) -> str:
    """What the policy of a key that there is already has to hold, as JSON; "" where the stage names none."""
    if deployment.stage.lake.kms_key in ("", OWN_KEY):
        return ""
    return json.dumps({"Version": "2012-10-17", "Statement": key_statements(deployment)}, indent=1) + "\n"


def key_notes(deployment: Deployment) -> list[str]:
    """What is left to do for a key that there is already."""
    if not key_policy(deployment):
        return []
    return [f"[lake] kms_key: its policy needs the statements of {KEY_POLICY}, which --output writes"]


def encryption_outputs(deployment: Deployment) -> dict[str, tuple[str, Any]]:
    if deployment.stage.lake.kms_key != OWN_KEY:
        return {}
    return {"LakeKeyArn": ("The key that encrypts the lake.", arn_of(LAKE_KEY))}
