"""Tables and partitions in the Glue Data Catalog: what Athena and Spark read.

Unlike DynamoDB, Glue takes no condition with a write. So `guard` is called before each write: it raises once this
process has lost its lease.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from millrace.athena_sql.ports import Column
from millrace.athena_sql.tables import Table
from millrace.aws.calls import in_batches, translated
from millrace.aws.glue_layout import (
    MAX_CREATED,
    MAX_DELETED,
    MAX_TABLES,
    PARQUET,
    PARQUET_TABLE,
    candidate_database_and_name,
    database_and_name,
)
from millrace.errors import LakeError, ServiceBusy
from millrace.glue_workflow.ports import PartitionVersion
from millrace.glue_workflow.versions.retention import partition_prefix
from millrace.lake.keys import version_prefix
from millrace.lake.storage import Storage

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

_ABSENT, _EXISTS = "EntityNotFoundException", "AlreadyExistsException"
_TRANSIENT = {"InternalServiceException", "OperationTimeoutException", "ConcurrentModificationException"}
_TRANSIENT |= {"ThrottlingException", "ResourceNotReadyException"}
_WAITS = (0.2, 1.0, 3.0)  # seconds; backoff before partitions that Glue was too busy for are tried again


class GluePlace(NamedTuple):
    database: str
    name: str

    def __str__(self) -> str:
        return f"{self.database}.{self.name}"


class _Refused(NamedTuple):
    code: str
    message: str


class GlueTables:
    def __init__(
        self,
        client: GlueClient,
        storage: Storage,
        stage: str,
        *,
        describe: Callable[[str], Table],
        guard: Callable[[], None] = lambda: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._storage, self._stage = client, storage, stage
        self._guard, self._describe, self._sleep = guard, describe, sleep

    def point(self, table: str, versions: Sequence[PartitionVersion]) -> None:
        """Let readers of a table see these versions, partition by partition. Idempotent."""
        self._point(
            GluePlace(*database_and_name(self._stage, table)),
            self._describe(table),
            versions,
            f"{table.replace('.', '/')}/",
        )

    def make_candidate(self, table: str, version: str, versions: Sequence[PartitionVersion]) -> None:
        """A table of its own for one version, so that queries can check it before readers see it."""
        place = GluePlace(*candidate_database_and_name(self._stage, table, version))
        self._point(place, self._describe(table), versions, version_prefix(table, version))

    def drop_candidates(self, versions: Sequence[PartitionVersion]) -> None:
        """Drop the candidate tables of these versions; tables that do not exist are ignored."""
        places = {
            GluePlace(*candidate_database_and_name(self._stage, one.table, one.version))
            for one in versions
            if one.files
        }
        for some in in_batches(sorted(places), MAX_TABLES):
            self._drop(some[0].database, [place.name for place in some])

    def _drop(self, database: str, names: Sequence[str]) -> None:
        waiting = list(names)
        for wait in (*_WAITS, None):
            self._guard()
            with translated("glue", database), suppress(self._client.exceptions.EntityNotFoundException):
                answer = self._client.batch_delete_table(DatabaseName=database, TablesToDelete=waiting)
                refused = {str(error.get("TableName")): _refused(error) for error in answer.get("Errors", [])}
                self._raise_lasting(GluePlace(database, "*"), refused, {_ABSENT, *_TRANSIENT})
                waiting = [name for name, why in refused.items() if why.code != _ABSENT]
                if waiting:
                    self._wait(GluePlace(database, "*"), waiting, wait)
                    continue
            return

    def _point(self, place: GluePlace, table: Table, versions: Sequence[PartitionVersion], root: str) -> None:
        if not table.partitioned:
            self._ensure_table(place, table, self._storage.location(partition_prefix(versions[-1])))
            return
        self._ensure_table(place, table, self._storage.location(root))
        inputs = {one.partition: self._partition(table, one) for one in versions if one.files}
        for some in in_batches(sorted(inputs), MAX_CREATED):
            self._show(place, {partition: inputs[partition] for partition in some})
        # A partition without rows is not kept in Glue: each query would look for its files in vain.
        for some in in_batches(sorted(one.partition for one in versions if not one.files), MAX_DELETED):
            self._hide(place, some)

    def _show(self, place: GluePlace, inputs: Mapping[str, Any]) -> None:
        """Upsert partitions: update those that exist and create the others, until all are done. Raises LakeError."""
        waiting = list(inputs)
        for wait in (*_WAITS, None):
            for change, usual in ((self._update, _ABSENT), (self._create, _EXISTS)):
                refused = change(place, {partition: inputs[partition] for partition in waiting})
                self._raise_lasting(place, refused, {usual, *_TRANSIENT})
                waiting = list(refused)
                if not waiting:
                    return
            self._wait(place, waiting, wait)

    def _hide(self, place: GluePlace, partitions: Sequence[str]) -> None:
        waiting = list(partitions)
        for wait in (*_WAITS, None):
            self._guard()
            with translated("glue", str(place)):
                answer = self._client.batch_delete_partition(
                    DatabaseName=place.database,
                    TableName=place.name,
                    PartitionsToDelete=[{"Values": [partition]} for partition in waiting],
                )
            refused = _by_partition(answer.get("Errors", []), "PartitionValues")
            self._raise_lasting(place, refused, {_ABSENT, *_TRANSIENT})
            waiting = [partition for partition, why in refused.items() if why.code != _ABSENT]
            if not waiting:
                return
            self._wait(place, waiting, wait)

    def _update(self, place: GluePlace, inputs: Mapping[str, Any]) -> dict[str, _Refused]:
        self._guard()
        with translated("glue", str(place)):
            answer = self._client.batch_update_partition(
                DatabaseName=place.database,
                TableName=place.name,
                Entries=[{"PartitionValueList": [name], "PartitionInput": one} for name, one in inputs.items()],
            )
        return _by_partition(answer.get("Errors", []), "PartitionValueList")

    def _create(self, place: GluePlace, inputs: Mapping[str, Any]) -> dict[str, _Refused]:
        self._guard()
        with translated("glue", str(place)):
            answer = self._client.batch_create_partition(
                DatabaseName=place.database, TableName=place.name, PartitionInputList=list(inputs.values())
            )
        return _by_partition(answer.get("Errors", []), "PartitionValues")

    def _raise_lasting(self, place: GluePlace, refused: Mapping[str, _Refused], usual: set[str]) -> None:
        """Raises LakeError for a refusal whose code is not one of the `usual`, which the caller handles."""
        lasting = {name: why for name, why in refused.items() if why.code not in usual}
        for name, why in lasting.items():
            more = f" and {len(lasting) - 1} more" if len(lasting) > 1 else ""
            raise LakeError(
                f"Glue refuses {name}{more} of {place}: {why.code}: {why.message.rstrip('.')}.",
                hint="Remove the cause that Glue names; the next run then completes the flip.",
            )

    def _wait(self, place: GluePlace, waiting: Sequence[str], seconds: float | None) -> None:
        if seconds is None:
            raise ServiceBusy(
                f"Glue was too busy for {len(waiting)} partitions of {place}, {waiting[0]} first.",
                hint="The next run completes the flip.",
            )
        self._sleep(seconds)

    def _ensure_table(self, place: GluePlace, table: Table, location: str) -> None:
        """Make the table exist, with the declared columns, at this location."""
        wanted = self._table_input(place, table, location)
        with translated("glue", str(place)):
            try:
                existing = self._client.get_table(DatabaseName=place.database, Name=place.name)["Table"]
            except self._client.exceptions.EntityNotFoundException:
                self._create_table(place, wanted)
                return
            if _differs(existing, wanted):
                wanted["Parameters"] = {**existing.get("Parameters", {}), **wanted["Parameters"]}
                self._guard()
                # Glue keeps every version of a table unless SkipArchive is set, and an unpartitioned one flips often.
                self._client.update_table(DatabaseName=place.database, TableInput=wanted, SkipArchive=True)

    def _create_table(self, place: GluePlace, wanted: Any) -> None:
        """Create the table. An existing one is accepted: another process or an earlier try of this call created it."""
        already_exists = self._client.exceptions.AlreadyExistsException
        self._guard()
        with suppress(already_exists):
            try:
                self._client.create_table(DatabaseName=place.database, TableInput=wanted)
            except self._client.exceptions.EntityNotFoundException:
                with suppress(already_exists):
                    self._client.create_database(DatabaseInput={"Name": place.database})
                self._client.create_table(DatabaseName=place.database, TableInput=wanted)

    def _table_input(self, place: GluePlace, table: Table, location: str) -> Any:
        return {
            "Name": place.name,
            "Description": table.description,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": dict(PARQUET_TABLE),
            "PartitionKeys": [_column(column) for column in table.columns if _is_key(table, column)],
            "StorageDescriptor": _descriptor(table, location),
        }

    def _partition(self, table: Table, version: PartitionVersion) -> Any:
        return {
            "Values": [version.partition],
            "StorageDescriptor": _descriptor(table, self._storage.location(partition_prefix(version))),
            "Parameters": {"millrace.version": version.version},
        }


def _descriptor(table: Table, location: str) -> Any:
    columns = [_column(column) for column in table.columns if not _is_key(table, column)]
    return {"Columns": columns, "Location": location, **PARQUET}


def _is_key(table: Table, column: Column) -> bool:
    return table.partitioned and column.name == "dt"


def _column(column: Column) -> dict[str, str]:
    """Glue takes comments of up to 255 bytes."""
    comment = column.description.encode()[:255].decode(errors="ignore")
    return {"Name": column.name, "Type": column.type} | ({"Comment": comment} if comment else {})


def _differs(existing: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether Glue's table differs in the fields that Millrace sets; Glue adds others."""
    if {**existing.get("Parameters", {}), **wanted["Parameters"]} != existing.get("Parameters", {}):
        return True
    if any(existing.get(name, []) != wanted[name] for name in ("PartitionKeys", "Description", "TableType")):
        return True
    held, ours = existing["StorageDescriptor"], wanted["StorageDescriptor"]
    return any(held.get(name) != ours[name] for name in ("Columns", "Location", "InputFormat", "OutputFormat"))


def _by_partition(errors: Sequence[Any], key: str) -> dict[str, _Refused]:
    return {error.get(key, ["?"])[0]: _refused(error) for error in errors}


def _refused(error: Mapping[str, Any]) -> _Refused:
    detail = error.get("ErrorDetail", {})
    return _Refused(str(detail.get("ErrorCode", "")), str(detail.get("ErrorMessage", "")))
