"""How Millrace's tables lie in the Glue Data Catalog: names, and what says to readers that they are Parquet.

Hive-style, as Athena and Spark read them (Athena user guide, "Parquet SerDe"; Glue API reference, "StorageDescriptor").
"""

from __future__ import annotations

import re
from typing import Any

from millrace.lake.keys import PROD, STAGING

PARQUET: dict[str, Any] = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "Parameters": {"serialization.format": "1"},
    },
}
PARQUET_TABLE = {"EXTERNAL": "TRUE", "classification": "parquet"}

MOST_CREATED = 100  # partitions of one BatchCreatePartition, and of one BatchUpdatePartition
MOST_DELETED = 25  # of one BatchDeletePartition
MOST_TABLES = 100  # of one BatchDeleteTable

_CANDIDATES = "candidate"


def database(stage: str, layer: str) -> str:
    return f"millrace_{stage}_{layer}"


def databases(stage: str) -> dict[str, str]:
    """Those of the layers whose tables are in Glue, by layer."""
    return {layer: database(stage, layer) for layer in (STAGING, PROD)}


def work_database(stage: str) -> str:
    """Of the tables that are there for one statement only (`athena_sql.work_tables`)."""
    return database(stage, "work")


def place_of(stage: str, table: str) -> tuple[str, str]:
    """Database and name of a table, `<layer>.<name>`."""
    layer, _, name = table.partition(".")
    return database(stage, layer), name


def candidate_place(stage: str, table: str, version: str) -> tuple[str, str]:
    """Database and name of a version that readers do not see; a database of its own keeps it out of their lists."""
    name = f"{table.replace('.', '_')}__{version}"
    return database(stage, _CANDIDATES), re.sub(r"[^a-z0-9_]", "_", name.lower())
