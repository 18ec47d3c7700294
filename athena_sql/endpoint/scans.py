"""What a query will read: the scans of its plan, with their columns and the partitions that are left.

The plan is DuckDB's own, so what is pruned there is not counted here, and not fetched.
"""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from athena_sql.ports import ParquetData, RawData, TableData
from athena_sql.readers import columns_of, literal
from millrace.lake.keys import partition_of

_COUNT = re.compile(r"(\d+)/(\d+)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KNOWN_FILES = 20_000
_KNOWN_CONDITIONS = 500


@dataclass(frozen=True, slots=True)
class Scan:
    """`columns`: what is read of each row; `partitions`: None when all are."""

    data: ParquetData | RawData
    columns: frozenset[str]
    partitions: frozenset[str] | None


def scans(connection: duckdb.DuckDBPyConnection, sql: str, tables: Sequence[TableData]) -> list[Scan]:
    """`tables`: those that stand behind `sql`, in any order. Raises duckdb.Error.

    A scan that none of them explains makes it everything of all of them.
    """
    plan = json.loads(connection.execute(f"EXPLAIN (FORMAT json) SELECT * FROM ({sql})").fetchall()[0][1])
    stored = [data for data in tables if isinstance(data, ParquetData | RawData)]
    left = list(stored)
    found = []
    for info in _leaves(plan[0]):
        data = _behind(info, left) or _behind(info, stored)  # a WITH that is used twice is scanned twice
        if data is None:
            return [Scan(each, frozenset(column.name for column in columns_of(each)), None) for each in stored]
        left = [other for other in left if other is not data]
        found.append(Scan(data, _columns(info, data), _partitions(connection, info, data)))
    return found


def partitions_of(data: ParquetData | RawData) -> list[str]:
    if isinstance(data, RawData):
        return sorted({partition_of(key).get("dt", "") for key in data.keys})
    return sorted({file.partition for file in data.files})


class ScannedBytes:
    """Counts the bytes of column chunks; the sizes of known files are remembered, since they never change."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Mapping[str, int]] = OrderedDict()
        self._lock = Lock()

    def of(self, connection: duckdb.DuckDBPyConnection, found: Sequence[Scan]) -> int:
        return sum(self._of(connection, scan) for scan in found)

    def _of(self, connection: duckdb.DuckDBPyConnection, scan: Scan) -> int:
        wanted = scan.partitions
        if isinstance(scan.data, RawData):
            root = Path(scan.data.root)
            keys = [key for key in scan.data.keys if wanted is None or partition_of(key).get("dt", "") in wanted]
            return sum((root / key).stat().st_size for key in keys)
        files = [file.location for file in scan.data.files if wanted is None or file.partition in wanted]
        return sum(
            size for sizes in self._sizes(connection, files) for column, size in sizes.items() if column in scan.columns
        )

    def _sizes(self, connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> list[Mapping[str, int]]:
        with self._lock:
            missing = [file for file in files if file not in self._known]
        read: dict[str, dict[str, int]] = {file: {} for file in missing}
        if missing:
            rows = connection.execute(
                "SELECT file_name, path_in_schema, sum(total_compressed_size)::BIGINT"
                f" FROM parquet_metadata([{', '.join(map(literal, missing))}]) GROUP BY ALL"
            ).fetchall()
            for file, path, size in rows:
                column = re.split(r", |\.", path)[0].lower()
                read[file][column] = read[file].get(column, 0) + size
        with self._lock:
            self._known.update(read)
            sizes = [self._known[file] for file in files]
            while len(self._known) > _KNOWN_FILES:
                self._known.popitem(last=False)
        return sizes


def _leaves(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if node["name"].startswith("READ_"):
        yield node["extra_info"]
    for child in node["children"]:
        yield from _leaves(child)


def _behind(info: Mapping[str, Any], tables: Sequence[ParquetData | RawData]) -> ParquetData | RawData | None:
    """The table that a scan reads: it has these columns, and as many files."""
    wanted, raw = set(_listed(info.get("Projections"))), info["Function"] == "READ_JSON"
    count = _COUNT.search(info.get("Scanning Files", ""))
    for data in tables:
        names = {column.name for column in columns_of(data)} | {"filename"}
        files = len(data.keys) if isinstance(data, RawData) else len(data.files)
        if isinstance(data, RawData) is raw and wanted <= names and (count is None or int(count[2]) == files):
            return data
    return None


def _columns(info: Mapping[str, Any], data: ParquetData | RawData) -> frozenset[str]:
    named = {*_listed(info.get("Projections")), *_NAME.findall(" ".join(_listed(info.get("Filters"))))}
    return frozenset(column.name.lower() for column in columns_of(data) if column.name in named)


def _partitions(
    connection: duckdb.DuckDBPyConnection, info: Mapping[str, Any], data: ParquetData | RawData
) -> frozenset[str] | None:
    """The plan's own words for its filter on files, asked of the partitions."""
    filters = [one for one in _listed(info.get("File Filters")) if one]
    known = partitions_of(data)
    if not filters or not known or set(_NAME.findall(" ".join(filters))) & {"hour", "filename"}:
        return None
    return _matching(connection, " AND ".join(filters), tuple(known))


_MATCHED: OrderedDict[tuple[str, tuple[str, ...]], frozenset[str] | None] = OrderedDict()
_MATCHED_LOCK = Lock()


def _matching(connection: duckdb.DuckDBPyConnection, condition: str, known: tuple[str, ...]) -> frozenset[str] | None:
    """Dashboards ask the same again and again: the last answers are remembered. They depend on nothing else."""
    key = (condition, known)
    with _MATCHED_LOCK:
        if key in _MATCHED:
            return _MATCHED[key]
    values = ", ".join(f"({literal(partition)})" for partition in known)
    asked = f"SELECT p FROM (SELECT p, CAST(p AS DATE) AS dt FROM (VALUES {values}) AS v (p)) WHERE {condition}"
    try:
        found = frozenset(row[0] for row in connection.execute(asked).fetchall())
    except duckdb.InterruptException:
        raise
    except duckdb.Error:
        return None  # a filter that the plan words in a way that cannot be asked: all are read
    with _MATCHED_LOCK:
        _MATCHED[key] = found
        while len(_MATCHED) > _KNOWN_CONDITIONS:
            _MATCHED.popitem(last=False)
    return found


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []
