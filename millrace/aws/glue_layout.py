"""The layout of Millrace's tables in the Glue Data Catalog: databases, names, the Parquet format, and limits of calls.

Hive-style, as Athena and Spark read them (Athena user guide, "Parquet SerDe"; Glue API reference, "StorageDescriptor").
"""

from __future__ import annotations

import re
from typing import Any

from millrace.lake.keys import CRAWLED, PROD, RAW, STAGING

PARQUET: dict[str, Any] = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "Parameters": {"serialization.format": "1"},
    },
}
# One column of text: the delimiter is a control character, which JSON always escapes.
LINES: dict[str, Any] = {
    "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
        "Parameters": {"field.delim": "\x01", "serialization.format": "\x01"},
    },
}
PARQUET_TABLE = {"EXTERNAL": "TRUE", "classification": "parquet"}
VIEW_TYPE = "VIRTUAL_VIEW"

MAX_LISTED = 1000  # partitions in one answer of GetPartitions
MAX_CREATED = 100  # partitions in one BatchCreatePartition or BatchUpdatePartition
MAX_DELETED = 25  # partitions in one BatchDeletePartition
MAX_TABLES = 100  # tables in one BatchDeleteTable

_CANDIDATES = "candidate"


def database(stage: str, layer: str) -> str:
    return f"millrace_{stage}_{layer}"


def raw_database(stage: str) -> str:
    """The database of raw tables, which the stack of the stage makes."""
    return database(stage, RAW)


def crawled_database(stage: str) -> str:
    """The database of the tables that the crawlers of datasets make."""
    return database(stage, CRAWLED)


def dataset_crawler(stage: str, dataset: str) -> str:
    """The name of the crawler of a dataset."""
    return f"{crawled_database(stage)}_{dataset}"


def raw_crawler(stage: str) -> str:
    """The name of the crawler of the raw tables."""
    return database(stage, RAW)


def candidate_database(stage: str) -> str:
    return database(stage, _CANDIDATES)


def databases(stage: str) -> dict[str, str]:
    """The databases of the layers that a run publishes, by layer."""
    return {layer: database(stage, layer) for layer in (STAGING, PROD)}


def work_database(stage: str) -> str:
    """The database of tables that exist for one statement only (`athena_sql.engines.athena.work_tables`)."""
    return database(stage, "work")


def every_database(stage: str) -> tuple[str, ...]:
    """All databases of a stage; that of datasets is there if the project has any."""
    read = (raw_database(stage), *databases(stage).values(), crawled_database(stage))
    return (*read, candidate_database(stage), work_database(stage))


def database_and_name(stage: str, table: str) -> tuple[str, str]:
    """Database and name of a table, `<layer>.<name>`."""
    layer, _, name = table.partition(".")
    return database(stage, layer), name


def candidate_database_and_name(stage: str, table: str, version: str) -> tuple[str, str]:
    """Database and name of a candidate table; a database of its own keeps it out of the lists that readers see."""
    name = f"{table.replace('.', '_')}__{version}"
    return candidate_database(stage), re.sub(r"[^a-z0-9_]", "_", name.lower())
