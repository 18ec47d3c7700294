"""Tending: the function that does the duties, a schedule for each, and what failed.

Sources: Lambda developer guide, "Quotas"; for what Athena does as the caller, as in `grafana`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from troposphere import Ref, awslambda

from millrace.aws.glue_layout import databases, work_database
from millrace.infra.stack.access import STATE_OF_RUNS, allow, role, secrets
from millrace.infra.stack.deployment import (
    BUCKET,
    DUTY_FAILURES,
    NEW_OBJECTS,
    STATE_TABLE,
    STREAM,
    TEND,
    Deployment,
    api_key_setting,
    arn,
    arn_of,
    environment,
    keys_outside,
    lake_objects,
    of_jobs,
)
from millrace.infra.stack.encryption import keys, log_group
from millrace.infra.stack.packaged.artefacts import TEND_HANDLER
from millrace.infra.stack.packaged.published import any_version
from millrace.infra.stack.queries import JOBS, RUNS_QUERIES, results
from millrace.infra.stack.resources import resource
from millrace.infra.stack.scheduled import ScheduleGroup
from millrace.infra.stack.workflow import FLIPS, catalog_arns, moved_databases

_ROLE, _SCHEDULES_ROLE, _LOG = f"{TEND}Role", f"{TEND}SchedulesRole", f"{TEND}Log"


def tend(deployment: Deployment) -> list[Any]:
    duties = deployment.duties()
    if not duties:
        return []
    name, options = deployment.dashed("tend"), deployment.stage.tend
    group = ScheduleGroup(deployment, "Duties", "duties", DUTY_FAILURES)
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
        Environment={"Variables": {**environment(deployment), **of_jobs(deployment), **_of_sources(deployment)}},
        LoggingConfig={"LogGroup": Ref(_LOG)},
    )
    started = group.started(f"{TEND}Invocation", function, deployment.artefacts.job_zip)
    schedules = [
        group.schedule(
            f"DutyOf{duty.capitalize()}",
            duty.value,
            (expression, "UTC"),
            started,
            _SCHEDULES_ROLE,
            {"duty": duty.value},
        )
        for duty, expression in duties.items()
    ]
    roles = [_role(deployment), group.role(_SCHEDULES_ROLE, any_version(TEND))]
    return [*group.shared(), log, *roles, function, *started.resources(), *schedules]


def _of_sources(deployment: Deployment) -> dict[str, str]:
    """The settings about sources: where API keys are, and which feeds are reached from inside a VPC alone."""
    found = {api_key_setting(source): place for source, place in keys_outside(deployment).items()}
    inside = deployment.stage.network.sources
    return found | ({"MILLRACE_AWS_UNREACHED_SOURCES": ",".join(inside)} if inside else {})


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
    yield from secrets(*keys_outside(deployment).values(), deployment.stage.alerts.notify_from)
    yield from keys(deployment, "s3", "dynamodb", "sqs")


def _on_athena(deployment: Deployment) -> Iterator[Any]:
    """Athena reads tables and writes results as the caller, which makes work tables, each for one statement."""
    stage = deployment.stage.name
    yield allow(RUNS_QUERIES, arn("athena", f"workgroup/{deployment.underscored(JOBS)}"))
    yield allow(_READ, catalog_arns(*databases(stage).values()))
    yield allow([*_READ, "glue:GetTable", *_MAKE], catalog_arns(work_database(stage)))
    yield allow(["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"], lake_objects(results(JOBS)))
    yield allow(["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"], arn_of(BUCKET))


_READ = (
    *("glue:GetDatabase", "glue:GetDatabases", "glue:GetTables"),
    *("glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"),
)
_MAKE = ("glue:CreateTable", "glue:BatchDeleteTable", "glue:BatchCreatePartition")


def tend_outputs(deployment: Deployment) -> dict[str, tuple[str, Any]]:
    if not deployment.duties():
        return {}
    return {"DutyFailuresQueue": ("Duties that failed, and events that could not be sent.", Ref(DUTY_FAILURES))}
