"""Athena: a workgroup for jobs and one for readers, and the saved queries as prepared statements of the readers.

Sources: Athena API reference, WorkGroupConfiguration, CreatePreparedStatement; Managed Grafana's policy for Athena,
which asks for the tag `GrafanaDataSource`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlglot import exp
from troposphere import Ref, Sub, Tags, athena

from millrace.athena_sql.portability.dialect import ATHENA
from millrace.athena_sql.statements.parsing import parse_query
from millrace.athena_sql.statements.saved_queries import SavedQuery
from millrace.aws.glue_layout import candidate_database, database, databases, raw_database, work_database
from millrace.infra.stack.access import allow
from millrace.infra.stack.deployment import BUCKET, Deployment, arn, lake_objects
from millrace.infra.stack.resources import logical_id, resource
from millrace.infra.stack.workflow import catalog_arns
from millrace.lake.keys import EXPORTS, PROD, RAW, STAGING

JOBS, READERS = "jobs", "readers"
_TITLES = {JOBS: "JobsWorkgroup", READERS: "ReadersWorkgroup"}
_ENGINE = "Athena engine version 3"
_MEGABYTE = 1_000_000
_MOST_DESCRIPTION = 1024
_PARAMETER = re.compile(r"\bparameter__(\w+)\b")


def queries(deployment: Deployment) -> list[Any]:
    options = deployment.stage.athena
    readers = _workgroup(deployment, READERS, options.readers_cutoff_mb, {"GrafanaDataSource": "true"})
    prepared = _prepared(deployment) if options.prepared_statements else ()
    return [_workgroup(deployment, JOBS, options.jobs_cutoff_mb, {}), readers, *prepared]


def results(name: str) -> str:
    """The prefix of a workgroup's results in the lake, which end after some days."""
    return f"{EXPORTS}/athena/{name}/"


def on_athena(deployment: Deployment) -> list[dict[str, Any]]:
    """What a function needs that runs statements in the jobs' workgroup, beside the lake's objects.

    Athena reads tables and writes results as the caller, so the work tables, which live as long as one statement, are
    the function's own. A view is a table.
    """
    stage = deployment.stage.name
    read = catalog_arns(raw_database(stage), *databases(stage).values(), candidate_database(stage))
    return [
        allow(_RUN, arn("athena", f"workgroup/{deployment.underscored(JOBS)}")),
        allow(_READ, read),
        allow([*_READ, *_MAKE], catalog_arns(work_database(stage))),
        allow(["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"], lake_objects(results(JOBS))),
    ]


_RUN = (
    *("athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults"),
    *("athena:StopQueryExecution", "athena:GetWorkGroup"),
)
_READ = ("glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartitions", "glue:BatchGetPartition")
_MAKE = ("glue:CreateTable", "glue:BatchDeleteTable", "glue:BatchCreatePartition")


def _workgroup(deployment: Deployment, name: str, cutoff_mb: int, tags: dict[str, str]) -> Any:
    key = deployment.lake_key
    encryption = {"EncryptionOption": "SSE_KMS", "KmsKey": key} if key else {"EncryptionOption": "SSE_S3"}
    return resource(
        athena.WorkGroup,
        _TITLES[name],
        Name=deployment.underscored(name),
        State="ENABLED",
        RecursiveDeleteOption=True,
        Tags=Tags(**tags) if tags else None,
        WorkGroupConfiguration={
            "EngineVersion": {"SelectedEngineVersion": _ENGINE},
            "EnforceWorkGroupConfiguration": True,
            "PublishCloudWatchMetricsEnabled": True,
            "BytesScannedCutoffPerQuery": cutoff_mb * _MEGABYTE,
            "ResultConfiguration": {
                "OutputLocation": Sub(f"s3://${{{BUCKET}}}/{results(name)}"),
                "EncryptionConfiguration": encryption,
                "ExpectedBucketOwner": Ref("AWS::AccountId"),
            },
        },
    )


def _prepared(deployment: Deployment) -> Iterator[Any]:
    """The saved queries over tables that Glue's catalog has; the others read Millrace's own state."""
    for query in deployment.definitions.queries:
        text, parameters = prepared_text(query, deployment.stage.name)
        if text:
            about = f"{query.title}. Parameters: {', '.join(parameters) or 'none'}."
            yield resource(
                athena.PreparedStatement,
                logical_id("QueryOf", query.name),
                StatementName=query.name,
                WorkGroup=Ref(_TITLES[READERS]),
                Description=about[:_MOST_DESCRIPTION],
                QueryStatement=text,
            )


def prepared_text(query: SavedQuery, stage: str) -> tuple[str, list[str]]:
    """A query in Athena's words, and the names of its parameters in their order; "" where Athena has not its tables."""
    tree = parse_query(query.statement)
    for node in tree.find_all(exp.Table):
        if not node.db:
            continue  # a name of WITH
        if node.db not in (RAW, STAGING, PROD):
            return "", []
        node.set("db", exp.to_identifier(database(stage, node.db)))
        if not node.alias:
            node.set("alias", exp.TableAlias(this=exp.to_identifier(node.name)))
    for column in tree.find_all(exp.Column):
        column.set("db", None)
    for placeholder in list(tree.find_all(exp.Placeholder)):
        placeholder.replace(exp.to_identifier(f"parameter__{placeholder.this}"))
    named = tree.sql(ATHENA)
    return _PARAMETER.sub("?", named), _PARAMETER.findall(named)


def query_outputs(deployment: Deployment) -> dict[str, tuple[str, Any]]:
    return {
        "JobsWorkgroupName": ("Of jobs.", Ref(_TITLES[JOBS])),
        "ReadersWorkgroupName": ("Of people and dashboards.", Ref(_TITLES[READERS])),
    }
