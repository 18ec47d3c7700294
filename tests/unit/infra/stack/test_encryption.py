"""The lake's key: each integration beside the policy that is made of the table, and what is encrypted by it.

`NEEDED` is written from the services' documents, not from the table: without any one statement, or any one action, one
of these calls is refused. `REFUSED` are calls of others.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from millrace.infra.judges.references import ACCOUNT, REGION, resolved
from millrace.infra.stack.deployment import Deployment
from millrace.infra.stack.encryption import KEY_POLICY
from millrace.infra.stack.template import synthesise
from tests.contracts.stack.templates import KEY, STAGED, content, definitions, synthesised_for

OWN, GIVEN = "staging, by a key of the stack's own", "dev, everything by a key of one's own"
BUCKETS = {OWN: f"millrace-staging-lake-{ACCOUNT}-{REGION}", GIVEN: "some-lake"}
ALERTS = {OWN: "millrace-staging-alerts", GIVEN: "millrace-dev-alerts"}
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
DATA_KEYS = ("Decrypt", "GenerateDataKey")
CIPHERS = ("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey")


@dataclass(frozen=True)
class KeyCall:
    """One call of KMS: by whom, and what the request carries."""

    who: str
    actions: Sequence[str]
    context: Mapping[str, str] = field(default_factory=dict)


def at(place: str) -> str:
    return f"arn:aws:{place.split(':')[0]}:{REGION}:{ACCOUNT}:{place.partition(':')[2]}"


def by_source(who: str, source: str, account: str = ACCOUNT) -> KeyCall:
    return KeyCall(f"{who}.amazonaws.com", DATA_KEYS, {"aws:SourceAccount": account, "aws:SourceArn": source})


def through(service: str, actions: Sequence[str], account: str = ACCOUNT) -> KeyCall:
    via = {"kms:ViaService": f"{service}.{REGION}.amazonaws.com", "kms:CallerAccount": account}
    return KeyCall(ROOT, actions, via)


def needed(stage: str) -> dict[str, KeyCall]:
    alerts = {"kms:EncryptionContext:aws:sns:topicArn": at(f"sns:{ALERTS[stage]}")}
    group = {"kms:EncryptionContext:aws:logs:arn": at("logs:log-group:/aws/lambda/millrace-dev-poll-rainfall")}
    return {
        "S3 tells the topic of a new object": by_source("s3", f"arn:aws:s3:::{BUCKETS[stage]}"),
        "the topic tells the queue": by_source("sns", at("sns:millrace-objectevents-1a2b3c")),
        "an alarm tells the alerts": by_source("cloudwatch", at("cloudwatch:alarm:millrace-dev-PollsFailed")),
        "a rule tells the alerts; no condition may name it": KeyCall("events.amazonaws.com", DATA_KEYS, alerts),
        "a log is written and read": KeyCall(f"logs.{REGION}.amazonaws.com", CIPHERS, group),
        "a role, Athena as a role, or the stream reads and writes objects": through("s3", DATA_KEYS),
        "a role sends a message or receives one": through("sqs", DATA_KEYS),
        "a state machine tells the alerts": through("sns", DATA_KEYS),
        "a role reads and writes state, and a deployment makes the table": through(
            "dynamodb", (*CIPHERS, "DescribeKey", "CreateGrant")
        ),
        "a deployment makes the stream": through("firehose", (*DATA_KEYS, "CreateGrant", "DescribeKey")),
    }


def others(stage: str) -> list[KeyCall]:
    elsewhere = "999999999999"
    return [
        by_source("s3", "arn:aws:s3:::another-lake"),
        by_source("s3", f"arn:aws:s3:::{BUCKETS[stage]}", elsewhere),
        by_source("sns", at("sns:x"), elsewhere),
        by_source("cloudwatch", at("cloudwatch:alarm:x"), elsewhere),
        KeyCall("events.amazonaws.com", DATA_KEYS, {"kms:EncryptionContext:aws:sns:topicArn": at("sns:other")}),
        KeyCall("events.amazonaws.com", DATA_KEYS),
        KeyCall(f"logs.{REGION}.amazonaws.com", CIPHERS, {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:x:1:y"}),
        KeyCall("logs.eu-west-1.amazonaws.com", CIPHERS, needed(stage)["a log is written and read"].context),
        through("s3", DATA_KEYS, elsewhere),
        through("secretsmanager", DATA_KEYS),
        KeyCall(ROOT, DATA_KEYS),
    ]


def policy(stage: str) -> list[dict[str, Any]]:
    """The statements: of the key in the template, or of the file beside it."""
    if stage == GIVEN:
        found: list[dict[str, Any]] = json.loads(synthesised_for(stage).files[KEY_POLICY])["Statement"]
        return found
    key = resolved(content(stage))["LakeKey"]["Properties"]["KeyPolicy"]
    return [one for one in key["Statement"] if one["Sid"] != "Administration"]


def refused(statements: Sequence[Mapping[str, Any]], call: KeyCall) -> list[str]:
    """The actions of a call that no statement allows."""
    return [one for one in call.actions if not any(allows(statement, call, f"kms:{one}") for statement in statements)]


def allows(statement: Mapping[str, Any], call: KeyCall, action: str) -> bool:
    [who] = statement["Principal"].values()
    wanted = [
        (operator, name, value)
        for operator, keys in statement.get("Condition", {}).items()
        for name, value in keys.items()
    ]
    return (
        who == call.who
        and action in statement["Action"]
        and all(matches(operator, call.context.get(name), value) for operator, name, value in wanted)
    )


def matches(operator: str, given: str | None, value: str) -> bool:
    if given is None:
        return False
    return given == value if operator == "StringEquals" else fnmatchcase(given, value)


@pytest.mark.parametrize("stage", [OWN, GIVEN])
def test_every_integration_may_use_the_key(stage: str) -> None:
    found = {name: missing for name, call in needed(stage).items() if (missing := refused(policy(stage), call))}

    assert found == {}


@pytest.mark.parametrize("stage", [OWN, GIVEN])
def test_nobody_else_may(stage: str) -> None:
    assert [call for call in others(stage) if refused(policy(stage), call) != list(call.actions)] == []


def lessened(statements: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The policy without each of its statements, and without each action of one."""
    for number, statement in enumerate(statements):
        yield statement["Sid"], statements[:number] + statements[number + 1 :]
        for action in statement["Action"]:
            fewer = copy.deepcopy(statements)
            fewer[number]["Action"].remove(action)
            yield f"{action} of {statement['Sid']}", fewer


