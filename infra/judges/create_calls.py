"""The create calls of the API that the template's resources stand for, in the API's own names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

Given = Mapping[str, Any]


class CreateCall(NamedTuple):
    service: str
    operation: str
    given: dict[str, Any]


def is_known(kind: str) -> bool:
    return kind in _CALLS


def calls(kind: str, properties: Given) -> list[CreateCall]:
    """Of a known type of resource. Raises KeyError for a property that is missing."""
    return list(_CALLS[kind](properties))


def _plain(service: str, operation: str) -> Callable[[Given], Iterator[CreateCall]]:
    """Types whose properties have the names of the call's members."""

    def made(properties: Given) -> Iterator[CreateCall]:
        yield CreateCall(service, operation, dict(properties))

    return made


def _untagged(properties: Given) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name != "Tags"}


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _attribute(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int) else _text(value)


def _bucket(properties: Given) -> Iterator[CreateCall]:
    name = {"Bucket": properties["BucketName"]}
    yield CreateCall("s3", "CreateBucket", dict(name))
    rules = [
        {_ENCRYPTION.get(key, key): value for key, value in one.items()}
        for one in properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    ]
    yield CreateCall("s3", "PutBucketEncryption", {**name, "ServerSideEncryptionConfiguration": {"Rules": rules}})
    yield CreateCall(
        "s3", "PutBucketVersioning", {**name, "VersioningConfiguration": properties["VersioningConfiguration"]}
    )
    yield CreateCall("s3", "PutBucketOwnershipControls", {**name, "OwnershipControls": properties["OwnershipControls"]})
    blocked = properties["PublicAccessBlockConfiguration"]
    yield CreateCall("s3", "PutPublicAccessBlock", {**name, "PublicAccessBlockConfiguration": blocked})
    lifecycle = [_lifecycle(one) for one in properties["LifecycleConfiguration"]["Rules"]]
    yield CreateCall("s3", "PutBucketLifecycleConfiguration", {**name, "LifecycleConfiguration": {"Rules": lifecycle}})
    if told := properties.get("NotificationConfiguration"):
        topics = [_topic(one) for one in told["TopicConfigurations"]]
        bus: dict[str, Any] = {"EventBridgeConfiguration": {}} if "EventBridgeConfiguration" in told else {}
        given = {**name, "NotificationConfiguration": {"TopicConfigurations": topics, **bus}}
        yield CreateCall("s3", "PutBucketNotificationConfiguration", given)


_ENCRYPTION = {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}


def _lifecycle(rule: Given) -> dict[str, Any]:
    given = {name: value for name, value in rule.items() if name not in ("Id", "Prefix")}
    given |= {"ID": rule["Id"], "Filter": {"Prefix": rule.get("Prefix", "")}}
    expiration = {}
    if "ExpirationInDays" in given:
        expiration["Days"] = given.pop("ExpirationInDays")
    if "ExpiredObjectDeleteMarker" in given:
        expiration["ExpiredObjectDeleteMarker"] = given.pop("ExpiredObjectDeleteMarker")
    return {**given, **({"Expiration": expiration} if expiration else {})}


def _topic(given: Given) -> dict[str, Any]:
    rules = given["Filter"]["S3Key"]["Rules"]
    others = {name: one for name, one in given.items() if name not in ("Topic", "Event", "Filter")}
    return {"TopicArn": given["Topic"], "Events": [given["Event"]], "Filter": {"Key": {"FilterRules": rules}}, **others}


def _queue(properties: Given) -> Iterator[CreateCall]:
    attributes = {name: _attribute(one) for name, one in properties.items() if name not in ("QueueName", "Tags")}
    yield CreateCall(
        "sqs", "CreateQueue", {"QueueName": properties.get("QueueName", "queue"), "Attributes": attributes}
    )


def _queue_policy(properties: Given) -> Iterator[CreateCall]:
    for url in properties["Queues"]:
        given = {"QueueUrl": url, "Attributes": {"Policy": _text(properties["PolicyDocument"])}}
        yield CreateCall("sqs", "SetQueueAttributes", given)


def _sns_topic(properties: Given) -> Iterator[CreateCall]:
    attributes = {name: one for name, one in properties.items() if name not in ("TopicName", "Tags")}
    yield CreateCall("sns", "CreateTopic", {"Name": properties.get("TopicName", "topic"), "Attributes": attributes})


def _topic_policy(properties: Given) -> Iterator[CreateCall]:
    for topic in properties["Topics"]:
        given = {"TopicArn": topic, "AttributeName": "Policy", "AttributeValue": _text(properties["PolicyDocument"])}
        yield CreateCall("sns", "SetTopicAttributes", given)


