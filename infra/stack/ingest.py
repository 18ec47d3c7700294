"""Ingest: the function of each source, its schedule, and the delivery stream.

Scheduler fires anywhere within a minute and at least once, so the event has the scheduled time. A poll that fails is
not tried again a minute later, when it would be another snapshot: it is a gap. Sources: EventBridge Scheduler user
guide, "Context attributes", "Retry policy"; Lambda developer guide, "Asynchronous invocation".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from troposphere import Ref, Sub, awslambda, firehose, logs, scheduler, sqs

from millrace.firehose.stream_definition import DELIVERY_ERRORS, StreamDefinition
from millrace.infra.stack.access import STATE_OF_POLLS, allow, queue_by_tls, role, secrets
from millrace.infra.stack.artefacts import POLL_HANDLER
from millrace.infra.stack.deployment import (
    BUCKET,
    POLL_FAILURES,
    STATE_TABLE,
    STREAM,
    Deployment,
    ScheduledSource,
    api_key_setting,
    arn,
    arn_of,
    environment,
    lake_objects,
)
from millrace.infra.stack.encryption import keys, log_group, queue_encryption
from millrace.infra.stack.resources import limited, logical_id, resource
from millrace.lake.keys import OPS, QUARANTINE, RAW
from millrace.lake.kind import MARKER

_GROUP, _STREAM_ROLE, _STREAM_LOG = "Polls", "DeliveryStreamRole", "DeliveryStreamLog"
_SHARED = "PollsRole", "SchedulesRole"
_DELIVERY = "delivery"  # the log stream
_MOST_NAME = 64  # characters of a function's or schedule's name
_EVENT_SECONDS = 60  # a later poll would be one of another minute
_TRIES_OF_SCHEDULER = 2
_FAILURE_SECONDS = 14 * 24 * 3600


def ingest(deployment: Deployment) -> list[Any]:
    failures = resource(
        sqs.Queue, POLL_FAILURES, MessageRetentionPeriod=_FAILURE_SECONDS, **queue_encryption(deployment)
    )
    group = resource(scheduler.ScheduleGroup, _GROUP, Name=deployment.dashed("polls"))
    of_sources = [one for source in deployment.definitions.polled for one in _source(deployment, source)]
    return [failures, queue_by_tls(POLL_FAILURES), group, *_shared_roles(deployment), *of_sources, *_stream(deployment)]


def _source(deployment: Deployment, source: ScheduledSource) -> list[Any]:
    title, each = logical_id("PollOf", source.name), deployment.stage.access.roles == "each"
    name = limited(deployment.dashed(f"poll-{source.name}"), _MOST_NAME)
    log = logical_id("PollLogOf", source.name)
    group = log_group(deployment, log, f"/aws/lambda/{name}")
    function_role, schedule_role = _SHARED
    roles = []
    if each:
        function_role, schedule_role = logical_id("PollRoleOf", source.name), logical_id("ScheduleRoleOf", source.name)
        roles = [
            _function_role(deployment, function_role, [arn_of(log)], [source]),
            _schedule_role(deployment, schedule_role, [arn_of(title)]),
        ]
    return [
        group,
        *roles,
        _function(deployment, source, name, log, function_role),
        _invocation(source, title),
        _schedule(deployment, source, title, schedule_role),
    ]


def _shared_roles(deployment: Deployment) -> list[Any]:
    polled = deployment.definitions.polled
    if deployment.stage.access.roles == "each" or not polled:
        return []
    prefix = deployment.dashed("poll-")
    return [
        _function_role(deployment, _SHARED[0], [arn("logs", f"log-group:/aws/lambda/{prefix}*:*")], polled),
        _schedule_role(deployment, _SHARED[1], [arn("lambda", f"function:{prefix}*")]),
    ]


def _function(deployment: Deployment, source: ScheduledSource, name: str, log: str, role_title: str) -> Any:
    options = deployment.stage.ingest
    return resource(
        awslambda.Function,
        logical_id("PollOf", source.name),
        FunctionName=name,
        Runtime=f"python{options.python}",
        Architectures=[options.architecture],
        Handler=POLL_HANDLER,
        Code={"S3Bucket": Ref("ArtefactsBucket"), "S3Key": Ref("PollZip")},
        Role=arn_of(role_title),
        MemorySize=options.memory_mb,
        Timeout=options.timeout_seconds,
        Environment={"Variables": {**environment(deployment), **_key_of(deployment, source)}},
        LoggingConfig={"LogGroup": Ref(log)},
    )


def _key_of(deployment: Deployment, source: ScheduledSource) -> dict[str, str]:
    """The setting that says where the source's API key is."""
    place = deployment.stage.api_keys.get(source.name)
    return {api_key_setting(source.name): place} if place else {}


def _invocation(source: ScheduledSource, title: str) -> Any:
    return resource(
        awslambda.EventInvokeConfig,
        logical_id("InvocationOf", source.name),
        FunctionName=Ref(title),
        Qualifier="$LATEST",
        MaximumEventAgeInSeconds=_EVENT_SECONDS,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn_of(POLL_FAILURES)}},
    )


