"""The form of a dataset's files, as a crawler of Glue finds it: of every file, not of a sample.

As to a crawler, a text of JSON stays a text, also where it looks like a time, and an object is a struct, never a map.
What is now of one type and now of another is a text. The latest forms are kept, since each query asks for them: a file
that changes has another size or time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from millrace.athena_sql.engines.duckdb.session import SessionLimits, open_session
from millrace.athena_sql.engines.duckdb.table_data import MAX_RECORD_BYTES
from millrace.athena_sql.engines.duckdb.types import NESTED, to_athena, to_duckdb
from millrace.athena_sql.ports import Column
from millrace.errors import DefinitionError, FormUnknown
from millrace.lake.datasets import CrawledDataset, FileFormat
from millrace.lake.storage import ObjectInfo
from millrace.lru_cache import LruCache
from millrace.sql_quoting import identifier, literal

_KEPT = 100  # forms
_FIELD = re.compile(r"\w+")  # names of fields that Athena reads in a type
_JSON_TYPES = {"BOOLEAN": "boolean", "BIGINT": "bigint", "UBIGINT": "double", "HUGEINT": "double", "DOUBLE": "double"}
_INSTANT = "TIMESTAMP WITH TIME ZONE"  # of Parquet; sessions are UTC
_LINES = f"format = 'newline_delimited', maximum_object_size = {MAX_RECORD_BYTES}"
_OPTIONS = {
    FileFormat.JSON: f"{_LINES}, sample_size = -1, union_by_name = true, maximum_depth = -1,"
    " map_inference_threshold = -1, field_appearance_threshold = 0",
    FileFormat.PARQUET: "union_by_name = true, hive_partitioning = false",
}


class InferredForms:
    """The port FormInference on files below `root`, the lake's folder. Threads may share it."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._kept = LruCache(_KEPT)

    def __call__(self, dataset: CrawledDataset, files: Sequence[ObjectInfo]) -> tuple[Column, ...]:
        key = (dataset, tuple((one.key, one.size, one.modified) for one in files))
        found: tuple[Column, ...] = self._kept.get_or_make(key, lambda: self._inferred(dataset, files), lambda _: True)
        return found

    def _inferred(self, dataset: CrawledDataset, files: Sequence[ObjectInfo]) -> tuple[Column, ...]:
        listed = ", ".join(literal(str(self._root / one.key)) for one in files)
        with open_session(self._root, SessionLimits(), ordered=False) as session:
            try:
                sql = f"SELECT * FROM read_{dataset.format}([{listed}], {_OPTIONS[dataset.format]}) LIMIT 0"
                described = session.execute(sql).description or []
                again = _renamed(session, listed, [name for name, *_ in described]) if _is_json(dataset) else ""
            except duckdb.Error as error:
                raise _unreadable(dataset, _said(error).replace(f"{self._root}/", "")) from error
        if again:
            raise _unreadable(dataset, f"{again!r} is there with other capitals, too, and Athena knows no capitals")
        read = _of_json if _is_json(dataset) else _of_parquet
        return tuple(Column(name, read(dataset, name, type_)) for name, type_, *_ in described)


def _is_json(dataset: CrawledDataset) -> bool:
    return dataset.format is FileFormat.JSON


def _renamed(session: duckdb.DuckDBPyConnection, listed: str, names: Sequence[str]) -> str:
    """The first name that two keys have, in other capitals: of the second, DuckDB makes a name that is in no file."""
    small = {name.lower() for name in names}
    for name in names:
        first = name.lower().rpartition("_")[0]
        if first in small and name[len(first) + 1 :].isdigit():
            structure = f"{{{literal(name)}: 'VARCHAR'}}"
            sql = f"SELECT count({identifier(name)}) FROM read_json([{listed}], columns = {structure}, {_LINES})"
            if session.execute(sql).fetchall() == [(0,)]:
                return first
    return ""


def _said(error: duckdb.Error) -> str:
    """DuckDB's message without the kind of error and the place in the statement, which nobody wrote."""
    return str(error).splitlines()[0].partition(": ")[2]


def _of_json(dataset: CrawledDataset, name: str, type_: Any) -> str:
    if type_.id not in NESTED:
        return _JSON_TYPES.get(str(type_), "string")
    children = dict(type_.children)
    if type_.id == "list":
        return f"array<{_of_json(dataset, name, children['child'])}>"
    for field in children:
        if not _FIELD.fullmatch(field):
            raise _unreadable(dataset, f"the field {field!r} of {name} has a name that Athena reads in no type")
    return f"struct<{','.join(f'{field}:{_of_json(dataset, field, child)}' for field, child in children.items())}>"


def _of_parquet(dataset: CrawledDataset, name: str, type_: Any) -> str:
    found = "timestamp" if str(type_) == _INSTANT else to_athena(type_)
    try:
        to_duckdb(found)
    except DefinitionError:
        raise _unreadable(
            dataset, f"the column {name} is of the type {str(type_).lower()}, which Athena has not"
        ) from None
    return found


def _unreadable(dataset: CrawledDataset, why: str) -> FormUnknown:
    wanted = {FileFormat.JSON: "one JSON object a line", FileFormat.PARQUET: "Parquet"}[dataset.format]
    return FormUnknown(
        f"the files below {dataset.folder} have no form: {why.rstrip('.')}.",
        hint=f"A file of {dataset.table} is {wanted}: correct it, or take it out.",
    )
