"""The versions on record of a table, as rows for people: origin, state, rollback target or not, end of retention."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from millrace.glue_workflow.ops_tables.versions import state_of
from millrace.glue_workflow.ports import Catalog, Pin, RunStore, VersionRecord
from millrace.glue_workflow.refinement import Refinement, Retention
from millrace.glue_workflow.versions.manifests import read_manifest
from millrace.glue_workflow.versions.retention import kept_until, rollback_target
from millrace.glue_workflow.versions.version_names import run_of
from millrace.lake.storage import Storage
from millrace.time_keys import stored

VERSION_COLUMNS = (
    *("partition", "version", "run", "state", "created_at", "published_at", "replaced_at", "rows", "bytes"),
    *("code_version", "rollback", "kept_until"),
)


@dataclass(frozen=True)
class VersionList:
    catalog: Catalog
    storage: Storage
    runs: RunStore

    def rows(self, workflow: Refinement, table: str, partition: str | None = None) -> list[dict[str, Any]]:
        """By partition, newest first. `state`: current, pinned (current by a rollback), replaced or candidate.

        `rollback`: `default` for the default target of a rollback, `possible` for another target, else empty.
        """
        retention = workflow.retention[table.split(".")[0]]
        pins = {pin.partition: pin for pin in self.catalog.pins(table)}
        history = self.catalog.history(table, partition)
        return [
            row
            for name, records in groupby(history, key=lambda record: record.version.partition)
            for row in self._partition(list(records), pins.get(name), retention, table in workflow.partitioned)
        ]

    def _partition(
        self, records: Sequence[VersionRecord], pin: Pin | None, retention: Retention, can_roll_back: bool
    ) -> Iterator[dict[str, Any]]:
        target = rollback_target(records) if can_roll_back else None
        for record in records:
            version = record.version
            manifest = read_manifest(self.storage, version)
            possible = "possible" if can_roll_back and record.published_at and not record.is_current else ""
            row = (
                version.partition or "(whole)",
                version.version,
                run_of(version.version),
                state_of(record, pinned=pin is not None),
                stored(record.created_at),
                _time(record.published_at),
                _time(record.replaced_at),
                version.rows,
                version.size,
                manifest.code_version if manifest else "",
                "default" if target is record else possible,
                _time(kept_until(record, records, retention)),
            )
            yield dict(zip(VERSION_COLUMNS, row, strict=True))


def _time(instant: datetime | None) -> str:
    return stored(instant) if instant else ""
