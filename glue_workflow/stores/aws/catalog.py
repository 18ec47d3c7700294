"""The catalog port on Glue and DynamoDB: readers see what Glue's partitions point to, version records hold the rest.

Glue flips one partition at a time. So a flip is first written down whole, as a *redo record* (a write-ahead log entry):
from then on it will happen. Then the partitions are pointed one by one, the version records are moved, and the redo
record is deleted. Each step is idempotent. A flip that a crash cut off is completed by the next process under the same
lease, before it does anything else; until then readers see each partition old or new, and never anything between.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from millrace.athena_sql.tables import Table
from millrace.clock import Clock
from millrace.commit_points import CommitPoint, CommitPointListener, no_listener
from millrace.glue_workflow.ports import PartitionVersion, Pin, VersionRecord
from millrace.glue_workflow.stores.aws.glue_batches import GlueBatches
from millrace.glue_workflow.stores.aws.glue_tables import GlueTables
from millrace.glue_workflow.stores.aws.version_records import VersionRecords
from millrace.glue_workflow.stores.refusals import (
    current_as_candidate,
    flip_to_unregistered,
    removal_of_current,
    rollback_to_unseen,
)
from millrace.lake.storage import Storage
from millrace.state.dynamo import StateTable
from millrace.state.dynamo_items import Delete, Put
from millrace.state.dynamo_keys import LEASE, REDO, Key

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient


class RedoRecord(msgspec.Struct, frozen=True):
    """A whole flip, stored before it begins.

    `leases`: those of the process that began it; a process that completes the flip must hold the same ones.
    """

    at: datetime
    leases: tuple[str, ...]
    versions: tuple[PartitionVersion, ...]
    pins: tuple[Pin, ...]


_decode = msgspec.json.Decoder(RedoRecord).decode


class GlueCatalog:
    """`stage` names the databases. `describe` gives a table's columns. One instance a process, used by one thread."""

    def __init__(
        self,
        client: GlueClient,
        table: StateTable,
        storage: Storage,
        stage: str,
        clock: Clock,
        *,
        describe: Callable[[str], Table],
        reached: CommitPointListener = no_listener,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._state, self._clock, self._reached = table, clock, reached
        self._records = VersionRecords(table)
        self._glue = GlueTables(
            GlueBatches(client, table.check_fences, sleep),
            storage,
            stage,
            describe=describe,
            has_others=self._records.has_others,
        )
        self._completed_under: dict[Key, bytes] = {}

    def current(self, table: str) -> list[PartitionVersion]:
        self._complete_redos()
        return [one.version for one in self._records.current(table)]

    def unpublished(self, table: str) -> list[PartitionVersion]:
        """As the port says. Raises for a lost lease: the caller will delete files, and no condition guards that."""
        self._complete_redos()
        self._state.check_fences()
        return [one.version for one in self._records.candidates(table)]

    def replaced(self, table: str, before: datetime) -> list[PartitionVersion]:
        """As the port says; raises for a lost lease as `unpublished` does."""
        self._complete_redos()
        self._state.check_fences()
        found = self._records.replaced(table)
        return [one.version for one in found if one.replaced_at and one.replaced_at < before]

    def tables(self) -> list[str]:
        self._complete_redos()
        return self._records.tables()

    def history(self, table: str, partition: str | None = None) -> list[VersionRecord]:
        self._complete_redos()
        return self._records.history(table, partition)

    def pins(self, table: str) -> list[Pin]:
        self._complete_redos()
        return self._records.pins(table)

    def register(self, versions: Sequence[PartitionVersion]) -> None:
        """As the port says; a version with files gets a candidate table of its own."""
        self._complete_redos(writing=True)
        for known in self._records.find(versions):
            if known and known.is_current:
                raise current_as_candidate(known.version)
        self._records.register(versions, self._clock.now())
        for (table, version), some in _grouped(versions):
            if any(one.files for one in some):
                self._glue.make_candidate(table, version, some)

    def flip(self, versions: Sequence[PartitionVersion]) -> None:
        """As the port says. Raises LakeError for versions that readers could not read beside the other partitions."""
        self._complete_redos(writing=True)
        redo = self._new_redo(self._changed(versions))
        self._glue.require_fit(redo.versions)
        self._reached(CommitPoint.FLIP_BEFORE_COMMIT)
        self._execute(redo, CommitPoint.FLIP_COMMITTED)

    def roll_back(self, versions: Sequence[PartitionVersion], inputs: Sequence[str]) -> None:
        """As the port says, and as `flip` does."""
        self._complete_redos(writing=True)
        for version, known in zip(versions, self._records.find(versions), strict=True):
            if known is None or known.published_at is None:
                raise rollback_to_unseen(version)
        now = self._clock.now()
        pins = [Pin(one.table, one.partition, one.version, tuple(inputs), now) for one in versions]
        redo = self._new_redo(self._changed(versions), pins)
        self._glue.require_fit(redo.versions)
        self._reached(CommitPoint.ROLLBACK_BEFORE_COMMIT)
        self._execute(redo, CommitPoint.ROLLBACK_COMMITTED)

    def release(self, pins: Sequence[Pin]) -> None:
        self._complete_redos(writing=True)
        self._records.release(pins)

    def forget(self, versions: Sequence[PartitionVersion]) -> None:
        self._complete_redos(writing=True)
        known = [one for one in self._records.find(versions) if one]
        for one in known:
            if one.is_current:
                raise removal_of_current(one.version)
        self._glue.drop_candidates([one.version for one in known if one.published_at is None])
        self._records.forget([one.version for one in known])

    def complete_flips(self) -> None:
        """Complete what a crash cut off, so that what Glue has is what is on record."""
        self._complete_redos(writing=True)

    def _changed(self, versions: Sequence[PartitionVersion]) -> list[PartitionVersion]:
        """The versions that readers do not see yet, with their files on record. Raises LakeError."""
        changed: list[PartitionVersion] = []
        for version, known in zip(versions, self._records.find(versions), strict=True):
            if known is None:
                raise flip_to_unregistered(version)
            if not known.is_current:
                changed.append(known.version)
        return changed

    def _new_redo(self, versions: Sequence[PartitionVersion], pins: Sequence[Pin] = ()) -> RedoRecord:
        return RedoRecord(self._clock.now(), self._held_leases(), tuple(versions), tuple(pins))

    def _held_leases(self) -> tuple[str, ...]:
        return tuple(sorted(key.sk for key in self._state.fences if key.pk == LEASE))  # any step of a run completes

    def _execute(self, redo: RedoRecord, committed: CommitPoint) -> None:
        if redo.versions or redo.pins:
            key = Key(REDO, uuid.uuid4().hex)
            self._completed_under = {}
            self._state.write([Put(key, msgspec.json.encode(redo))])
            self._reached(committed)
            self._complete(key, redo)
        else:
            self._reached(committed)

    def _complete_redos(self, *, writing: bool = False) -> None:
        """Complete interrupted flips, once per lease and claim of this process, since no other writes under them.

        A reader without a lease completes none.
        """
        fences = dict(self._state.fences)
        if not (fences or writing) or (fences and fences == self._completed_under):
            return
        for key, data in self._state.items(REDO):
            redo = _decode(data)
            if set(redo.leases) <= set(self._held_leases()):
                self._complete(key, redo)
        self._completed_under = fences

    def _complete(self, key: Key, redo: RedoRecord) -> None:
        for table, some in _by_table(redo.versions):
            self._glue.point(table, some)
        self._records.point(redo.versions, redo.at)
        self._records.pin(redo.pins)
        self._glue.drop_candidates(redo.versions)
        self._state.write([Delete(key)])


def _by_table(versions: Sequence[PartitionVersion]) -> list[tuple[str, list[PartitionVersion]]]:
    ordered = sorted(versions, key=lambda one: one.table)
    return [(table, list(some)) for table, some in groupby(ordered, key=lambda one: one.table)]


def _grouped(versions: Sequence[PartitionVersion]) -> list[tuple[tuple[str, str], list[PartitionVersion]]]:
    ordered = sorted(versions, key=lambda one: (one.table, one.version))
    return [(key, list(some)) for key, some in groupby(ordered, key=lambda one: (one.table, one.version))]
