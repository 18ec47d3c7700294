"""Reports on tables for people: columns with their ranges, partitions with their sizes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from millrace.athena_sql.ports import Column, Engine, ParquetData, RawData, RowData, Statement
from millrace.glue_workflow.lake_tables import LakeTables
from millrace.glue_workflow.ports import Catalog
from millrace.lake.keys import CRAWLED
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.lake.raw_objects import raw_objects
from millrace.lake.storage import ObjectInfo, Storage
from millrace.sql_quoting import identifier

_NOT_MEASURED = {"payload", "log", "error", "message"}  # long texts, whose minimum and maximum mean nothing


@dataclass(frozen=True)
class TableReport:
    tables: LakeTables
    engine: Engine
    catalog: Catalog
    storage: Storage

    def summary(self) -> list[dict[str, Any]]:
        """A row per table: partitions, rows (of published tables), bytes, objects. Costs a listing, not a scan."""
        return [{"table": name, **self._totals(name)} for name in self.tables.names()]

    def columns(self, name: str) -> list[dict[str, Any]]:
        """A row per column: type, minimum, maximum, nulls. One scan."""
        columns = self.engine.query(Statement(name, f"SELECT * FROM {name} LIMIT 0")).columns
        described = {column.name: column.description for column in self.tables.columns(name)}
        measured = [column for column in columns if column.name not in _NOT_MEASURED]
        selected = ", ".join(_measures(column) for column in measured)
        values = self.engine.query(Statement(name, f"SELECT count(*) AS n, {selected} FROM {name}")).dicts()[0]
        return [_column_row(column, values, described.get(column.name, "")) for column in columns]

    def partitions(self, name: str) -> list[dict[str, Any]]:
        """A row per partition: rows, bytes, objects. A query counts the rows of raw tables; others are on record."""
        if name.startswith("raw."):
            return self._raw_partitions(name)
        return [
            {
                "partition": one.partition or "(whole)",
                "rows": one.rows,
                "bytes": one.size,
                "objects": len(one.files),
                "version": one.version,
            }
            for one in self.catalog.current(name)
        ]

    def _totals(self, name: str) -> dict[str, Any]:
        if name.startswith("raw."):
            found = list(raw_objects(self.storage, name.removeprefix("raw.")))
            days = set(_raw_days(found))
            return _summary_row(len(days), None, sum(one.size for one in found), len(found), max(days, default=None))
        if name.startswith(f"{CRAWLED}."):
            files = self.tables.crawled.objects(name)
            return _summary_row(None, None, sum(one.size for one in files), len(files), None)
        data = self.tables.table(name)
        if not isinstance(data, ParquetData):
            return _summary_row(None, len(data.rows) if isinstance(data, RowData) else None, None, None, None)
        versions = self.catalog.current(name)
        newest = max((one.partition for one in versions), default=None)
        rows = sum(one.rows for one in versions)
        objects = sum(len(one.files) for one in versions)
        return _summary_row(len(versions), rows, sum(one.size for one in versions), objects, newest)

    def _raw_partitions(self, name: str) -> list[dict[str, Any]]:
        sizes: defaultdict[str, int] = defaultdict(int)
        objects: Counter[str] = Counter()
        data = self.tables.table(name)
        assert isinstance(data, RawData)
        listed = list(raw_objects(self.storage, name.removeprefix("raw.")))
        for dt, found in zip(_raw_days(listed), listed, strict=True):
            sizes[dt] += found.size
            objects[dt] += 1
        counted = self.engine.query(Statement(name, f"SELECT dt, count(*) AS n FROM {name} GROUP BY dt")).rows
        rows = {str(dt): n for dt, n in counted}
        return [
            {"partition": dt, "rows": rows.get(dt), "bytes": sizes[dt], "objects": objects[dt], "version": ""}
            for dt in sorted(sizes)
        ]


def _raw_days(objects: Sequence[ObjectInfo]) -> list[str]:
    """The day of each raw object; "" for one that lies in no partition."""
    return [place.dt if place else "" for place in (RAW_LAYOUT.place(one.key) for one in objects)]


def _summary_row(
    partitions: int | None, rows: int | None, size: int | None, objects: int | None, newest: str | None
) -> dict[str, Any]:
    """None for what a listing does not show: the rows of raw objects, the storage of run state."""
    return {"partitions": partitions, "rows": rows, "bytes": size, "objects": objects, "newest": newest}


def _measures(column: Column) -> str:
    name = identifier(column.name)
    return ", ".join(f"{verb}({name}) AS {identifier(f'{verb} {column.name}')}" for verb in ("min", "max", "count"))


def _column_row(column: Column, values: dict[str, Any], description: str) -> dict[str, Any]:
    name = column.name
    filled = values.get(f"count {name}")
    return {
        "column": name,
        "type": column.type,
        "min": values.get(f"min {name}"),
        "max": values.get(f"max {name}"),
        "nulls": None if filled is None else values["n"] - filled,
        "description": description,
    }