def _subscription(properties: Given) -> Iterator[CreateCall]:
    direct = ("TopicArn", "Protocol", "Endpoint")
    attributes = {name: _attribute(one) for name, one in properties.items() if name not in direct}
    given = {name: properties[name] for name in direct if name in properties}
    yield CreateCall("sns", "Subscribe", {**given, "Attributes": attributes})


def _role(properties: Given) -> Iterator[CreateCall]:
    name = properties.get("RoleName", "role")
    given = {key: one for key, one in properties.items() if key != "Policies"}
    given |= {"RoleName": name, "AssumeRolePolicyDocument": _text(properties["AssumeRolePolicyDocument"])}
    yield CreateCall("iam", "CreateRole", given)
    for policy in properties.get("Policies", []):
        document = _text(policy["PolicyDocument"])
        inline = {"RoleName": name, "PolicyName": policy["PolicyName"], "PolicyDocument": document}
        yield CreateCall("iam", "PutRolePolicy", inline)


def _managed_policy(properties: Given) -> Iterator[CreateCall]:
    given = {"PolicyName": properties["ManagedPolicyName"], "Description": properties["Description"]}
    yield CreateCall("iam", "CreatePolicy", given | {"PolicyDocument": _text(properties["PolicyDocument"])})


def _permission(properties: Given) -> Iterator[CreateCall]:
    yield CreateCall("lambda", "AddPermission", {**properties, "StatementId": "made-up-by-CloudFormation"})


def _log_group(properties: Given) -> Iterator[CreateCall]:
    name = {"logGroupName": properties["LogGroupName"]}
    yield CreateCall(
        "logs", "CreateLogGroup", name | ({"kmsKeyId": key} if (key := properties.get("KmsKeyId")) else {})
    )
    yield CreateCall("logs", "PutRetentionPolicy", {**name, "retentionInDays": properties["RetentionInDays"]})


def _key(properties: Given) -> Iterator[CreateCall]:
    given = {"Description": properties["Description"], "Policy": _text(properties["KeyPolicy"])}
    yield CreateCall("kms", "CreateKey", given)
    if properties["EnableKeyRotation"]:
        yield CreateCall("kms", "EnableKeyRotation", {"KeyId": "key"})


def _log_stream(properties: Given) -> Iterator[CreateCall]:
    yield CreateCall("logs", "CreateLogStream", {_lower(name): one for name, one in properties.items()})


def _function(properties: Given) -> Iterator[CreateCall]:
    tags = {one["Key"]: one["Value"] for one in properties.get("Tags", [])}
    yield CreateCall("lambda", "CreateFunction", {**properties, "Tags": tags})


def _state_machine(properties: Given) -> Iterator[CreateCall]:
    """The members have small first letters in the API, also those of logging."""
    given = {
        "name": properties.get("StateMachineName", "machine"),
        "definition": _text(properties["Definition"]),
        "roleArn": properties["RoleArn"],
        "type": properties.get("StateMachineType", "STANDARD"),
        "tags": [_lowered(one) for one in properties.get("Tags", [])],
    }
    if logging := properties.get("LoggingConfiguration"):
        given["loggingConfiguration"] = _lowered(logging)
    yield CreateCall("stepfunctions", "CreateStateMachine", given)


def _lowered(node: Any) -> Any:
    if isinstance(node, list):
        return [_lowered(one) for one in node]
    return {_lower(name): _lowered(one) for name, one in node.items()} if isinstance(node, dict) else node


def _table(properties: Given) -> Iterator[CreateCall]:
    recovery = {"TableName": properties["TableName"]}
    recovery["PointInTimeRecoverySpecification"] = properties["PointInTimeRecoverySpecification"]
    living = {"TableName": properties["TableName"], "TimeToLiveSpecification": properties["TimeToLiveSpecification"]}
    others = (recovery.keys() | living.keys()) - {"TableName"}
    given = {name: one for name, one in properties.items() if name not in others}
    if sse := given.get("SSESpecification"):
        given["SSESpecification"] = {"Enabled" if name == "SSEEnabled" else name: one for name, one in sse.items()}
    yield CreateCall("dynamodb", "CreateTable", given)
    yield CreateCall("dynamodb", "UpdateContinuousBackups", recovery)
    yield CreateCall("dynamodb", "UpdateTimeToLive", living)


def _work_group(properties: Given) -> Iterator[CreateCall]:
    moved = {"WorkGroupConfiguration": "Configuration"}
    given = {moved.get(name, name): one for name, one in properties.items() if name not in _OF_OTHER_CALLS}
    yield CreateCall("athena", "CreateWorkGroup", given)
    state = {"WorkGroup": properties["Name"], "State": properties["State"]}
    yield CreateCall("athena", "UpdateWorkGroup", state)
    recursive = {"WorkGroup": properties["Name"], "RecursiveDeleteOption": properties["RecursiveDeleteOption"]}
    yield CreateCall("athena", "DeleteWorkGroup", recursive)


_OF_OTHER_CALLS = ("State", "RecursiveDeleteOption")


def _rule(properties: Given) -> Iterator[CreateCall]:
    given = {name: one for name, one in properties.items() if name != "Targets"}
    yield CreateCall("events", "PutRule", {"Name": "rule", **given, "EventPattern": _text(properties["EventPattern"])})
    yield CreateCall("events", "PutTargets", {"Rule": "rule", "Targets": properties["Targets"]})


def _security_group(properties: Given) -> Iterator[CreateCall]:
    yield CreateCall(
        "ec2",
        "CreateSecurityGroup",
        {"Description": properties["GroupDescription"], "GroupName": "group", "VpcId": properties["VpcId"]},
    )
    yield from _rules_of_group("AuthorizeSecurityGroupEgress", properties["SecurityGroupEgress"])


def _rules_of_group(operation: str, rules: list[Given]) -> Iterator[CreateCall]:
    """Each rule as the API has it: what it is about are lists, a description in each."""
    for rule in rules:
        about = {name: rule[name] for name in ("Description",) if name in rule}
        permission: dict[str, Any] = {name: rule[name] for name in ("IpProtocol", "FromPort", "ToPort")}
        if "CidrIp" in rule:
            permission["IpRanges"] = [{"CidrIp": rule["CidrIp"], **about}]
        else:
            other = rule.get("SourceSecurityGroupId") or rule["DestinationSecurityGroupId"]
            permission["UserIdGroupPairs"] = [{"GroupId": other, **about}]
        yield CreateCall("ec2", operation, {"GroupId": rule.get("GroupId", "sg-1"), "IpPermissions": [permission]})


_CALLS: Mapping[str, Callable[[Given], Iterator[CreateCall]]] = {
    "AWS::Athena::NamedQuery": _plain("athena", "CreateNamedQuery"),
    "AWS::Athena::PreparedStatement": _plain("athena", "CreatePreparedStatement"),
    "AWS::Athena::WorkGroup": _work_group,
    "AWS::CloudWatch::Alarm": _plain("cloudwatch", "PutMetricAlarm"),
    "AWS::CloudWatch::Dashboard": _plain("cloudwatch", "PutDashboard"),
    "AWS::DynamoDB::Table": _table,
    "AWS::EC2::SecurityGroup": _security_group,
    "AWS::EC2::SecurityGroupEgress": lambda given: _rules_of_group("AuthorizeSecurityGroupEgress", [given]),
    "AWS::EC2::SecurityGroupIngress": lambda given: _rules_of_group("AuthorizeSecurityGroupIngress", [given]),
    "AWS::EC2::VPCEndpoint": lambda given: iter([CreateCall("ec2", "CreateVpcEndpoint", _untagged(given))]),
    "AWS::Events::Rule": _rule,
    "AWS::Glue::Connection": _plain("glue", "CreateConnection"),
    "AWS::Glue::Crawler": _plain("glue", "CreateCrawler"),
    "AWS::Glue::Database": _plain("glue", "CreateDatabase"),
    "AWS::Glue::Job": _plain("glue", "CreateJob"),
    "AWS::Glue::Table": _plain("glue", "CreateTable"),
    "AWS::Glue::Trigger": _plain("glue", "CreateTrigger"),
    "AWS::Glue::Workflow": _plain("glue", "CreateWorkflow"),
    "AWS::IAM::ManagedPolicy": _managed_policy,
    "AWS::IAM::Role": _role,
    "AWS::KMS::Key": _key,
    "AWS::KinesisFirehose::DeliveryStream": _plain("firehose", "CreateDeliveryStream"),
    "AWS::Lambda::EventInvokeConfig": _plain("lambda", "PutFunctionEventInvokeConfig"),
    "AWS::Lambda::Function": _function,
    "AWS::Lambda::Permission": _permission,
    "AWS::Lambda::Version": _plain("lambda", "PublishVersion"),
    "AWS::Logs::LogGroup": _log_group,
    "AWS::Logs::LogStream": _log_stream,
    "AWS::S3::Bucket": _bucket,
    "AWS::S3::BucketPolicy": lambda given: iter(
        [CreateCall("s3", "PutBucketPolicy", {"Bucket": given["Bucket"], "Policy": _text(given["PolicyDocument"])})]
    ),
    "AWS::SNS::Subscription": _subscription,
    "AWS::SNS::Topic": _sns_topic,
    "AWS::SNS::TopicPolicy": _topic_policy,
    "AWS::SQS::Queue": _queue,
    "AWS::SQS::QueuePolicy": _queue_policy,
    "AWS::Scheduler::Schedule": _plain("scheduler", "CreateSchedule"),
    "AWS::Scheduler::ScheduleGroup": _plain("scheduler", "CreateScheduleGroup"),
    "AWS::StepFunctions::StateMachine": _state_machine,
}
