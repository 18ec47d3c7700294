"""Work tables in Glue, for one statement each: through them Athena reads a candidate's files, or raw objects as text.

A work table is created under a new name in the work database, with the partitions that it needs, and dropped when its
statement is done. Tables that a dead process left are dropped when the next process starts.

Sources: Glue API reference, CreateTable, BatchCreatePartition (at most 100 a call, with an `Errors` list); Athena user
guide, "LazySimpleSerDe".
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from millrace.athena_sql.ports import Column
from millrace.aws.calls import in_batches, translated
from millrace.aws.glue_layout import LINES, MAX_CREATED, MAX_TABLES, PARQUET
from millrace.clock import Clock
from millrace.errors import LakeError

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

_log = logging.getLogger(__name__)

_ORPHAN_AGE = timedelta(days=1)  # Athena ends a statement after 30 minutes by default; a job takes 8 hours at most


@dataclass(frozen=True, slots=True)
class WorkTable:
    """`folders`: the location (s3://.../) of each partition, by its values; without keys, the one of the whole table.
    `lines`: text files, one row a line; else Parquet."""

    columns: tuple[Column, ...]
    keys: tuple[Column, ...]
    folders: Mapping[tuple[str, ...], str]
    lines: bool = False

    @property
    def format(self) -> dict[str, Any]:
        return LINES if self.lines else PARQUET


class WorkTables:
    """The work tables of one database."""

    def __init__(self, client: GlueClient, database: str, clock: Clock) -> None:
        self.database = database
        self._client, self._clock = client, clock

    @contextmanager
    def existing(self, tables: Mapping[str, WorkTable]) -> Iterator[None]:
        """Creates the tables, by name, for as long as the context lasts."""
        created: list[str] = []
        try:
            for name, table in tables.items():
                created.append(name)  # before the call: its answer may be lost, and the table there
                self._create(name, table)
            yield
        finally:
            try:
                self._drop(created)
            except LakeError as error:  # the statement's result stays good; the tables go later, as orphans
                _log.warning("work tables could not be removed: %s", error, extra={"event": "athena.tables_left"})

    def remove_orphans(self) -> int:
        """Drops the tables that dead processes left, and creates a missing database; returns how many it dropped."""
        oldest: datetime = self._clock.now() - _ORPHAN_AGE
        orphans: list[str] = []
        with self._translated():
            try:
                for page in self._client.get_paginator("get_tables").paginate(DatabaseName=self.database):
                    orphans += [table["Name"] for table in page["TableList"] if table["CreateTime"] < oldest]
            except self._client.exceptions.EntityNotFoundException:
                with suppress(self._client.exceptions.AlreadyExistsException):  # another process was first
                    self._client.create_database(DatabaseInput={"Name": self.database})
        self._drop(orphans)
        return len(orphans)

    def _create(self, name: str, table: WorkTable) -> None:
        location = next(iter(table.folders.values())) if not table.keys else ""
        wanted: Any = {
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"EXTERNAL": "TRUE", "classification": "csv" if table.lines else "parquet"},
            "PartitionKeys": _columns(table.keys),
            "StorageDescriptor": _storage(table, location),
        }
        with self._translated(), suppress(self._client.exceptions.AlreadyExistsException):
            self._client.create_table(DatabaseName=self.database, TableInput=wanted)
        inputs = [
            {"Values": list(values), "StorageDescriptor": _storage(table, folder)}
            for values, folder in sorted(table.folders.items())
            if table.keys
        ]
        for batch in in_batches(inputs, MAX_CREATED):
            self._add_partitions(name, batch)

    def _add_partitions(self, name: str, inputs: Sequence[Any]) -> None:
        """A partition that exists already was added by an earlier try of this call, whose answer was lost."""
        with self._translated():
            answer = self._client.batch_create_partition(
                DatabaseName=self.database, TableName=name, PartitionInputList=inputs
            )
        for error in answer.get("Errors", []):
            detail = error.get("ErrorDetail", {})
            if detail.get("ErrorCode") != "AlreadyExistsException":
                raise LakeError(
                    f"Glue refuses a partition {error.get('PartitionValues')} of {self.database}.{name}:"
                    f" {detail.get('ErrorCode')} {detail.get('ErrorMessage')}.",
                    hint="Remove the cause that Glue names, then run the statement again.",
                )

    def _drop(self, names: Sequence[str]) -> None:
        for batch in in_batches(names, MAX_TABLES):
            with self._translated():
                self._client.batch_delete_table(DatabaseName=self.database, TablesToDelete=list(batch))

    def _translated(self) -> AbstractContextManager[None]:
        return translated("glue", f"the work tables of {self.database}")


def new_name() -> str:
    return f"work_{uuid.uuid4().hex}"


def _storage(table: WorkTable, location: str) -> Any:
    return {"Columns": _columns(table.columns), "Location": location, **table.format}


def _columns(columns: Sequence[Column]) -> list[Any]:
    return [{"Name": column.name, "Type": column.type} for column in columns]