def _schedule(deployment: Deployment, source: ScheduledSource, title: str, role_title: str) -> Any:
    event = {"source": source.name, "scheduled_time": "<aws.scheduler.scheduled-time>"}
    return resource(
        scheduler.Schedule,
        logical_id("ScheduleOf", source.name),
        Name=limited(source.name, _MOST_NAME),
        GroupName=Ref(_GROUP),
        State="ENABLED" if deployment.stage.schedules else "DISABLED",
        FlexibleTimeWindow={"Mode": "OFF"},
        ScheduleExpression=source.schedule,
        ScheduleExpressionTimezone=source.timezone,
        Target={
            "Arn": arn_of(title),
            "RoleArn": arn_of(role_title),
            "Input": json.dumps(event),
            "RetryPolicy": {
                "MaximumEventAgeInSeconds": _EVENT_SECONDS,
                "MaximumRetryAttempts": _TRIES_OF_SCHEDULER,
            },
            "DeadLetterConfig": {"Arn": arn_of(POLL_FAILURES)},
        },
    )


def _function_role(
    deployment: Deployment, title: str, log_groups: list[Any], sources: Sequence[ScheduledSource]
) -> Any:
    keys_of_feeds = [deployment.stage.api_keys[one.name] for one in sources if one.name in deployment.stage.api_keys]
    return role(
        deployment,
        title,
        "lambda.amazonaws.com",
        [
            allow(["logs:CreateLogStream", "logs:PutLogEvents"], log_groups),
            allow(["firehose:PutRecordBatch"], arn_of(STREAM)),
            allow(["s3:GetObject", "s3:PutObject"], lake_objects(MARKER, f"{OPS}/")),
            allow(["s3:PutObject"], lake_objects(f"{RAW}/", f"{QUARANTINE}/")),
            allow(["s3:ListBucket"], arn_of(BUCKET)),  # else an object that is not there looks forbidden
            allow(STATE_OF_POLLS, arn_of(STATE_TABLE)),
            allow(["sqs:SendMessage"], arn_of(POLL_FAILURES)),
            *secrets(*keys_of_feeds, deployment.stage.alerts.notify_from),
            *keys(deployment, "s3", "dynamodb", "sqs"),
        ],
    )


def _schedule_role(deployment: Deployment, title: str, functions: list[Any]) -> Any:
    group = arn("scheduler", f"schedule-group/{deployment.dashed('polls')}")
    return role(
        deployment,
        title,
        "scheduler.amazonaws.com",
        [
            allow(["lambda:InvokeFunction"], functions),
            allow(["sqs:SendMessage"], arn_of(POLL_FAILURES)),
            *keys(deployment, "sqs"),
        ],
        trusted_when={"ArnEquals": {"aws:SourceArn": group}},
    )


def _stream(deployment: Deployment) -> list[Any]:
    name = deployment.names.stream_name
    log = log_group(deployment, _STREAM_LOG, f"/aws/kinesisfirehose/{name}")
    place = resource(logs.LogStream, f"{_STREAM_LOG}Stream", LogGroupName=Ref(_STREAM_LOG), LogStreamName=_DELIVERY)
    stream = resource(
        firehose.DeliveryStream,
        STREAM,
        DeliveryStreamName=name,
        DeliveryStreamType="DirectPut",
        DeliveryStreamEncryptionConfigurationInput=_encryption(deployment),
        ExtendedS3DestinationConfiguration=_destination(deployment),
    )
    return [log, place, _stream_role(deployment), stream]


def _encryption(deployment: Deployment) -> dict[str, Any]:
    """Of records that wait."""
    key = deployment.lake_key
    return {"KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": key} if key else {"KeyType": "AWS_OWNED_CMK"}


def stream_definition(deployment: Deployment) -> StreamDefinition:
    """The stream as the tests' double is driven by it."""
    interval = timedelta(seconds=deployment.stage.ingest.buffer_seconds)
    return StreamDefinition(deployment.names.stream_name, buffer_interval=interval)


def _destination(deployment: Deployment) -> dict[str, Any]:
    defined = stream_definition(deployment).destination(arn_of(BUCKET), arn_of(_STREAM_ROLE))
    if key := deployment.lake_key:
        defined["EncryptionConfiguration"] = {"KMSEncryptionConfig": {"AWSKMSKeyARN": key}}
    logging = {"Enabled": True, "LogGroupName": Ref(_STREAM_LOG), "LogStreamName": _DELIVERY}
    return {**defined, "CloudWatchLoggingOptions": logging}


def _stream_role(deployment: Deployment) -> Any:
    return role(
        deployment,
        _STREAM_ROLE,
        "firehose.amazonaws.com",
        [
            allow(["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], arn_of(BUCKET)),
            allow(
                ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
                lake_objects(f"{RAW}/", f"{DELIVERY_ERRORS}/"),
            ),
            allow(["logs:PutLogEvents"], Sub(f"${{{_STREAM_LOG}.Arn}}")),
            *keys(deployment, "s3"),
        ],
    )


def ingest_outputs(deployment: Deployment) -> dict[str, tuple[str, Any]]:
    return {
        "StreamName": ("The delivery stream.", Ref(STREAM)),
        "PollFailuresQueue": ("Polls that failed, and events that could not be sent.", Ref(POLL_FAILURES)),
    }