@pytest.mark.parametrize("stage", [OWN, GIVEN])
def test_without_any_one_statement_or_action_something_is_refused(stage: str) -> None:
    calls = needed(stage).values()

    assert [what for what, fewer in lessened(policy(stage)) if not any(refused(fewer, one) for one in calls)] == []


@pytest.mark.parametrize("stage", [OWN, GIVEN])
def test_without_any_one_condition_somebody_else_may(stage: str) -> None:
    statements = policy(stage)
    for number, statement in enumerate(statements):
        wider = [dict(one) for one in statements]
        wider[number] = {name: value for name, value in statement.items() if name != "Condition"}
        assert [call for call in others(stage) if refused(wider, call) != list(call.actions)], statement["Sid"]


def test_a_key_of_the_stack_outlives_it_and_is_rotated() -> None:
    key = content(OWN)["Resources"]["LakeKey"]

    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert key["Properties"]["EnableKeyRotation"] is True
    assert content(OWN)["Outputs"]["LakeKeyArn"]["Value"] == {"Fn::GetAtt": ["LakeKey", "Arn"]}


def test_whoever_administers_the_key_of_the_stack_reads_nothing_by_it() -> None:
    key = resolved(content(OWN))["LakeKey"]["Properties"]["KeyPolicy"]
    [rule] = [one for one in key["Statement"] if one["Sid"] == "Administration"]

    assert rule["Principal"] == {"AWS": ROOT}
    assert "kms:PutKeyPolicy" in rule["Action"]
    assert not {"kms:Decrypt", "kms:GenerateDataKey", "kms:Encrypt", "kms:CreateGrant"} & set(rule["Action"])


# By type: where a resource names the key.
ENCRYPTED: Mapping[str, tuple[str | int, ...]] = {
    "AWS::S3::Bucket": (
        *("BucketEncryption", "ServerSideEncryptionConfiguration", 0),
        *("ServerSideEncryptionByDefault", "KMSMasterKeyID"),
    ),
    "AWS::DynamoDB::Table": ("SSESpecification", "KMSMasterKeyId"),
    "AWS::SQS::Queue": ("KmsMasterKeyId",),
    "AWS::SNS::Topic": ("KmsMasterKeyId",),
    "AWS::Logs::LogGroup": ("KmsKeyId",),
    "AWS::KinesisFirehose::DeliveryStream": ("DeliveryStreamEncryptionConfigurationInput", "KeyARN"),
    "AWS::Athena::WorkGroup": (
        *("WorkGroupConfiguration", "ResultConfiguration", "EncryptionConfiguration", "KmsKey"),
    ),
}


@pytest.mark.parametrize("stage", [OWN, GIVEN])
def test_all_that_can_be_is_encrypted_by_the_key(stage: str) -> None:
    template = resolved(content(stage))
    key = template["LakeKey"] if stage == OWN else None
    expected = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/millrace-lakekey-1a2b3c" if key else KEY
    found = []
    for title, one in template.items():
        if one["Type"] in ENCRYPTED:
            node = one["Properties"]
            for step in ENCRYPTED[one["Type"]]:
                node = node[step]
            found.append(title)
            assert node == expected, title

    assert {template[title]["Type"] for title in found} == set(ENCRYPTED)
    [bucket] = [one["Properties"] for one in template.values() if one["Type"] == "AWS::S3::Bucket"]
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]["BucketKeyEnabled"] is True


def test_without_a_key_nobody_names_one() -> None:
    assert "kms" not in json.dumps(content("prod")).lower()
    assert synthesised_for("prod").files == {}


def test_the_statements_for_a_key_that_there_is_already_are_written_out(tmp_path: Path) -> None:
    text = synthesised_for(GIVEN).files[KEY_POLICY]

    assert "${" not in text
    assert "Fn::" not in text
    [note] = [one for one in synthesised_for(GIVEN).notes if "kms_key" in one]
    assert KEY_POLICY in note


def test_a_key_of_another_account_lets_in_the_account_of_the_stage() -> None:
    stage = replace(STAGED[GIVEN], account="999999999999")
    found = synthesise(Deployment(stage, definitions())).files[KEY_POLICY]

    assert '"aws:SourceAccount": "999999999999"' in found
    assert ACCOUNT not in found
