"""Ingest: the function of each source, its schedule, and the delivery stream.

Scheduler fires anywhere within a minute and at least once, so the event has the scheduled time. A poll that fails is
not tried again a minute later, when it would be another snapshot: it is a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from troposphere import Ref, Sub, firehose, logs

from millrace.firehose.stream_definition import DELIVERY_ERRORS, StreamDefinition
from millrace.infra.stack.access import STATE_OF_POLLS, allow, role, secrets
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
    lake_objects,
)
from millrace.infra.stack.encryption import keys, log_group, tells
from millrace.infra.stack.network import function_in_network, function_network
from millrace.infra.stack.packaged.artefacts import POLL_HANDLER
from millrace.infra.stack.packaged.functions import packaged_function
from millrace.infra.stack.packaged.published import any_version
from millrace.infra.stack.resources import limited, logical_id, resource
from millrace.infra.stack.scheduled import ScheduleGroup, StartedFunction
from millrace.infra.stages.outputs import StackOutput
from millrace.lake.keys import OPS, QUARANTINE, RAW
from millrace.lake.kind import MARKER

_STREAM_ROLE, _STREAM_LOG = "DeliveryStreamRole", "DeliveryStreamLog"
_SHARED, _SHARED_LOG = ("PollsRole", "SchedulesRole"), "PollsLog"
_DELIVERY = "delivery"  # the log stream
_MOST_NAME = 64  # characters of a function's or schedule's name


def ingest(deployment: Deployment) -> list[Any]:
    of_sources = [one for source in deployment.definitions.polled for one in _source(deployment, source)]
    return [*_group(deployment).shared(), *_shared(deployment), *of_sources, *_stream(deployment)]


def _group(deployment: Deployment) -> ScheduleGroup:
    return ScheduleGroup(deployment, "Polls", "polls", POLL_FAILURES)


def _source(deployment: Deployment, source: ScheduledSource) -> list[Any]:
    title, group = logical_id("PollOf", source.name), _group(deployment)
    log, (function_role, schedule_role), own = _SHARED_LOG, _SHARED, list[Any]()
    if not _is_shared(deployment):
        log = logical_id("PollLogOf", source.name)
        function_role, schedule_role = logical_id("PollRoleOf", source.name), logical_id("ScheduleRoleOf", source.name)
        own = [
            log_group(deployment, log, f"/aws/lambda/{_name(deployment, source)}"),
            _function_role(deployment, function_role, log, [source]),
            group.role(schedule_role, any_version(title)),
        ]
    function = _function(deployment, source, log, function_role)
    started = group.started(logical_id("InvocationOf", source.name), function)
    return [*own, function, *started.resources(), _schedule(deployment, source, started, schedule_role)]


def _is_shared(deployment: Deployment) -> bool:
    return deployment.stage.access.roles == "shared"


def _shared(deployment: Deployment) -> list[Any]:
    """The log and the roles of all functions that poll, and of their schedules."""
    polled = deployment.definitions.polled
    if not _is_shared(deployment) or not polled:
        return []
    prefix = deployment.dashed("poll-")
    return [
        log_group(deployment, _SHARED_LOG, f"/aws/lambda/{deployment.dashed('polls')}"),
        _function_role(deployment, _SHARED[0], _SHARED_LOG, polled),
        _group(deployment).role(_SHARED[1], [arn("lambda", f"function:{prefix}*")]),
    ]


def _name(deployment: Deployment, source: ScheduledSource) -> str:
    return limited(deployment.dashed(f"poll-{source.name}"), _MOST_NAME)


def _function(deployment: Deployment, source: ScheduledSource, log: str, role_title: str) -> Any:
    return packaged_function(
        deployment,
        logical_id("PollOf", source.name),
        POLL_HANDLER,
        name=_name(deployment, source),
        role_title=role_title,
        log=log,
        options=deployment.stage.ingest,
        settings=_key_of(deployment, source),
        network=function_network(deployment, source),
    )


def _key_of(deployment: Deployment, source: ScheduledSource) -> dict[str, str]:
    """The setting that says where the source's API key is."""
    place = deployment.stage.api_keys.get(source.name)
    return {api_key_setting(source.name): place} if place else {}


def _schedule(deployment: Deployment, source: ScheduledSource, started: StartedFunction, role_title: str) -> Any:
    event = {"source": source.name, "scheduled_time": "<aws.scheduler.scheduled-time>"}
    own, name = logical_id("ScheduleOf", source.name), limited(source.name, _MOST_NAME)
    return _group(deployment).schedule(own, name, (source.schedule, source.timezone), started, role_title, event)


def _function_role(deployment: Deployment, title: str, log: str, sources: Sequence[ScheduledSource]) -> Any:
    keys_of_feeds = [deployment.stage.api_keys[one.name] for one in sources if one.name in deployment.stage.api_keys]
    return role(
        deployment,
        title,
        "lambda.amazonaws.com",
        [
            allow(["logs:CreateLogStream", "logs:PutLogEvents"], arn_of(log)),
            allow(["firehose:PutRecordBatch"], arn_of(STREAM)),
            allow(["s3:GetObject", "s3:PutObject"], lake_objects(MARKER, f"{OPS}/")),
            allow(["s3:PutObject"], lake_objects(f"{RAW}/", f"{QUARANTINE}/")),
            allow(["s3:ListBucket"], arn_of(BUCKET)),  # else an object that is not there looks forbidden
            allow(STATE_OF_POLLS, arn_of(STATE_TABLE)),
            allow(["sqs:SendMessage"], arn_of(POLL_FAILURES)),
            *secrets(*keys_of_feeds, deployment.stage.alerts.notify_from),
            *tells(deployment),
            *keys(deployment, "s3", "dynamodb", "sqs"),
            *function_in_network(deployment, sources),
        ],
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
        StackOutput.STREAM: ("The delivery stream.", Ref(STREAM)),
        "PollFailuresQueue": ("Polls that failed, and events that could not be sent.", Ref(POLL_FAILURES)),
    }
