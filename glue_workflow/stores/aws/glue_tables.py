"""Tables in the Glue Data Catalog, pointed at versions: what Athena and Spark read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from millrace.athena_sql.ports import Column
from millrace.athena_sql.tables import Table
from millrace.aws.glue_layout import candidate_database_and_name
from millrace.errors import LakeError
from millrace.glue_workflow.ports import PartitionVersion
from millrace.glue_workflow.stores.aws.glue_batches import GlueBatches, GluePlace
from millrace.glue_workflow.stores.aws.glue_columns import column_change, retyped_in_words
from millrace.glue_workflow.stores.aws.glue_inputs import (
    columns_of,
    differs,
    is_partitioned,
    partition_input,
    table_input,
)
from millrace.glue_workflow.versions.manifests import written_types
from millrace.glue_workflow.versions.retention import partition_prefix
from millrace.lake.keys import table_prefix, version_prefix
from millrace.lake.storage import Storage


class GlueTables:
    """`stage` names the databases. `describe` gives a declared table.

    `has_others`: whether readers see other partitions of a table than these.
    """

    def __init__(
        self,
        batches: GlueBatches,
        storage: Storage,
        stage: str,
        *,
        describe: Callable[[str], Table],
        has_others: Callable[[str, Collection[str]], bool],
    ) -> None:
        self._batches, self._storage, self._stage = batches, storage, stage
        self._describe, self._has_others = describe, has_others

    def require_fit(self, versions: Sequence[PartitionVersion]) -> None:
        """Raises LakeError where readers could not read these versions beside the partitions that stay as they are."""
        for name, some in groupby(sorted(versions, key=_table), key=_table):
            ours, declared, place = list(some), self._describe(name), GluePlace.of(self._stage, name)
            found = self._batches.table(place) if declared.partitioned else None
            if found is None or not is_partitioned(found):
                continue
            change = column_change(columns_of(found), self._as_written(declared, ours))
            if change.retyped and self._stay(ours):
                raise LakeError(
                    f"{name}: {retyped_in_words(change)}, and partitions that stay have the type of before.",
                    hint="Reprocess all partitions of its source together: millrace reprocess SOURCE --full.",
                )

    def point(self, table: str, versions: Sequence[PartitionVersion]) -> None:
        """Let readers of a table see these versions, partition by partition. Idempotent."""
        declared, place = self._describe(table), GluePlace.of(self._stage, table)
        found = self._batches.table(place)
        if declared.partitioned:
            columns = self._fitting(found, self._as_written(declared, versions), versions)
            self._ensure(place, found, table_input(place.name, declared, columns, self._at(table_prefix(table))))
            self._show(place, columns, versions)
        else:
            at = self._at(partition_prefix(versions[-1]))
            self._ensure(place, found, table_input(place.name, declared, declared.data_columns, at))

    def make_candidate(self, table: str, version: str, versions: Sequence[PartitionVersion]) -> None:
        """A table of its own for one version, so that queries can check it before readers see it."""
        declared = self._describe(table)
        place = GluePlace(*candidate_database_and_name(self._stage, table, version))
        prefix = version_prefix(table, version) if declared.partitioned else partition_prefix(versions[-1])
        wanted = table_input(place.name, declared, declared.data_columns, self._at(prefix))
        self._ensure(place, self._batches.table(place), wanted)
        if declared.partitioned:
            self._show(place, declared.data_columns, versions)

    def drop_candidates(self, versions: Sequence[PartitionVersion]) -> None:
        """Drop the candidate tables of these versions; tables that do not exist are ignored."""
        places = {
            GluePlace(*candidate_database_and_name(self._stage, one.table, one.version))
            for one in versions
            if one.files
        }
        for database, some in groupby(sorted(places), key=lambda place: place.database):
            self._batches.drop_tables(database, [place.name for place in some])

    def _as_written(self, table: Table, versions: Sequence[PartitionVersion]) -> tuple[Column, ...]:
        """The declared columns, of the types that the files have: other code may have written a version that is rolled
        back to, or whose flip a crash cut off.
        """
        types = written_types(self._storage, versions)
        return tuple(replace(one, type=types.get(one.name, one.type)) for one in table.data_columns)

    def _fitting(
        self,
        found: Mapping[str, Any] | None,
        written: Sequence[Column],
        versions: Sequence[PartitionVersion],
    ) -> Sequence[Column]:
        """The columns that table and partitions have after a flip: as written, or such that the others fit as well."""
        if found is None or not is_partitioned(found):
            return written
        change = column_change(columns_of(found), written)
        return written if change.needs_reprocess and not self._stay(versions) else change.columns

    def _stay(self, versions: Sequence[PartitionVersion]) -> bool:
        """Whether other partitions of the table stay as they are. `versions`: at least one, and all of one table."""
        return self._has_others(versions[0].table, {one.partition for one in versions})

    def _show(self, place: GluePlace, columns: Sequence[Column], versions: Sequence[PartitionVersion]) -> None:
        inputs = {
            one.partition: partition_input(one.partition, one.version, columns, self._at(partition_prefix(one)))
            for one in versions
            if one.files
        }
        self._batches.show(place, inputs)
        # A partition without rows is not kept in Glue: each query would look for its files in vain.
        self._batches.hide(place, [one.partition for one in versions if not one.files])

    def _at(self, prefix: str) -> str:
        return self._storage.location(prefix)

    def _ensure(self, place: GluePlace, found: Mapping[str, Any] | None, wanted: Any) -> None:
        """Make the table be as wanted; `found`: what is there now."""
        if found is None:
            self._batches.make_table(place, wanted)
        elif differs(found, wanted):
            wanted["Parameters"] = {**found.get("Parameters", {}), **wanted["Parameters"]}
            self._batches.change_table(place, wanted)


def _table(version: PartitionVersion) -> str:
    return version.table
