"""The function that makes calls of runs on Athena."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from millrace.infra.stack.access import STATE_OF_RUNS, allow, role, secrets
from millrace.infra.stack.deployment import (
    JOB_FUNCTION,
    NEW_OBJECTS,
    STATE_TABLE,
    Deployment,
    arn_of,
    lake_objects,
    of_jobs,
    of_runs,
)
from millrace.infra.stack.encryption import keys, log_group, tells
from millrace.infra.stack.orchestration.kind_access import access_of_kinds
from millrace.infra.stack.orchestration.run_access import moves_tables, on_athena
from millrace.infra.stack.packaged.artefacts import JOB_HANDLER
from millrace.infra.stack.packaged.functions import packaged_function

_ROLE, _LOG = f"{JOB_FUNCTION}Role", f"{JOB_FUNCTION}Log"


def job_function(
    deployment: Deployment, handler: str = JOB_HANDLER, further: Sequence[Mapping[str, Any]] = ()
) -> list[Any]:
    """The function, its role and its log. `further`: statements of the role."""
    name = deployment.dashed("jobs")
    function = packaged_function(
        deployment,
        JOB_FUNCTION,
        handler,
        name=name,
        role_title=_ROLE,
        log=_LOG,
        options=deployment.stage.workflow,
        settings={**of_jobs(deployment), **of_runs()},
    )
    log = log_group(deployment, _LOG, f"/aws/lambda/{name}")
    statements = [*_statements(deployment), *further]
    return [log, role(deployment, _ROLE, "lambda.amazonaws.com", statements), function]


def _statements(deployment: Deployment) -> Iterator[Any]:
    yield allow(["logs:CreateLogStream", "logs:PutLogEvents"], arn_of(_LOG))
    yield allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], lake_objects(""))
    yield allow(STATE_OF_RUNS, arn_of(STATE_TABLE))
    yield allow(["sqs:ReceiveMessage", "sqs:DeleteMessage"], arn_of(NEW_OBJECTS))
    yield from moves_tables(deployment)
    yield from secrets(deployment.stage.alerts.notify_from)
    yield from tells(deployment)
    yield from keys(deployment, "s3", "dynamodb", "sqs")
    yield from on_athena(deployment)
    on_glue = {(flow.name, job.name) for flow, job in deployment.jobs_on_glue}
    here = [(flow, job) for flow in deployment.definitions.flows for job in flow.jobs]
    yield from access_of_kinds(deployment, [job for flow, job in here if (flow.name, job.name) not in on_glue])
