"""The catalog: databases, and the raw tables. What a run publishes is in no template: an update would undo it.

A raw table has one column, the line of a record, so that its payload stays as it came; a view gives the columns of the
envelope. Partitions are projected, so none is registered. Sources: Athena user guide, "Partition projection"; Trino,
`ViewReaderUtil` for how a view stands in a Glue table.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from troposphere import Ref, Sub, glue

from millrace.athena_sql.engines.athena.table_data import of_line
from millrace.athena_sql.engines.athena.types import sql_type
from millrace.athena_sql.ports import Column
from millrace.athena_sql.tables import RAW_COLUMNS
from millrace.aws.glue_layout import LINES, candidate_database, crawled_database, databases, raw_database, work_database
from millrace.infra.stack.deployment import BUCKET, Deployment
from millrace.infra.stack.resources import logical_id, resource
from millrace.lake.keys import CRAWLED, PROD, RAW, STAGING
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.sql_quoting import identifier

RAW_DATABASE, CRAWLED_DATABASE = "RawDatabase", "CrawledDatabase"
_READ = (RAW, STAGING, PROD)  # the layers that people query
_PAYLOAD = '"payload":'


def catalog(deployment: Deployment) -> list[Any]:
    stage = deployment.stage.name
    published = databases(stage)
    made = [_database(f"{layer.capitalize()}Database", name) for layer, name in published.items()]
    made += [_database(RAW_DATABASE, raw_database(stage))]
    if deployment.definitions.crawled:
        made += [_database(CRAWLED_DATABASE, crawled_database(stage))]
    made += [_database("CandidateDatabase", candidate_database(stage))]
    made += [_database("WorkDatabase", work_database(stage))]
    raw = [one for source in deployment.definitions.raw for one in _raw(deployment, source)]
    return [*made, *raw]


def _database(title: str, name: str) -> Any:
    return resource(glue.Database, title, CatalogId=Ref("AWS::AccountId"), DatabaseInput={"Name": name})


def raw_table_id(source: str) -> str:
    """The logical id of the table of a source's lines."""
    return logical_id("RawLinesOf", source)


def _raw(deployment: Deployment, source: str) -> list[Any]:
    lines = f"{source}_lines"
    return [
        _table(
            raw_table_id(source),
            {
                "Name": lines,
                "Description": f"The records of {source}, a line each, as they were delivered.",
                "TableType": "EXTERNAL_TABLE",
                "Parameters": {"EXTERNAL": "TRUE", "classification": "csv", **_projection(deployment, source)},
                "PartitionKeys": [{"Name": "dt", "Type": "date"}, {"Name": "hour", "Type": "string"}],
                "StorageDescriptor": {
                    **LINES,
                    # The delimiter by its number: the character itself may stand in no template.
                    "SerdeInfo": {**LINES["SerdeInfo"], "Parameters": {"serialization.format": "1"}},
                    "Columns": [{"Name": "line", "Type": "string"}],
                    "Location": Sub(f"s3://${{{BUCKET}}}/{RAW_LAYOUT.of_source(source)}"),
                },
            },
        ),
        _view(deployment, source, lines),
    ]


def _projection(deployment: Deployment, source: str) -> dict[str, Any]:
    """`dt` is a local date, which may be one day ahead of the UTC date that NOW means."""
    template = RAW_LAYOUT.partition(source, "${!dt}", "${!hour}")
    return {
        "projection.enabled": "true",
        "projection.dt.type": "date",
        "projection.dt.format": "yyyy-MM-dd",
        "projection.dt.range": f"{deployment.stage.lake.since},NOW+1DAYS",
        "projection.dt.interval": "1",
        "projection.dt.interval.unit": "DAYS",
        "projection.hour.type": "integer",
        "projection.hour.range": "0,23",
        "projection.hour.digits": "2",
        "storage.location.template": Sub(f"s3://${{{BUCKET}}}/{template}"),
    }


def _view(deployment: Deployment, source: str, lines: str) -> Any:
    database = raw_database(deployment.stage.name)
    root = len("s3://") + 1  # with the bucket's name, which is known in the query only
    selected = ",\n    ".join(f"{_of_line(column, root)} AS {identifier(column.name)}" for column in RAW_COLUMNS)
    sql = f"SELECT\n    {selected}\nFROM {identifier(database)}.{identifier(lines)}"
    described = {
        "runAsInvoker": True,  # else Trino asks for an owner
        "originalSql": sql,
        "catalog": "awsdatacatalog",
        "schema": database,
        "columns": [{"name": one.name, "type": _trino_type(one)} for one in RAW_COLUMNS],
    }
    encoded = base64.b64encode(json.dumps(described).encode()).decode()
    return _table(
        logical_id("RawOf", source),
        {
            "Name": source,
            "TableType": "VIRTUAL_VIEW",
            # Trino knows a view by this comment, and takes a description for the comment: there is none.
            "Parameters": {"presto_view": "true", "comment": "Presto View"},
            "PartitionKeys": [],
            "ViewOriginalText": f"/* Presto View: {encoded} */",
            "ViewExpandedText": "/* Presto View */",
            "StorageDescriptor": {
                "Columns": [{"Name": one.name, "Type": one.type} for one in RAW_COLUMNS],
                "Location": "",
                "SerdeInfo": {},
            },
        },
    )


def _of_line(column: Column, root: int) -> str:
    """As the engine reads a line, but for the payload, which is the text between its key and the envelope's end."""
    match column.name:
        case "payload":
            start = f"strpos(line, '{_PAYLOAD}') + {len(_PAYLOAD)}"
            return f"substr(line, {start}, length(line) - ({start}))"
        case "source_object":
            return f"""substr("$path", strpos(substr("$path", {root}), '/') + {root})"""
    return of_line(column, root)


def _trino_type(column: Column) -> str:
    name = sql_type(column.type).lower()
    return "timestamp(3)" if name == "timestamp" else name


def _table(title: str, table: dict[str, Any]) -> Any:
    place = {"CatalogId": Ref("AWS::AccountId"), "DatabaseName": Ref(RAW_DATABASE)}
    return resource(glue.Table, title, **place, TableInput=table)


def catalog_outputs(deployment: Deployment) -> dict[str, tuple[str, Any]]:
    read = (*_READ, CRAWLED) if deployment.definitions.crawled else _READ
    return {
        f"{layer.capitalize()}DatabaseName": (f"Of the tables of {layer}.", Ref(f"{layer.capitalize()}Database"))
        for layer in read
    }
