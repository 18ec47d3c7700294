"""What whoever makes runs may do: with the catalog, with Athena, and with the orchestrators.

Sources: as in `grafana`, for what Athena does as the caller; Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from millrace.aws.glue_layout import candidate_database, databases, work_database
from millrace.infra.stack.access import allow
from millrace.infra.stack.deployment import BUCKET, Deployment, arn, arn_of, lake_objects
from millrace.infra.stack.queries import JOBS, RUNS_QUERIES, results

FLIPS = (
    *("glue:GetTable", "glue:CreateTable", "glue:UpdateTable", "glue:BatchDeleteTable"),
    *("glue:BatchCreatePartition", "glue:BatchUpdatePartition", "glue:BatchDeletePartition"),
)
_READ = (
    *("glue:GetDatabase", "glue:GetDatabases", "glue:GetTables"),
    *("glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"),
)
_MAKE = ("glue:CreateTable", "glue:BatchDeleteTable", "glue:BatchCreatePartition")


def moved_databases(stage: str) -> tuple[str, ...]:
    """The databases of the tables that runs make and move."""
    return (*databases(stage).values(), candidate_database(stage))


def puts_events() -> dict[str, Any]:
    """Of whoever tells a router, by the default bus, that a call of a job or a run has ended."""
    return allow(["events:PutEvents"], default_bus())


def default_bus() -> Any:
    return arn("events", "event-bus/default")


def catalog_arns(*names: str) -> list[Any]:
    """The ARNs of the catalog, of these databases and of their tables."""
    return [arn("glue", "catalog"), *(arn("glue", one) for name in names for one in _of_database(name))]


def moves_tables(deployment: Deployment) -> list[dict[str, Any]]:
    """Of whoever flips tables, or completes a flip: under a lease, whose holder may be an execution that has ended."""
    flips = allow(FLIPS, catalog_arns(*moved_databases(deployment.stage.name)))
    return [flips, *_asks_executions(deployment)]


def _asks_executions(deployment: Deployment) -> Iterator[dict[str, Any]]:
    """Of events, the state says it."""
    every, orchestrator = deployment.underscored("*"), deployment.stage.workflow.orchestrator
    if orchestrator == "stepfunctions":
        yield allow(["states:DescribeExecution"], arn("states", f"execution:{every}:*"))
    elif orchestrator != "events":
        yield allow(["glue:GetWorkflowRun"], arn("glue", f"workflow/{every}"))


def on_athena(deployment: Deployment) -> Iterator[dict[str, Any]]:
    """Athena reads tables and writes results as the caller, which makes work tables, each for one statement."""
    stage = deployment.stage.name
    yield allow(RUNS_QUERIES, arn("athena", f"workgroup/{deployment.underscored(JOBS)}"))
    yield allow(_READ, catalog_arns(*databases(stage).values()))
    yield allow([*_READ, "glue:GetTable", *_MAKE], catalog_arns(work_database(stage)))
    yield allow(["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"], lake_objects(results(JOBS)))
    yield allow(["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"], arn_of(BUCKET))


def _of_database(name: str) -> tuple[str, str]:
    return f"database/{name}", f"table/{name}/*"
