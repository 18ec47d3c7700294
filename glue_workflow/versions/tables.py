"""Versions as tables that an engine can read."""

from __future__ import annotations

from collections.abc import Sequence

from millrace.athena_sql.ports import ParquetData, ParquetFile
from millrace.athena_sql.tables import table as declared
from millrace.glue_workflow.ports import PartitionVersion
from millrace.lake.storage import Storage


def as_table(storage: Storage, versions: Sequence[PartitionVersion]) -> ParquetData:
    """These versions (all of one table, at least one) as a table."""
    return parquet_table(storage, versions[0].table, versions)


def parquet_table(storage: Storage, name: str, versions: Sequence[PartitionVersion]) -> ParquetData:
    table = declared(name)
    columns = tuple(column for column in table.columns if not (table.partitioned and column.name == "dt"))
    files = tuple(
        ParquetFile(storage.location(file.key), version.partition) for version in versions for file in version.files
    )
    return ParquetData(columns, files, table.partitioned)
