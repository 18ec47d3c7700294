"""Tables and partitions as Glue takes them, and what is read from those that it gives.

Source: Glue API reference, "TableInput", "PartitionInput", "StorageDescriptor".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from millrace.athena_sql.ports import Column
from millrace.athena_sql.tables import DT, Table
from millrace.aws.glue_layout import PARQUET, PARQUET_TABLE

_VERSION = "millrace.version"
_COMMENT_BYTES = 255
# What an update has to give again of what is there: the rest of an answer is Glue's own.
_OF_TABLE = (
    *("Name", "Description", "Owner", "LastAccessTime", "LastAnalyzedTime", "Retention", "StorageDescriptor"),
    *("PartitionKeys", "ViewOriginalText", "ViewExpandedText", "TableType", "Parameters", "TargetTable"),
)
_OF_PARTITION = ("Values", "LastAccessTime", "StorageDescriptor", "Parameters", "LastAnalyzedTime")


def table_input(name: str, table: Table, columns: Sequence[Column], location: str) -> Any:
    """A new table. `columns`: without partition keys."""
    return {
        "Name": name,
        "Description": table.description,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": dict(PARQUET_TABLE),
        "PartitionKeys": [_column(one) for one in table.columns if table.partitioned and one.name == DT.name],
        "StorageDescriptor": _descriptor(columns, location),
    }


def partition_input(value: str, version: str, columns: Sequence[Column], location: str) -> Any:
    """A new partition."""
    return {
        "Values": [value],
        "StorageDescriptor": _descriptor(columns, location),
        "Parameters": {_VERSION: version},
    }


def with_columns(found: Mapping[str, Any], columns: Sequence[Column], description: str | None = None) -> Any:
    """A table or partition that is there, with these columns, and nothing else changed: it points where it pointed.

    `description`: a table's.
    """
    names = _OF_TABLE if description is not None else _OF_PARTITION
    given = {name: found[name] for name in names if found.get(name) not in (None, "")}
    given["StorageDescriptor"] = {**found["StorageDescriptor"], "Columns": [_column(one) for one in columns]}
    return given if description is None else {**given, "Description": description}


def columns_of(found: Mapping[str, Any]) -> tuple[Column, ...]:
    """The columns of a table or partition, without partition keys."""
    listed = found["StorageDescriptor"].get("Columns", [])
    return tuple(Column(one["Name"], one["Type"], one.get("Comment", "")) for one in listed)


def types_of(columns: Sequence[Column]) -> dict[str, str]:
    """By name, in order."""
    return {one.name: one.type for one in columns}


def is_partitioned(found: Mapping[str, Any]) -> bool:
    return bool(found.get("PartitionKeys"))


def is_described(found: Mapping[str, Any], columns: Sequence[Column], description: str) -> bool:
    """Whether a table says of itself and of these columns what is to be said."""
    said = {one.name: one.description for one in columns_of(found)}
    return found.get("Description", "") == description and all(
        said[one.name] == _comment(one) for one in columns if one.name in said
    )


def differs(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether Glue's table differs in the fields that Millrace sets; Glue adds others."""
    if {**found.get("Parameters", {}), **wanted["Parameters"]} != found.get("Parameters", {}):
        return True
    if any(found.get(name, []) != wanted[name] for name in ("PartitionKeys", "Description", "TableType")):
        return True
    held, ours = found["StorageDescriptor"], wanted["StorageDescriptor"]
    return any(held.get(name) != ours[name] for name in ("Columns", "Location", "InputFormat", "OutputFormat"))


def _descriptor(columns: Sequence[Column], location: str) -> Any:
    return {"Columns": [_column(one) for one in columns], "Location": location, **PARQUET}


def _column(column: Column) -> dict[str, str]:
    comment = _comment(column)
    return {"Name": column.name, "Type": column.type} | ({"Comment": comment} if comment else {})


def _comment(column: Column) -> str:
    """Glue takes comments of up to 255 bytes."""
    return column.description.encode()[:_COMMENT_BYTES].decode(errors="ignore")
