"""Comparison of two versions of a table's partition: row counts, sums of numbers, and rows that only one of them has.

The audit columns (the object, the run and the time that made a row) are left out: they differ in every version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from millrace.athena_sql.ports import Engine, Statement, TableData, Value
from millrace.athena_sql.tables import AUDIT_COLUMNS, DeclaredTables
from millrace.glue_workflow.lake_tables import parquet_table
from millrace.glue_workflow.ports import Catalog, PartitionVersion
from millrace.glue_workflow.versions.manifests import written_types
from millrace.lake.storage import Storage
from millrace.sql_quoting import identifier

_NUMERIC = ("int", "bigint", "decimal", "double")


Sums = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class MeasuredVersion:
    """`sums` by numeric column; None when all its values are null."""

    rows: int
    sums: Sums


@dataclass(frozen=True, slots=True)
class Difference:
    """One partition of one table. `only_old`, `only_new`: rows that the other version lacks, counted with duplicates.

    Rows are compared on the columns that both versions have, of one type; without any such column, no row is like
    another. `columns` names the others.
    """

    table: str
    partition: str
    old: MeasuredVersion
    new: MeasuredVersion
    only_old: int
    only_new: int
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    engine: Engine
    catalog: Catalog
    storage: Storage
    tables: DeclaredTables
    _columns_found: dict[tuple[str, tuple[PartitionVersion, ...]], dict[str, str]] = field(default_factory=dict)

    def with_current(self, candidates: Sequence[PartitionVersion]) -> list[Difference]:
        """Each candidate against the version of its partition that readers see; three scans of both."""
        return [
            self._difference([one for one in self.catalog.current(new.table) if one.partition == new.partition], new)
            for new in candidates
        ]

    def _difference(self, old: Sequence[PartitionVersion], new: PartitionVersion) -> Difference:
        before, after = self._columns(new.table, old), self._columns(new.table, [new])
        measured = (self.measured(new.table, old), self.measured(new.table, [new]))
        only_old, only_new = (one.rows for one in measured)
        if shared := [name for name in after if name in before]:
            only_old, only_new = self._unmatched_rows(new.table, old, [new], shared)
        not_shared = tuple(sorted(set(before) ^ set(after)))
        return Difference(new.table, new.partition, *measured, only_old, only_new, not_shared)

    def measured(self, table: str, versions: Sequence[PartitionVersion]) -> MeasuredVersion:
        """One scan; none when the versions have no files."""
        if not any(one.files for one in versions):
            return MeasuredVersion(0, {})
        numeric = [name for name, type_ in self._columns(table, versions).items() if type_.startswith(_NUMERIC)]
        sums = "".join(f", sum(CAST({identifier(name)} AS DECIMAL(38, 6))) AS {identifier(name)}" for name in numeric)
        statement = Statement(f"measures of {table}", f"SELECT count(*) AS n{sums} FROM compared.side")
        rows, *values = self.engine.query(statement, {}, {"compared.side": self._data(table, versions)}).rows[0]
        return MeasuredVersion(
            _whole(rows), {name: _number(value) for name, value in zip(numeric, values, strict=True)}
        )

    def _unmatched_rows(
        self, table: str, old: Sequence[PartitionVersion], new: Sequence[PartitionVersion], shared: Sequence[str]
    ) -> tuple[int, int]:
        columns = ", ".join(map(identifier, shared))
        sql = f"""
            SELECT
                coalesce(sum(CASE WHEN balance > 0 THEN balance END), 0) AS only_old,
                coalesce(-sum(CASE WHEN balance < 0 THEN balance END), 0) AS only_new
            FROM (
                SELECT {columns}, sum(side) AS balance
                FROM (
                    SELECT {columns}, 1 AS side FROM compared.old
                    UNION ALL
                    SELECT {columns}, -1 AS side FROM compared.new
                ) AS both_sides
                GROUP BY {columns}
            ) AS counted
        """
        tables: dict[str, TableData] = {"compared.old": self._data(table, old), "compared.new": self._data(table, new)}
        only_old, only_new = self.engine.query(Statement(f"comparison of {table}", sql), {}, tables).rows[0]
        return _whole(only_old), _whole(only_new)

    def _columns(self, table: str, versions: Sequence[PartitionVersion]) -> dict[str, str]:
        """The declared columns with any value in these versions, with types; without rows, all declared columns.

        Older code may have declared fewer columns: those that a file lacks are read as NULL. It may have declared one
        with another type, which no engine is asked to read.
        """
        key = (table, tuple(versions))
        if key not in self._columns_found:
            declared = self.tables.table(table).data_columns
            written = written_types(self.storage, versions)
            columns = [
                column
                for column in declared
                if column.name not in AUDIT_COLUMNS and written.get(column.name, column.type) == column.type
            ]
            counts = ", ".join(f"count({identifier(one.name)}) AS {identifier(one.name)}" for one in columns)
            statement = Statement(f"columns of {table}", f"SELECT count(*) AS n, {counts} FROM compared.side")
            data = parquet_table(self.storage, self.tables.table(table), versions)
            side = replace(data, columns=tuple(columns))
            rows, *filled = self.engine.query(statement, {}, {"compared.side": side}).rows[0]
            pairs = zip(columns, filled, strict=True)
            self._columns_found[key] = {column.name: column.type for column, count in pairs if count or not rows}
        return self._columns_found[key]

    def _data(self, table: str, versions: Sequence[PartitionVersion]) -> TableData:
        present = self._columns(table, versions)
        data = parquet_table(self.storage, self.tables.table(table), versions)
        return replace(data, columns=tuple(column for column in data.columns if column.name in present))


def _whole(value: Value) -> int:
    return int(value)  # type: ignore[arg-type]


def _number(value: Value) -> Decimal | None:
    return value if isinstance(value, Decimal) else None
