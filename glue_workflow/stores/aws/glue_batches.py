"""Tables and partitions as Glue has them, and changes of many: in batches, and again where Glue was too busy.

Unlike DynamoDB, Glue takes no condition with a write. So `guard` is called before each write: it raises once this
process has lost its lease.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from millrace.aws.calls import in_batches, translated
from millrace.aws.glue_layout import MAX_CREATED, MAX_DELETED, MAX_LISTED, MAX_TABLES, database_and_name
from millrace.errors import LakeError, ServiceBusy

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

_ABSENT, _EXISTS = "EntityNotFoundException", "AlreadyExistsException"
_TRANSIENT = {"InternalServiceException", "OperationTimeoutException", "ConcurrentModificationException"}
_TRANSIENT |= {"ThrottlingException", "ResourceNotReadyException"}
_NEXT_RUN = "The next run completes the flip."
_WAITS = (0.2, 1.0, 3.0)  # seconds; backoff before what Glue was too busy for is tried again


class GluePlace(NamedTuple):
    database: str
    name: str

    @classmethod
    def of(cls, stage: str, table: str) -> GluePlace:
        """Where readers of a stage find a table, `<layer>.<name>`."""
        return cls(*database_and_name(stage, table))

    def __str__(self) -> str:
        return f"{self.database}.{self.name}"


class _Refused(NamedTuple):
    code: str
    message: str


class GlueBatches:
    """One process's reads and writes of Glue."""

    def __init__(
        self,
        client: GlueClient,
        guard: Callable[[], None] = lambda: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._guard, self._sleep = client, guard, sleep

    def show(self, place: GluePlace, inputs: Mapping[str, Any]) -> None:
        """Upsert partitions, by value: update those that exist and create the others. Raises LakeError."""

        def attempt(values: Sequence[str]) -> list[str]:
            absent = self._after(place, self._update(place, inputs, values), finished="")
            return self._after(place, self._create(place, inputs, absent), finished="") if absent else []

        for some in in_batches(sorted(inputs), MAX_CREATED):
            self._repeated(place, some, attempt)

    def change(self, place: GluePlace, inputs: Mapping[str, Any], tell: Callable[[int], None], remedy: str) -> None:
        """Update partitions, by value; one that is gone is let go. `tell`: how many are done. Raises LakeError.

        `remedy`: what makes good what Glue refused, for the hint of an error, such as `The next run goes on.`
        """

        def attempt(values: Sequence[str]) -> list[str]:
            return self._after(place, self._update(place, inputs, values), finished=_ABSENT, remedy=remedy)

        done = 0
        for some in in_batches(sorted(inputs), MAX_CREATED):
            self._repeated(place, some, attempt, remedy)
            done += len(some)
            tell(done)

    def hide(self, place: GluePlace, values: Sequence[str]) -> None:
        """Remove partitions; those that do not exist are ignored. Raises LakeError."""

        def attempt(some: Sequence[str]) -> list[str]:
            return self._after(place, self._delete(place, some), finished=_ABSENT)

        for some in in_batches(sorted(values), MAX_DELETED):
            self._repeated(place, some, attempt)

    def drop_tables(self, database: str, names: Sequence[str]) -> None:
        """Tables that do not exist are ignored. Raises LakeError."""
        place = GluePlace(database, "*")

        def attempt(some: Sequence[str]) -> list[str]:
            return self._after(place, self._drop(database, some), finished=_ABSENT)

        for some in in_batches(sorted(names), MAX_TABLES):
            self._repeated(place, some, attempt)

    def table(self, place: GluePlace) -> Mapping[str, Any] | None:
        """As Glue has it; None where it has none."""
        with translated("glue", str(place)):
            try:
                found: Mapping[str, Any] = self._client.get_table(DatabaseName=place.database, Name=place.name)["Table"]
            except self._client.exceptions.EntityNotFoundException:
                return None
        return found

    def make_table(self, place: GluePlace, wanted: Any) -> None:
        """Create a table, and its database if there is none. One that is there is left: another process made it, or an
        earlier try of this call.
        """
        already_exists = self._client.exceptions.AlreadyExistsException
        self._guard()
        with translated("glue", str(place)), suppress(already_exists):
            try:
                self._client.create_table(DatabaseName=place.database, TableInput=wanted)
            except self._client.exceptions.EntityNotFoundException:
                with suppress(already_exists):
                    self._client.create_database(DatabaseInput={"Name": place.database})
                self._client.create_table(DatabaseName=place.database, TableInput=wanted)

    def change_table(self, place: GluePlace, wanted: Any) -> None:
        """Replace what Glue has of a table. It keeps no version of before, since an unpartitioned one flips often."""
        self._guard()
        with translated("glue", str(place)):
            self._client.update_table(DatabaseName=place.database, TableInput=wanted, SkipArchive=True)

    def partitions(self, place: GluePlace) -> Iterator[Any]:
        """Each partition of a table, as Glue has it."""
        with translated("glue", str(place)):
            pages = self._client.get_paginator("get_partitions").paginate(
                DatabaseName=place.database, TableName=place.name, PaginationConfig={"PageSize": MAX_LISTED}
            )
            for page in pages:
                yield from page["Partitions"]

    def _repeated(
        self,
        place: GluePlace,
        names: Sequence[str],
        attempt: Callable[[Sequence[str]], list[str]],
        remedy: str = _NEXT_RUN,
    ) -> None:
        """`attempt` gives those that remain to be done. Raises ServiceBusy."""
        waiting = list(names)
        for wait in (*_WAITS, None):
            waiting = attempt(waiting)
            if not waiting:
                return
            if wait is None:
                raise ServiceBusy(
                    f"Glue was too busy for {len(waiting)} partitions of {place}, {waiting[0]} first.",
                    hint=remedy,
                )
            self._sleep(wait)

    def _after(
        self, place: GluePlace, refused: Mapping[str, _Refused], finished: str, remedy: str = _NEXT_RUN
    ) -> list[str]:
        """Those that remain. `finished`: the code of a refusal that says there is nothing to do any more; without one,
        it is that of `_update` or `_create`, whose other call does the rest. Raises LakeError for any other refusal.
        """
        usual = {finished} if finished else {_ABSENT, _EXISTS}
        lasting = {name: why for name, why in refused.items() if why.code not in {*usual, *_TRANSIENT}}
        for name, why in lasting.items():
            more = f" and {len(lasting) - 1} more" if len(lasting) > 1 else ""
            raise LakeError(
                f"Glue refuses {name}{more} of {place}: {why.code}: {why.message.rstrip('.')}.",
                hint=f"Remove the cause that Glue names. {remedy}",
            )
        return [name for name, why in refused.items() if why.code != finished]

    def _update(self, place: GluePlace, inputs: Mapping[str, Any], values: Sequence[str]) -> dict[str, _Refused]:
        self._guard()
        with translated("glue", str(place)):
            answer = self._client.batch_update_partition(
                DatabaseName=place.database,
                TableName=place.name,
                Entries=[{"PartitionValueList": [value], "PartitionInput": inputs[value]} for value in values],
            )
        return _by_value(answer.get("Errors", []), "PartitionValueList")

    def _create(self, place: GluePlace, inputs: Mapping[str, Any], values: Sequence[str]) -> dict[str, _Refused]:
        self._guard()
        with translated("glue", str(place)):
            answer = self._client.batch_create_partition(
                DatabaseName=place.database, TableName=place.name, PartitionInputList=[inputs[one] for one in values]
            )
        return _by_value(answer.get("Errors", []), "PartitionValues")

    def _delete(self, place: GluePlace, values: Sequence[str]) -> dict[str, _Refused]:
        self._guard()
        with translated("glue", str(place)):
            answer = self._client.batch_delete_partition(
                DatabaseName=place.database,
                TableName=place.name,
                PartitionsToDelete=[{"Values": [value]} for value in values],
            )
        return _by_value(answer.get("Errors", []), "PartitionValues")

    def _drop(self, database: str, names: Sequence[str]) -> dict[str, _Refused]:
        self._guard()
        with translated("glue", database), suppress(self._client.exceptions.EntityNotFoundException):
            answer = self._client.batch_delete_table(DatabaseName=database, TablesToDelete=list(names))
            return {str(error.get("TableName")): _refused(error) for error in answer.get("Errors", [])}
        return {}


def _by_value(errors: Sequence[Any], key: str) -> dict[str, _Refused]:
    return {error.get(key, ["?"])[0]: _refused(error) for error in errors}


def _refused(error: Mapping[str, Any]) -> _Refused:
    detail = error.get("ErrorDetail", {})
    return _Refused(str(detail.get("ErrorCode", "")), str(detail.get("ErrorMessage", "")))
