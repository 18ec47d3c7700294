"""The TableRegistry port on the Glue Data Catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from millrace.athena_sql.endpoint.lake.presto_views import EXPANDED_TEXT, VIEW_PROPERTIES, view_query, view_text
from millrace.athena_sql.endpoint.ports import PARQUET_SERDE, RegisteredTable
from millrace.athena_sql.endpoint.statements.kinds import TableName
from millrace.athena_sql.ports import Column
from millrace.aws.calls import code_of, in_batches, translated
from millrace.aws.glue_layout import LINES, MAX_CREATED, PARQUET, VIEW_TYPE
from millrace.errors import LakeError

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_glue.type_defs import TableTypeDef

_ABSENT = "EntityNotFoundException"
_KEPT = frozenset({"Owner", "Retention", "LastAccessTime", "LastAnalyzedTime", "TargetTable"})


@dataclass(frozen=True)
class GlueRegistry:
    client: GlueClient

    def databases(self) -> list[str]:
        with translated("glue", "databases"):
            pages = self.client.get_paginator("get_databases").paginate()
            return sorted(found["Name"] for page in pages for found in page["DatabaseList"])

    def has_database(self, name: str) -> bool:
        with _ignoring_absence(name):
            self.client.get_database(Name=name)
            return True
        return False

    def create_database(self, name: str) -> None:
        with translated("glue", name):
            self.client.create_database(DatabaseInput={"Name": name})

    def drop_database(self, name: str) -> None:
        for table in self.tables(name):
            self.drop(table.name)
        with translated("glue", name):
            self.client.delete_database(Name=name)

    def tables(self, database: str) -> list[RegisteredTable]:
        with _ignoring_absence(database):
            pages = self.client.get_paginator("get_tables").paginate(DatabaseName=database)
            return [_table(found) for page in pages for found in page["TableList"]]
        return []

    def table(self, name: TableName) -> RegisteredTable | None:
        with _ignoring_absence(str(name)):
            found = _table(self.client.get_table(DatabaseName=name.database, Name=name.name)["Table"])
            return replace(found, partitions=self._partitions(found))
        return None

    def create(self, table: RegisteredTable) -> None:
        """The database is created too if Glue does not have it yet, as for one of the lake's layers."""
        if not self.has_database(table.name.database):
            self.create_database(table.name.database)
        with translated("glue", str(table.name)):
            self.client.create_table(
                DatabaseName=table.name.database,
                TableInput=_input(table),
            )

    def replace(self, table: RegisteredTable) -> None:
        """What Glue has of the table beyond RegisteredTable stays as it is."""
        with translated("glue", str(table.name)):
            found: Any = self.client.get_table(DatabaseName=table.name.database, Name=table.name.name)["Table"]
            made = _input(table)
            kept = {name: value for name, value in found.items() if name in _KEPT}
            storage = {**found.get("StorageDescriptor", {}), "Columns": made["StorageDescriptor"]["Columns"]}
            changed: Any = {**made, **kept, "StorageDescriptor": storage}
            self.client.update_table(DatabaseName=table.name.database, TableInput=changed)

    def add_partitions(self, table: RegisteredTable, partitions: Sequence[tuple[tuple[str, ...], str]]) -> None:
        for batch in in_batches(partitions, MAX_CREATED):
            inputs = [
                {"Values": list(values), "StorageDescriptor": _storage(table, location)} for values, location in batch
            ]
            with translated("glue", str(table.name)):
                answer = self.client.batch_create_partition(
                    DatabaseName=table.name.database,
                    TableName=table.name.name,
                    PartitionInputList=inputs,  # type: ignore[arg-type]
                )
            for error in answer.get("Errors", ()):
                detail = error.get("ErrorDetail", {})
                if detail.get("ErrorCode") != "AlreadyExistsException":
                    raise LakeError(
                        f"cannot add the partition {error.get('PartitionValues')} of {table.name}:"
                        f" {detail.get('ErrorMessage', '')}.",
                        hint="Remove the cause that Glue names, then run the statement again.",
                    )

    def drop(self, name: TableName) -> None:
        with _ignoring_absence(str(name)):
            self.client.delete_table(DatabaseName=name.database, Name=name.name)

    def _partitions(self, table: RegisteredTable) -> tuple[tuple[tuple[str, ...], str], ...]:
        if not table.partition_keys:
            return ()
        pages = self.client.get_paginator("get_partitions").paginate(
            DatabaseName=table.name.database, TableName=table.name.name
        )
        return tuple(
            (tuple(found["Values"]), found["StorageDescriptor"]["Location"])
            for page in pages
            for found in page["Partitions"]
        )


@contextmanager
def _ignoring_absence(what: str) -> Iterator[None]:
    """Suppress Glue's error for an entity that does not exist; others are translated."""
    from botocore.exceptions import ClientError

    with translated("glue", what):
        try:
            yield
        except ClientError as error:
            if code_of(error) != _ABSENT:
                raise


def _table(found: TableTypeDef) -> RegisteredTable:
    storage = found.get("StorageDescriptor", {})
    serde = storage.get("SerdeInfo", {})
    return RegisteredTable(
        TableName(found["DatabaseName"], found["Name"]),
        tuple(_read(column) for column in storage.get("Columns", ())),
        tuple(_read(column) for column in found.get("PartitionKeys", ())),
        storage.get("Location", ""),
        description=found.get("Description", ""),
        serde=serde.get("SerializationLibrary") or PARQUET_SERDE,
        serde_options=serde.get("Parameters", {}),
        properties=found.get("Parameters", {}),
        view=view_query(found.get("ViewOriginalText", "")) if found.get("TableType") == VIEW_TYPE else "",
    )


def _input(table: RegisteredTable) -> Any:
    common: Any = {
        "Name": table.name.name,
        "PartitionKeys": [_column(key) for key in table.partition_keys],
        "StorageDescriptor": _storage(table, table.location),
        "Parameters": dict(table.properties),
        **({"Description": table.description} if table.description else {}),
    }
    if not table.view:
        return common | {"TableType": "EXTERNAL_TABLE"}
    storage = {"Columns": common["StorageDescriptor"]["Columns"], "SerdeInfo": {}}
    text = {"ViewOriginalText": view_text(table), "ViewExpandedText": EXPANDED_TEXT}
    return common | {"TableType": VIEW_TYPE, "Parameters": VIEW_PROPERTIES, "StorageDescriptor": storage, **text}


def _storage(table: RegisteredTable, location: str) -> dict[str, Any]:
    columns = {"Columns": [_column(column) for column in table.columns], "Location": location}
    if table.serde == PARQUET_SERDE:
        return {**PARQUET, **columns}
    return {**LINES, **columns, "SerdeInfo": _serde(table)}


def _serde(table: RegisteredTable) -> dict[str, Any]:
    return {"SerializationLibrary": table.serde, "Parameters": dict(table.serde_options)}


def _column(column: Column) -> dict[str, str]:
    return {"Name": column.name, "Type": column.type, **({"Comment": column.description} if column.description else {})}


def _read(column: Mapping[str, Any]) -> Column:
    return Column(column["Name"], column.get("Type", "string"), column.get("Comment", ""))
