"""Which columns Parquet files have: files that were written before a table declared a column lack it.

DuckDB refuses to read such a file together with one that has the column, and its `union_by_name` opens every file,
pruned or not. So the footer of one file of each version is read, once: files of a version have the same columns, and
files never change. A file that cannot be read counts as complete: only a query that needs its rows fails.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any

import duckdb

from millrace.athena_sql.engines.duckdb.table_data import TablePart
from millrace.athena_sql.ports import ParquetData, ParquetFile
from millrace.sql_quoting import literal

_MAX_KNOWN = 20_000  # versions

FetchAll = Callable[[str], Sequence[Sequence[Any]]]  # all rows of a statement of DuckDB; raises duckdb.Error


class FileColumns:
    """The top-level columns of Parquet files, remembered by version. Threads may share it."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, frozenset[str]] = OrderedDict()
        self._lock = Lock()

    def parts(self, rows: FetchAll, data: ParquetData) -> list[TablePart]:
        """The table (at least one file) in parts whose files lack the same of its columns; one part as a rule.

        Raises duckdb.InterruptException.
        """
        known = self._of(rows, data.files)
        files: dict[frozenset[str], list[ParquetFile]] = {}
        missing: dict[str, frozenset[str]] = {}
        for file in data.files:
            version = _version(file.location)
            if version not in missing:
                missing[version] = _missing(data, known.get(version))
            files.setdefault(missing[version], []).append(file)
        if len(files) == 1:
            return [TablePart(data, next(iter(files)))]
        return [TablePart(replace(data, files=tuple(some)), lacking) for lacking, some in files.items()]

    def _of(self, rows: FetchAll, files: Iterable[ParquetFile]) -> dict[str, frozenset[str]]:
        """By version, without those whose file cannot be read."""
        examples = {_version(file.location): file.location for file in files}
        with self._lock:
            found = {version: self._known[version] for version in examples if version in self._known}
        unknown = {place: version for version, place in examples.items() if version not in found}
        if unknown:
            read = {unknown[place]: columns for place, columns in _read(rows, list(unknown)).items()}
            found |= read
            with self._lock:
                self._known.update(read)
                while len(self._known) > _MAX_KNOWN:
                    self._known.popitem(last=False)
        return found


def _missing(data: ParquetData, known: frozenset[str] | None) -> frozenset[str]:
    """DuckDB matches names without regard to case, so `known` is in lower case."""
    if known is None:
        return frozenset()
    return frozenset(column.name for column in data.columns if column.name.lower() not in known)


def _version(location: str) -> str:
    """The folder of the version that a file is in (`<layer>/<table>/run=<id>/`), or else the file itself."""
    folder, _, name = location.rpartition("/run=")
    return f"{folder}/run={name.split('/')[0]}" if folder else location


def _read(rows: FetchAll, places: Sequence[str]) -> dict[str, frozenset[str]]:
    """The columns of each file that can be read, in lower case."""
    listed = ", ".join(map(literal, places))
    try:
        schemas = rows(f"SELECT file_name, name, coalesce(num_children, 0) FROM parquet_schema([{listed}])")
    except duckdb.InterruptException:
        raise
    except duckdb.Error:
        if len(places) == 1:
            return {}
        return {place: columns for one in places for place, columns in _read(rows, [one]).items()}
    elements: dict[str, list[tuple[str, int]]] = {}
    for place, name, children in schemas:
        elements.setdefault(place, []).append((name, children))
    return {place: frozenset(_top_level(found)) for place, found in elements.items()}


def _top_level(elements: Sequence[tuple[str, int]]) -> Iterator[str]:
    """The names just below the first element, the file itself; the elements stand in depth-first order."""
    position = 1
    while position < len(elements):
        yield elements[position][0].lower()
        open_elements = 1
        while open_elements:
            open_elements += elements[position][1] - 1
            position += 1
