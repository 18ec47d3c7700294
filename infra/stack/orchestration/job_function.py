"""The function that makes calls of runs on Athena."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from troposphere import Ref, awslambda

from millrace.infra.stack.access import STATE_OF_RUNS, allow, role, secrets
from millrace.infra.stack.deployment import (
    JOB_FUNCTION,
    NEW_OBJECTS,
    STATE_TABLE,
    Deployment,
    arn_of,
    environment,
    lake_objects,
    of_jobs,
    of_runs,
)
from millrace.infra.stack.encryption import keys, log_group
from millrace.infra.stack.orchestration.run_access import (
    FLIPS,
    asks_executions,
    catalog_arns,
    moved_databases,
    on_athena,
)
from millrace.infra.stack.packaged.artefacts import JOB_HANDLER
from millrace.infra.stack.resources import resource

_ROLE, _LOG = f"{JOB_FUNCTION}Role", f"{JOB_FUNCTION}Log"


def job_function(deployment: Deployment) -> list[Any]:
    """The function, its role and its log."""
    name, options = deployment.dashed("jobs"), deployment.stage.workflow
    function = resource(
        awslambda.Function,
        JOB_FUNCTION,
        FunctionName=name,
        Runtime=f"python{deployment.stage.ingest.python}",
        Architectures=[deployment.stage.ingest.architecture],
        Handler=JOB_HANDLER,
        Code={"S3Bucket": Ref("ArtefactsBucket"), "S3Key": Ref("JobZip")},
        Role=arn_of(_ROLE),
        MemorySize=options.memory_mb,
        Timeout=options.timeout_seconds,
        Environment={"Variables": {**environment(deployment), **of_jobs(deployment), **of_runs()}},
        LoggingConfig={"LogGroup": Ref(_LOG)},
    )
    log = log_group(deployment, _LOG, f"/aws/lambda/{name}")
    return [log, role(deployment, _ROLE, "lambda.amazonaws.com", list(_statements(deployment))), function]


def _statements(deployment: Deployment) -> Iterator[Any]:
    yield allow(["logs:CreateLogStream", "logs:PutLogEvents"], arn_of(_LOG))
    yield allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], lake_objects(""))
    yield allow(STATE_OF_RUNS, arn_of(STATE_TABLE))
    yield allow(["sqs:ReceiveMessage", "sqs:DeleteMessage"], arn_of(NEW_OBJECTS))
    yield allow(FLIPS, catalog_arns(*moved_databases(deployment.stage.name)))
    yield asks_executions(deployment)
    yield from secrets(deployment.stage.alerts.notify_from)
    yield from keys(deployment, "s3", "dynamodb", "sqs")
    yield from on_athena(deployment)
