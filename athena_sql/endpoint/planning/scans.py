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

from millrace.athena_sql.engines.duckdb.table_data import ScanMark, columns_of
from millrace.athena_sql.ports import ParquetData, RawData
from millrace.lake.keys import partition_of
from millrace.sql_quoting import literal

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KNOWN_FILES = 20_000
_KNOWN_CONDITIONS = 500


Stored = ParquetData | RawData


@dataclass(frozen=True, slots=True)
class Marked:
    """A reader in the engine's SQL: `data` is what it reads of `table`."""

    mark: ScanMark
    table: Stored
    data: Stored


@dataclass(frozen=True, slots=True)
class Scan:
    """`columns`: what is read of each row of `data`; `partitions`: None when all are."""

    table: Stored
    data: Stored
    columns: frozenset[str]
    partitions: frozenset[str] | None


def scans(connection: duckdb.DuckDBPyConnection, sql: str, readers: Sequence[Marked]) -> list[Scan]:
    """`readers`: those in `sql`. Raises duckdb.Error.

    A scan whose mark is not in the plan makes it everything of all of them.
    """
    plan = json.loads(connection.execute(f"EXPLAIN (FORMAT json) SELECT * FROM ({sql})").fetchall()[0][1])
    found = []
    for info in _leaves(plan[0]):
        filters = "".join(_listed(info.get("File Filters")))
        read = next((reader for reader in readers if _planned(reader.mark) in filters), None)
        if read is None:
            return [_whole(reader) for reader in readers]
        partitions = _partitions(connection, filters.replace(_planned(read.mark), ""), read.data)
        found.append(Scan(read.table, read.data, _columns(info, read.data), partitions))
    return found


def _planned(mark: ScanMark) -> str:
    """A mark's filter as the plan words it: all of it, so that no text of a query is taken for it."""
    return f"({mark.name} != {literal(mark.file)})"


def _whole(reader: Marked) -> Scan:
    return Scan(reader.table, reader.data, frozenset(column.name for column in columns_of(reader.data)), None)


def partitions_of(data: Stored) -> list[str]:
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


def _columns(info: Mapping[str, Any], data: Stored) -> frozenset[str]:
    named = {*_listed(info.get("Projections")), *_NAME.findall(" ".join(_listed(info.get("Filters"))))}
    return frozenset(column.name.lower() for column in columns_of(data) if column.name in named)


def _partitions(connection: duckdb.DuckDBPyConnection, filters: str, data: Stored) -> frozenset[str] | None:
    """The plan's own words for its filters on files, such as `(dt > '2024-05-30'::DATE)(...)`, asked of the
    partitions. None for a table that has none by dt."""
    known = partitions_of(data)
    if (isinstance(data, ParquetData) and not data.partitioned) or "hour" in _NAME.findall(filters):
        return None
    if not filters:
        return frozenset(known)
    return _matching(connection, filters.replace(")(", ") AND ("), tuple(known))


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
