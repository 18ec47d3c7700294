"""The migration of tables in Glue: what they lack of their declarations is planned, shown, and carried out.

A table that is missing is made, new columns come last, in the descriptors of all partitions too, and descriptions
follow. Nothing that is there is pointed elsewhere. Each step looks at what is there first, so a migration that was cut
off goes on where it was. It is carried out under the lease of the workflow that writes the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from millrace.athena_sql.ports import Column
from millrace.athena_sql.tables import Table
from millrace.glue_workflow.stores.aws.glue_batches import GlueBatches, GluePlace
from millrace.glue_workflow.stores.aws.glue_columns import TablePlan, column_change
from millrace.glue_workflow.stores.aws.glue_inputs import (
    columns_of,
    is_described,
    is_partitioned,
    table_input,
    types_of,
    with_columns,
)
from millrace.lake.keys import table_prefix, version_prefix
from millrace.lake.storage import Storage

TellPartitions = Callable[[int, int], None]  # how many of a table's partitions are changed, of how many

_REMEDY = "The same command goes on where it was."
_NO_VERSION = "none"  # of a table that is stored whole and was never published: nothing is ever written there


class TableMigration:
    """`stage`, `describe`: as in `GlueTables`. `settle` completes flips that a crash cut off."""

    def __init__(
        self,
        batches: GlueBatches,
        storage: Storage,
        stage: str,
        *,
        describe: Callable[[str], Table],
        settle: Callable[[], None] = lambda: None,
    ) -> None:
        self._batches, self._storage, self._stage = batches, storage, stage
        self._describe, self._settle = describe, settle

    def plan(self, table: str) -> TablePlan:
        """Reads Glue, and changes nothing. Where there is no database yet, there is no table."""
        return self._looked_at(table).plan

    def carry_out(self, table: str, tell: TellPartitions = lambda done, of: None) -> TablePlan:
        """Does what is due; returns the plan that was followed. Raises LeaseLost, LakeError."""
        self._settle()
        seen, declared, place = self._looked_at(table), self._describe(table), GluePlace.of(self._stage, table)
        if seen.found is None:
            self._make(place, declared)
        elif seen.plan.is_due:
            self._change(place, declared, seen, tell)
        return seen.plan

    def _looked_at(self, table: str) -> _SeenTable:
        declared, place = self._describe(table), GluePlace.of(self._stage, table)
        found = self._batches.table(place)
        plan = TablePlan(table, declared.partitioned, declared.data_columns)
        if found is None:
            return _SeenTable(replace(plan, made=True))
        if is_partitioned(found) != declared.partitioned:
            return _SeenTable(replace(plan, stored_otherwise=True), found)
        partitions = list(self._batches.partitions(place)) if declared.partitioned else []
        is_empty = not partitions if declared.partitioned else _location(found) == self._nowhere(declared)
        change = column_change(columns_of(found), declared.data_columns)
        columns = declared.data_columns if is_empty else change.columns
        stale, behind = _parted(partitions, columns)
        plan = replace(
            plan,
            columns=columns,
            change=change,
            described=not is_described(found, columns, declared.description),
            is_empty=is_empty,
            partitions=len(partitions),
            behind=len(behind),
            stale=stale,
        )
        return _SeenTable(plan, found, behind)

    def _make(self, place: GluePlace, declared: Table) -> None:
        at = self._storage.location(table_prefix(declared.name)) if declared.partitioned else self._nowhere(declared)
        self._batches.make_table(place, table_input(place.name, declared, declared.data_columns, at))

    def _change(self, place: GluePlace, declared: Table, seen: _SeenTable, tell: TellPartitions) -> None:
        assert seen.found is not None, "a table that is missing is made"
        columns = seen.plan.columns
        if seen.plan.described or types_of(columns_of(seen.found)) != types_of(columns):
            self._batches.change_table(place, with_columns(seen.found, columns, declared.description))
        inputs = {value: with_columns(one, columns) for value, one in seen.behind.items()}
        self._batches.change(place, inputs, lambda done: tell(done, len(inputs)), _REMEDY)

    def _nowhere(self, declared: Table) -> str:
        return self._storage.location(version_prefix(declared.name, _NO_VERSION))


@dataclass(frozen=True)
class _SeenTable:
    """A table as Glue has it now, None where it has none. `behind`: the partitions that are to be changed, by value."""

    plan: TablePlan
    found: Mapping[str, Any] | None = None
    behind: Mapping[str, Any] = field(default_factory=dict)


def _parted(partitions: Sequence[Any], columns: Sequence[Column]) -> tuple[int, dict[str, Any]]:
    """How many partitions have a column of another type, and those that have other columns, by value."""
    stale, behind, wanted = 0, {}, types_of(columns)
    for one in partitions:
        has = types_of(columns_of(one))
        if any(type_ != wanted.get(name, type_) for name, type_ in has.items()):
            stale += 1
        elif list(has.items()) != list(wanted.items()):
            behind[one["Values"][0]] = one
    return stale, behind


def _location(found: Mapping[str, Any]) -> str:
    return str(found["StorageDescriptor"].get("Location", ""))
