"""The scans of a query's plan: which columns and partitions of which table will be read, and how many bytes.

The plan is DuckDB's own, so partitions that DuckDB prunes are neither counted nor fetched. A scan is recognised by its
reader's mark: a sentinel file in a filter of the reader.
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

from millrace.athena_sql.endpoint.ports import EngineSession
from millrace.athena_sql.engines.duckdb.table_data import ScanMark
from millrace.athena_sql.ports import ParquetData, RawData
from millrace.athena_sql.tables import columns_of
from millrace.sql_quoting import identifier, literal

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MAX_KNOWN_FILES = 20_000
_MAX_KNOWN_CONDITIONS = 500

StoredData = ParquetData | RawData


@dataclass(frozen=True, slots=True)
class MarkedReader:
    """A reader in DuckDB's SQL, with its mark. `data`: the part of `table` that it reads."""

    mark: ScanMark
    table: StoredData
    data: StoredData


@dataclass(frozen=True, slots=True)
class Scan:
    """`columns`: those that are read of `data`, a part of `table`; `partitions`: None for all."""

    table: StoredData
    data: StoredData
    columns: frozenset[str]
    partitions: frozenset[str] | None


def scans_of(session: EngineSession, plan: str, readers: Sequence[MarkedReader]) -> list[Scan]:
    """The scans of a query's plan; `readers`: those that the query contains. Raises duckdb.Error.

    If any scan has no mark, the result is all readers, each with all columns and partitions.
    """
    found = []
    for info in _leaves(json.loads(plan)[0]):
        filters = "".join(_listed(info.get("File Filters")))
        read = next((reader for reader in readers if _mark_filter(reader.mark) in filters), None)
        if read is None:
            return [_whole(reader) for reader in readers]
        partitions = _partitions(session, filters.replace(_mark_filter(read.mark), ""), read)
        found.append(Scan(read.table, read.data, _columns(info, read.data), partitions))
    return found


def _mark_filter(mark: ScanMark) -> str:
    """A mark's filter exactly as the plan prints it, so that no text of a query can be mistaken for it."""
    return f"({mark.name} != {literal(mark.file)})"


def _whole(reader: MarkedReader) -> Scan:
    return Scan(reader.table, reader.data, frozenset(column.name for column in columns_of(reader.data)), None)


def partitions_of(data: StoredData) -> list[str]:
    if isinstance(data, RawData):
        return list(data.partitions)
    return sorted({file.partition for file in data.files})


class ScannedBytes:
    """Counts the bytes of column chunks. The sizes of the latest files are cached: files never change."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Mapping[str, int]] = OrderedDict()
        self._lock = Lock()

    def of(self, session: EngineSession, found: Sequence[Scan]) -> int:
        return sum(self._of(session, scan) for scan in found)

    def _of(self, session: EngineSession, scan: Scan) -> int:
        wanted = scan.partitions
        if isinstance(scan.data, RawData):
            read = scan.data if wanted is None else scan.data.only(wanted)
            return sum((Path(read.root) / key).stat().st_size for key in read.keys)
        files = [file.location for file in scan.data.files if wanted is None or file.partition in wanted]
        return sum(
            size for sizes in self._sizes(session, files) for column, size in sizes.items() if column in scan.columns
        )

    def _sizes(self, session: EngineSession, files: Sequence[str]) -> list[Mapping[str, int]]:
        with self._lock:
            missing = [file for file in files if file not in self._known]
        read: dict[str, dict[str, int]] = {file: {} for file in missing}
        if missing:
            rows = session.rows(
                "SELECT file_name, path_in_schema, sum(total_compressed_size)::BIGINT"
                f" FROM parquet_metadata([{', '.join(map(literal, missing))}]) GROUP BY ALL"
            )
            for file, path, size in rows:
                column = re.split(r", |\.", path)[0].lower()
                read[file][column] = read[file].get(column, 0) + size
        with self._lock:
            self._known.update(read)
            sizes = [self._known[file] for file in files]
            while len(self._known) > _MAX_KNOWN_FILES:
                self._known.popitem(last=False)
        return sizes


def _leaves(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if node["name"].startswith("READ_"):
        yield node["extra_info"]
    for child in node["children"]:
        yield from _leaves(child)


def _columns(info: Mapping[str, Any], data: StoredData) -> frozenset[str]:
    named = {*_listed(info.get("Projections")), *_NAME.findall(" ".join(_listed(info.get("Filters"))))}
    return frozenset(column.name.lower() for column in columns_of(data) if column.name in named)


def _partitions(session: EngineSession, filters: str, read: MarkedReader) -> frozenset[str] | None:
    """The partitions that the plan's filters on files leave, such as `(dt > '2024-05-30'::DATE)(...)`.

    None, for all, where the table has no partitions by dt or a filter concerns the hour.
    """
    data = read.data
    if (isinstance(data, ParquetData) and not data.partitioned) or "hour" in _NAME.findall(filters):
        return None
    if not filters:
        return frozenset(partitions_of(data))
    condition = filters.replace(")(", ") AND (")
    if read.mark.name in filters:  # key columns that are cut out of file names (`duckdb.files.path_keys`)
        return _matching(session, condition, _places(data), read.mark.name)
    return _matching(session, condition, tuple((partition, "") for partition in partitions_of(data)))


def _places(data: StoredData) -> tuple[tuple[str, str], ...]:
    """Partition and key folders of each place that files are in."""
    if isinstance(data, RawData):
        found = {tuple(key.split("/")[-3:-1]) for key in data.keys}
        return tuple((folders[0].removeprefix("dt="), "/".join(folders)) for folders in sorted(found))
    return tuple((partition, f"dt={partition}") for partition in partitions_of(data))


_MATCHED: OrderedDict[tuple[str, tuple[tuple[str, str], ...]], frozenset[str] | None] = OrderedDict()
_MATCHED_LOCK = Lock()


def _matching(
    session: EngineSession, condition: str, places: tuple[tuple[str, str], ...], file_name: str = "file"
) -> frozenset[str] | None:
    """The partitions of those places for which the condition holds; None for a condition that cannot be evaluated.

    `file_name`: the name of the column of file names in it. The latest results are cached, since dashboards repeat
    their queries; a result depends on the arguments only.
    """
    key = (condition, places)
    with _MATCHED_LOCK:
        if key in _MATCHED:
            return _MATCHED[key]
    values = ", ".join(f"({literal(partition)}, {literal(f'/{folders}/file')})" for partition, folders in places)
    known = f"SELECT p, CAST(p AS DATE) AS dt, f AS {identifier(file_name)} FROM (VALUES {values}) AS v (p, f)"
    try:
        found = frozenset(row[0] for row in session.rows(f"SELECT p FROM ({known}) WHERE {condition}"))
    except duckdb.InterruptException:
        raise
    except duckdb.Error:
        return None  # the plan printed a filter that cannot be evaluated as SQL: all are read
    with _MATCHED_LOCK:
        _MATCHED[key] = found
        while len(_MATCHED) > _MAX_KNOWN_CONDITIONS:
            _MATCHED.popitem(last=False)
    return found


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []
