"""The lake: its bucket, the messages about new objects, and the table of state.

No lifecycle rule ends or archives a current object outside `exports/`: a published partition may lie in the folder of
an old run. Sources: S3 user guide, "Lifecycle configuration elements", "Event notification types and destinations"; SNS
developer guide, "Fanout to Amazon SQS queues".
"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref, dynamodb, s3, sns, sqs

from millrace.infra.stack.access import only_by_tls
from millrace.infra.stack.deployment import (
    BUCKET,
    DEAD_LETTERS,
    NEW_OBJECTS,
    STATE_TABLE,
    Deployment,
    arn_of,
    lake_objects,
)
from millrace.infra.stack.encryption import queue_encryption
from millrace.infra.stack.resources import resource
from millrace.infra.stages.outputs import StackOutput
from millrace.lake.keys import EXPORTS
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.pending.s3_events import HIDDEN_SECONDS
from millrace.state.dynamo_keys import EXPIRES_AT, table_definition

_TOPIC = "ObjectEvents"
_DAYS_OF_EXPORTS, _DAYS_OF_UPLOADS = 7, 7
_QUEUE_SECONDS = 14 * 24 * 3600  # the longest that SQS keeps a message
_RECEIVES = 10  # of a message that cannot be read, before it goes to the dead letters


def lake(deployment: Deployment) -> list[Any]:
    return [*_bucket(deployment), *_events(deployment), _state(deployment)]


def _bucket(deployment: Deployment) -> list[Any]:
    bucket = resource(
        s3.Bucket,
        BUCKET,
        BucketName=deployment.bucket_name,
        BucketEncryption={"ServerSideEncryptionConfiguration": [_encryption(deployment)]},
        VersioningConfiguration={"Status": "Enabled"},
        OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
        LifecycleConfiguration={"Rules": _lifecycle(deployment)},
        NotificationConfiguration={
            **({"EventBridgeConfiguration": {"EventBridgeEnabled": True}} if deployment.started_by_objects else {}),
            "TopicConfigurations": [
                {
                    "Topic": Ref(_TOPIC),
                    "Event": "s3:ObjectCreated:*",
                    "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": RAW_LAYOUT.prefix}]}},
                }
            ],
        },
    )
    bucket.DependsOn = [f"{_TOPIC}Policy"]  # S3 tries the topic when it is told of it
    bucket.DeletionPolicy = bucket.UpdateReplacePolicy = "Retain"
    only_tls = only_by_tls("s3:*", [arn_of(BUCKET), *lake_objects("")])
    return [
        bucket,
        resource(s3.BucketPolicy, f"{BUCKET}Policy", Bucket=Ref(BUCKET), PolicyDocument=_document(only_tls)),
    ]


def _encryption(deployment: Deployment) -> dict[str, Any]:
    if key := deployment.lake_key:
        by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
        return {"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": by_default}
    return {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


def _lifecycle(deployment: Deployment) -> list[dict[str, Any]]:
    return [
        {
            "Id": "what-was-replaced-or-removed",
            "Status": "Enabled",
            "NoncurrentVersionExpiration": {"NoncurrentDays": deployment.stage.lake.noncurrent_days},
            "ExpiredObjectDeleteMarker": True,
        },
        {
            "Id": "uploads-that-were-cut-off",
            "Status": "Enabled",
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": _DAYS_OF_UPLOADS},
        },
        {
            "Id": "results-of-queries",
            "Status": "Enabled",
            "Prefix": f"{EXPORTS}/",
            "ExpirationInDays": _DAYS_OF_EXPORTS,
        },
    ]


def _events(deployment: Deployment) -> list[Any]:
    """S3 tells a topic of new raw objects, and the topic the queue: a second reader gets a queue of its own."""
    topic = resource(sns.Topic, _TOPIC, KmsMasterKeyId=deployment.lake_key)
    from_the_bucket = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": Ref(_TOPIC),
        "Condition": {
            "ArnEquals": {"aws:SourceArn": deployment.bucket_arn},
            "StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")},
        },
    }
    policy = resource(
        sns.TopicPolicy,
        f"{_TOPIC}Policy",
        Topics=[Ref(_TOPIC)],
        PolicyDocument=_document(from_the_bucket, only_by_tls("sns:Publish", Ref(_TOPIC))),
    )
    named = {"QueueName": deployment.names.queue_name, "VisibilityTimeout": HIDDEN_SECONDS}
    return [topic, policy, *subscribed_queue(deployment, NEW_OBJECTS, DEAD_LETTERS, **named)]


def subscribed_queue(deployment: Deployment, title: str, dead_title: str, **properties: Any) -> list[Any]:
    """A queue that is told of new raw objects, and one for the messages that cannot be read or sent."""
    kept = {"MessageRetentionPeriod": _QUEUE_SECONDS, **queue_encryption(deployment)}
    redrive = {"deadLetterTargetArn": arn_of(dead_title), "maxReceiveCount": _RECEIVES}
    subscription = resource(
        sns.SubscriptionResource,
        f"{title}Subscription",
        TopicArn=Ref(_TOPIC),
        Protocol="sqs",
        Endpoint=arn_of(title),
        RawMessageDelivery=True,
        RedrivePolicy={"deadLetterTargetArn": arn_of(dead_title)},
    )
    subscription.DependsOn = [f"{title}Policy"]
    policies = [
        resource(
            sqs.QueuePolicy,
            f"{one}Policy",
            Queues=[Ref(one)],
            PolicyDocument=_document(_from_topic(one), only_by_tls("sqs:*", arn_of(one))),
        )
        for one in (title, dead_title)
    ]
    return [
        resource(sqs.Queue, dead_title, **kept),
        resource(sqs.Queue, title, **kept, **properties, RedrivePolicy=redrive),
        *policies,
        subscription,
    ]


def _from_topic(queue: str) -> dict[str, Any]:
    """The statement that lets the topic send to a queue, or to its dead letters what the queue refused."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn_of(queue),
        "Condition": {"ArnEquals": {"aws:SourceArn": Ref(_TOPIC)}},
    }


def _state(deployment: Deployment) -> Any:
    options = deployment.stage.lake
    key = deployment.lake_key
    encrypted = {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key} if key else None
    table = resource(
        dynamodb.Table,
        STATE_TABLE,
        **table_definition(deployment.names.state_table),
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        TimeToLiveSpecification={"AttributeName": EXPIRES_AT, "Enabled": True},
        DeletionProtectionEnabled=options.deletion_protection,
        SSESpecification=encrypted,
    )
    table.DeletionPolicy = table.UpdateReplacePolicy = "Retain"
    return table


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def lake_outputs(deployment: Deployment) -> dict[str, tuple[str, Any]]:
    """Description and value of each output."""
    return {
        StackOutput.BUCKET: ("The lake.", Ref(BUCKET)),
        StackOutput.STATE_TABLE: ("State that is not an object.", Ref(STATE_TABLE)),
        StackOutput.NEW_OBJECTS: ("Messages about new raw objects.", Ref(NEW_OBJECTS)),
        "NewObjectsDeadLetterQueue": ("Those that could not be read.", GetAtt(DEAD_LETTERS, "QueueName")),
    }
