"""The partitions of a table's data: which there are, and the data of some of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from millrace.athena_sql.ports import ParquetData, RawData, TableData


def partitions_of(data: TableData) -> tuple[str, ...]:
    """The partitions that have a file or an object, sorted; empty for data that is not partitioned."""
    match data:
        case ParquetData(partitioned=True):
            return tuple(sorted({file.partition for file in data.files}))
        case RawData():
            return data.partitions
    return ()


def only_partitions(data: TableData, partitions: Collection[str]) -> TableData:
    """The same table with these partitions only; data that is not partitioned stays as it is."""
    match data:
        case ParquetData(partitioned=True):
            return replace(data, files=tuple(file for file in data.files if file.partition in partitions))
        case RawData():
            return data.only(partitions)
    return data
