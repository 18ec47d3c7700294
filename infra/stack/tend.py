"""Tending: the function that does the duties, a schedule for each, and what failed.

Sources: EventBridge Scheduler user guide, "Retry policy"; Lambda developer guide, "Asynchronous invocation", "Quotas".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from troposphere import Ref, awslambda, scheduler, sqs

from millrace.aws.glue_layout import databases, work_database
from millrace.infra.stack.access import STATE_OF_RUNS, allow, queue_by_tls, role, secrets
from millrace.infra.stack.artefacts import TEND_HANDLER
from millrace.infra.stack.deployment import (
    BUCKET,
    DUTY_FAILURES,
    NEW_OBJECTS,
    STATE_TABLE,
    STREAM,
    TEND,
    Deployment,
    api_key_settings,
    arn,
    arn_of,
    environment,
    lake_objects,
)
from millrace.infra.stack.encryption import keys, log_group, queue_encryption
from millrace.infra.stack.queries import JOBS, results
from millrace.infra.stack.resources import resource
from millrace.infra.stack.workflow import FLIPS, catalog_arns, moved_databases
from millrace.schedules.names import Duty

_GROUP, _ROLE, _SCHEDULES_ROLE, _LOG = "Duties", f"{TEND}Role", f"{TEND}SchedulesRole", f"{TEND}Log"
_FAILURE_SECONDS = 14 * 24 * 3600
_EVENT_SECONDS = 60
_TRIES_OF_SCHEDULER = 2


def tend(deployment: Deployment) -> list[Any]:
    duties = deployment.duties()
    if not duties:
        return []
    name, options = deployment.dashed("tend"), deployment.stage.tend
    failures = resource(
        sqs.Queue, DUTY_FAILURES, MessageRetentionPeriod=_FAILURE_SECONDS, **queue_encryption(deployment)
    )
    log = log_group(deployment, _LOG, f"/aws/lambda/{name}")
    function = resource(
        awslambda.Function,
        TEND,
        FunctionName=name,
        Runtime=f"python{deployment.stage.ingest.python}",
        Architectures=[deployment.stage.ingest.architecture],
        Handler=TEND_HANDLER,
        Code={"S3Bucket": Ref("ArtefactsBucket"), "S3Key": Ref("JobZip")},
        Role=arn_of(_ROLE),
        MemorySize=options.memory_mb,
        Timeout=options.timeout_seconds,
        Environment={"Variables": {**environment(deployment), **api_key_settings(deployment)}},
        LoggingConfig={"LogGroup": Ref(_LOG)},
    )
    group = resource(scheduler.ScheduleGroup, _GROUP, Name=deployment.dashed("duties"))
    schedules = [_schedule(deployment, duty, expression) for duty, expression in duties.items()]
    roles = [_role(deployment), _schedules_role(deployment)]
    return [failures, queue_by_tls(DUTY_FAILURES), log, *roles, function, _invocation(), group, *schedules]


def _invocation() -> Any:
    """A duty that failed waits for its next time: it is whole then."""
    return resource(
        awslambda.EventInvokeConfig,
        f"{TEND}Invocation",
        FunctionName=Ref(TEND),
        Qualifier="$LATEST",
        MaximumEventAgeInSeconds=_EVENT_SECONDS,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn_of(DUTY_FAILURES)}},
    )


def _schedule(deployment: Deployment, duty: Duty, expression: str) -> Any:
    return resource(
        scheduler.Schedule,
        f"DutyOf{duty.capitalize()}",
        Name=duty.value,
        GroupName=Ref(_GROUP),
        State="ENABLED" if deployment.stage.schedules else "DISABLED",
        FlexibleTimeWindow={"Mode": "OFF"},
        ScheduleExpression=expression,
        ScheduleExpressionTimezone="UTC",
        Target={
            "Arn": arn_of(TEND),
            "RoleArn": arn_of(_SCHEDULES_ROLE),
            "Input": json.dumps({"duty": duty.value}),
            "RetryPolicy": {
                "MaximumEventAgeInSeconds": _EVENT_SECONDS,
                "MaximumRetryAttempts": _TRIES_OF_SCHEDULER,
            },
            "DeadLetterConfig": {"Arn": arn_of(DUTY_FAILURES)},
        },
    )


def _schedules_role(deployment: Deployment) -> Any:
    group = arn("scheduler", f"schedule-group/{deployment.dashed('duties')}")
    return role(
        deployment,
        _SCHEDULES_ROLE,
        "scheduler.amazonaws.com",
        [
            allow(["lambda:InvokeFunction"], arn_of(TEND)),
            allow(["sqs:SendMessage"], arn_of(DUTY_FAILURES)),
            *keys(deployment, "sqs"),
        ],
        trusted_when={"ArnEquals": {"aws:SourceArn": group}},
    )


def _role(deployment: Deployment) -> Any:
    """What polls and runs need together: gaps are polls, and the vacuum removes what runs wrote."""
    return role(deployment, _ROLE, "lambda.amazonaws.com", [*_of_duties(deployment), *_on_athena(deployment)])


def _of_duties(deployment: Deployment) -> Iterator[Any]:
    yield allow(["logs:CreateLogStream", "logs:PutLogEvents"], arn_of(_LOG))
    yield allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], lake_objects(""))
    yield allow([*STATE_OF_RUNS, "dynamodb:Scan"], arn_of(STATE_TABLE))  # for texts of state that no item names
    yield allow(["sqs:ReceiveMessage", "sqs:DeleteMessage"], arn_of(NEW_OBJECTS))
    yield allow(["sqs:SendMessage"], arn_of(DUTY_FAILURES))
    yield allow(["firehose:PutRecordBatch"], arn_of(STREAM))
    # The vacuum completes a flip that was interrupted.
    yield allow(FLIPS, catalog_arns(*moved_databases(deployment.stage.name)))
    yield allow(["glue:GetWorkflowRun"], arn("glue", f"workflow/{deployment.underscored('*')}"))
    yield from secrets(*deployment.stage.api_keys.values(), deployment.stage.alerts.notify_from)
    yield from keys(deployment, "s3", "dynamodb", "sqs")


def _on_athena(deployment: Deployment) -> Iterator[Any]:
    """Athena reads tables and writes results as the caller, which makes work tables, each for one statement."""
    stage = deployment.stage.name
    yield allow(_QUERIES, arn("athena", f"workgroup/{deployment.underscored(JOBS)}"))
    yield allow(_READ, catalog_arns(*databases(stage).values()))
    yield allow([*_READ, "glue:GetTable", *_MAKE], catalog_arns(work_database(stage)))
    yield allow(["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"], lake_objects(results(JOBS)))
    yield allow(["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"], arn_of(BUCKET))


_QUERIES = (
    *("athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults"),
    *("athena:StopQueryExecution", "athena:GetWorkGroup"),
)
_READ = (
    *("glue:GetDatabase", "glue:GetDatabases", "glue:GetTables"),
    *("glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"),
)
_MAKE = ("glue:CreateTable", "glue:BatchDeleteTable", "glue:BatchCreatePartition")


def tend_outputs(deployment: Deployment) -> dict[str, tuple[str, Any]]:
    if not deployment.duties():
        return {}
    return {"DutyFailuresQueue": ("Duties that failed, and events that could not be sent.", Ref(DUTY_FAILURES))}
