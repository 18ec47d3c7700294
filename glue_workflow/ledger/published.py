"""The published rows that the ledger counts: those in staging, and those that the gate set aside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from millrace.athena_sql.ports import Engine, Statement, TableData
from millrace.athena_sql.tables import DeclaredTables, set_aside_name
from millrace.glue_workflow.lake_tables import parquet_table
from millrace.glue_workflow.ledger.snapshots import AuditedSource
from millrace.glue_workflow.ports import Catalog, PartitionVersion
from millrace.glue_workflow.versions.manifests import read_manifest
from millrace.lake.storage import Storage

_STAGED = "SELECT snapshot_id, count(*) AS taken FROM {table} WHERE dt = :dt GROUP BY snapshot_id"


@dataclass(frozen=True)
class PublishedRows:
    """The rows of one lake, as the catalog's pointers name them. Those of a table are read once."""

    engine: Engine
    storage: Storage
    catalog: Catalog
    tables: DeclaredTables
    _current: dict[str, dict[str, PartitionVersion]] = field(default_factory=dict)

    def staged(self, source: AuditedSource, dt: str) -> tuple[set[str], dict[str, int]]:
        """The raw objects that the published staging version was made from, and its rows by snapshot_id."""
        if source.staging is None:
            return set(), {}
        version = self._version(source.staging, dt)
        if version is None:
            return set(), {}
        return self._inputs(version, dt), self._rows_by_snapshot(version)

    def set_aside(self, source: AuditedSource, dt: str) -> dict[str, int]:
        """Rows by snapshot_id that the gate kept out of the published staging version; no query without a file."""
        if source.staging is None:
            return {}
        version = self._version(set_aside_name(source.staging), dt)
        return self._rows_by_snapshot(version) if version and version.rows else {}

    def _version(self, table: str, dt: str) -> PartitionVersion | None:
        if table not in self._current:
            self._current[table] = {one.partition: one for one in self.catalog.current(table)}
        return self._current[table].get(dt)

    def _rows_by_snapshot(self, version: PartitionVersion) -> dict[str, int]:
        name = version.table
        statement = Statement(f"audit of {name}", _STAGED.format(table=name))
        tables: dict[str, TableData] = {name: parquet_table(self.storage, self.tables.table(name), [version])}
        rows = self.engine.query(statement, {"dt": date.fromisoformat(version.partition)}, tables).rows
        return {str(one): int(taken) for one, taken in rows}  # type: ignore[arg-type]

    def _inputs(self, version: PartitionVersion, dt: str) -> set[str]:
        manifest = read_manifest(self.storage, version)
        return set(manifest.inputs.get(dt, ())) if manifest else set()
