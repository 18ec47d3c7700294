"""Athena: a workgroup for jobs and one for readers, in which saved queries are prepared statements and named queries.

Sources: Athena API reference, WorkGroupConfiguration, CreatePreparedStatement, CreateNamedQuery; Managed
Grafana's policy for Athena, which asks for the tag `GrafanaDataSource`.
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
from millrace.aws.glue_layout import database
from millrace.infra.stack.deployment import BUCKET, Deployment
from millrace.infra.stack.resources import logical_id, resource
from millrace.infra.stages.outputs import StackOutput
from millrace.lake.keys import CRAWLED, EXPORTS, PROD, RAW, STAGING

JOBS, READERS = "jobs", "readers"
# What whoever runs queries may do in a workgroup.
RUNS_QUERIES = (
    *("athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults"),
    *("athena:StopQueryExecution", "athena:GetWorkGroup"),
)
_TITLES = {JOBS: "JobsWorkgroup", READERS: "ReadersWorkgroup"}
_ENGINE = "Athena engine version 3"
_MEGABYTE = 1_000_000
_MOST_DESCRIPTION = 1024
_PARAMETER = re.compile(r"\bparameter__(\w+)\b")


def queries(deployment: Deployment) -> list[Any]:
    options = deployment.stage.athena
    readers = _workgroup(deployment, READERS, options.readers_cutoff_mb, {"GrafanaDataSource": "true"})
    saved = list(_saved(deployment))
    prepared = [_prepared(*one) for one in saved] if options.prepared_statements else []
    named = [_named(deployment, *one) for one in saved] if options.named_queries else []
    return [_workgroup(deployment, JOBS, options.jobs_cutoff_mb, {}), readers, *prepared, *named]


def results(name: str) -> str:
    """The prefix of a workgroup's results in the lake, which end after some days."""
    return f"{EXPORTS}/athena/{name}/"


def _results_address(name: str) -> Any:
    return Sub(f"s3://${{{BUCKET}}}/{results(name)}")


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
                "OutputLocation": _results_address(name),
                "EncryptionConfiguration": encryption,
                "ExpectedBucketOwner": Ref("AWS::AccountId"),
            },
        },
    )


def _saved(deployment: Deployment) -> Iterator[tuple[SavedQuery, str, str]]:
    """The saved queries over tables that Glue's catalog has, each with its text and what it is about; the others read
    Millrace's own state.
    """
    for query in deployment.definitions.queries:
        text, parameters = prepared_text(query, deployment.stage.name)
        if text:
            about = f"{query.title}. Parameters: {', '.join(parameters) or 'none'}."
            yield query, text, about[:_MOST_DESCRIPTION]


def _prepared(query: SavedQuery, text: str, about: str) -> Any:
    return resource(
        athena.PreparedStatement,
        logical_id("QueryOf", query.name),
        StatementName=query.name,
        WorkGroup=Ref(_TITLES[READERS]),
        Description=about,
        QueryStatement=text,
    )


def _named(deployment: Deployment, query: SavedQuery, text: str, about: str) -> Any:
    """For Athena's editor. An edit makes another one in its place: nothing of it can be changed."""
    return resource(
        athena.NamedQuery,
        logical_id("NamedQueryOf", query.name),
        Name=query.name,
        Database=database(deployment.stage.name, PROD),
        WorkGroup=Ref(_TITLES[READERS]),
        Description=about,
        QueryString=text,
    )


def prepared_text(query: SavedQuery, stage: str) -> tuple[str, list[str]]:
    """A query in Athena's words, and the names of its parameters in their order; "" where Athena has not its tables."""
    tree = parse_query(query.statement)
    named = {f"{node.db}.{node.name}".lower() for node in tree.find_all(exp.Table)}
    for node in tree.find_all(exp.Table):
        if not node.db:
            continue  # a name of WITH
        if node.db not in (RAW, STAGING, PROD, CRAWLED):
            return "", []
        node.set("db", exp.to_identifier(database(stage, node.db)))
        if not node.alias:
            node.set("alias", exp.TableAlias(this=exp.to_identifier(node.name)))
    for column in tree.find_all(exp.Column):
        if f"{column.text('db')}.{column.table}".lower() in named:  # else it is a field of a column
            column.set("db", None)
    for placeholder in list(tree.find_all(exp.Placeholder)):
        placeholder.replace(exp.to_identifier(f"parameter__{placeholder.this}"))
    sql = tree.sql(ATHENA)
    return _PARAMETER.sub("?", sql), _PARAMETER.findall(sql)


def query_outputs(deployment: Deployment) -> dict[str, tuple[str, Any]]:
    return {
        StackOutput.JOBS_WORKGROUP: ("Of jobs.", Ref(_TITLES[JOBS])),
        StackOutput.JOBS_RESULTS: ("Of queries of jobs.", _results_address(JOBS)),
        StackOutput.JOB_QUERIES: (
            "The most queries that jobs have under way at once.",
            str(deployment.stage.athena.job_queries),
        ),
        StackOutput.READERS_WORKGROUP: ("Of people and dashboards.", Ref(_TITLES[READERS])),
        StackOutput.READERS_RESULTS: ("Of their queries.", _results_address(READERS)),
    }
