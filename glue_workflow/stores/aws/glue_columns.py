"""How the columns of a table in Glue become those of its declaration while readers go on.

Every partition has a list of columns of its own, and readers of Glue match it with the table's by place and type, and
with the columns of the files by name. So a column that is there stays in its place, a new one comes last, and only a
flip of all partitions together can take one away or give one another type. Source: Athena user guide, "Handle schema
updates", of tables with partitions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from millrace.athena_sql.ports import Column


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """`columns`: those that fit the partitions which are there, and hold all that the declaration asks for, but for
    the types of `retyped` (before, and as declared).
    """

    columns: tuple[Column, ...]
    added: tuple[Column, ...] = ()
    dropped: tuple[Column, ...] = ()
    retyped: tuple[tuple[Column, Column], ...] = ()

    @property
    def needs_reprocess(self) -> bool:
        return bool(self.dropped or self.retyped)


def column_change(there: Sequence[Column], declared: Sequence[Column]) -> ColumnChange:
    """From the columns of a table in Glue to the declared ones, partition keys left out of both."""
    wanted, known = {one.name: one for one in declared}, {one.name for one in there}
    added = tuple(one for one in declared if one.name not in known)
    kept = [replace(wanted[one.name], type=one.type) if one.name in wanted else one for one in there]
    return ColumnChange(
        (*kept, *added),
        added,
        tuple(one for one in there if one.name not in wanted),
        tuple((one, wanted[one.name]) for one in there if one.name in wanted and one.type != wanted[one.name].type),
    )


def retyped_in_words(change: ColumnChange) -> str:
    return ", ".join(f"{before.name} from {before.type} to {after.type}" for before, after in change.retyped)


@dataclass(frozen=True, slots=True)
class TablePlan:
    """What a table in Glue lacks of its declaration. `columns`: those that it is to have.

    `made`: it is not there. `described`: its description, or that of a column, is another. `is_empty`: no partition, or
    no version where it is stored whole, has to fit. `behind`: the partitions, of all `partitions`, whose columns are
    not yet the table's. `stale`: those that have a column of another type. `stored_otherwise`: it has partitions and is
    declared without, or the other way round.
    """

    table: str
    partitioned: bool
    columns: tuple[Column, ...]
    change: ColumnChange = ColumnChange(())
    made: bool = False
    described: bool = False
    is_empty: bool = False
    partitions: int = 0
    behind: int = 0
    stale: int = 0
    stored_otherwise: bool = False

    @property
    def is_due(self) -> bool:
        """Whether the migration has something to do."""
        renewed = self.is_empty and self.change.needs_reprocess
        return bool(self.made or self.described or self.change.added or self.behind or renewed)

    @property
    def waits_for_run(self) -> bool:
        """Whether the next run makes it as declared: what is stored whole is made again when its columns change."""
        return not self.partitioned and not self.is_empty and self.change.needs_reprocess

    @property
    def needs_reprocess(self) -> bool:
        """Whether only a reprocess of all partitions together makes it as declared."""
        refits = self.partitioned and not self.is_empty and self.change.needs_reprocess
        return refits or self.stale > 0 or self.stored_otherwise

    @property
    def is_as_declared(self) -> bool:
        return not (self.is_due or self.waits_for_run or self.needs_reprocess)
