"""The rows of one query, for Python, Arrow, pandas and polars.

The engine writes them into a temporary Parquet file, from which all of these are read: memory holds no more than what
the caller asks for, and the query is run once.
"""

from __future__ import annotations

import uuid
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from millrace.api.libraries import Load, library
from millrace.athena_sql.engines.duckdb.table_data import reader
from millrace.athena_sql.engines.duckdb.types import to_athena, to_duckdb
from millrace.athena_sql.engines.values import to_value
from millrace.athena_sql.ports import Column, Result, RowData, RowFormat, StreamingEngine, Value
from millrace.errors import DefinitionError
from millrace.sql_quoting import literal

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from millrace.usecases.queries import LakeQuery

_EXTRA = "dataframes"
_ROWS_PER_BATCH = 2048
_AS_FETCHED = {"string", "tinyint", "smallint", "int", "bigint", "float", "double", "boolean", "date", "timestamp"}


class QueryResult:
    """The rows of a query, which is run when they are first asked for: errors in it are raised then.

    `folder` gives a folder for temporary files. `frame` makes a pandas DataFrame in another way than from Arrow.
    """

    def __init__(
        self,
        query: LakeQuery,
        folder: Callable[[], Path],
        load: Load,
        frame: Callable[[], pd.DataFrame] | None = None,
    ) -> None:
        self._query, self._folder, self._load, self._frame = query, folder, load, frame

    @property
    def columns(self) -> tuple[Column, ...]:
        """With Athena's type names. Raises QueryError, UnknownName."""
        with duckdb.connect() as connection:
            return _columns(connection.execute(f"FROM {self._rows_of_file} LIMIT 0"))

    def rows(self) -> Iterator[dict[str, Value]]:
        """Each row by its columns' names, read as they are asked for. Times are naive UTC. Raises as `columns` does."""
        file = self._rows_of_file
        with duckdb.connect() as connection:
            connection.execute(f"FROM {file}")
            names = [column.name for column in _columns(connection)]
            read = _reader(_columns(connection))
            while batch := connection.fetchmany(_ROWS_PER_BATCH):
                for row in batch:
                    yield dict(zip(names, read(row), strict=True))

    def __iter__(self) -> Iterator[dict[str, Value]]:
        return self.rows()

    def arrow(self) -> pa.Table:
        """Raises as `columns` does, and SettingError without pyarrow."""
        return library(self._load, "pyarrow.parquet", _EXTRA).read_table(self._checked_file)

    def pandas(self) -> pd.DataFrame:
        """On AWS, by awswrangler. Raises as `columns` does, and SettingError without pandas (or awswrangler)."""
        if self._frame:
            return self._frame()
        library(self._load, "pandas", _EXTRA)
        return self.arrow().to_pandas()

    def polars(self) -> pl.DataFrame:
        """Raises as `columns` does, and SettingError without polars."""
        frame: pl.DataFrame = library(self._load, "polars", _EXTRA).read_parquet(self._checked_file)
        return frame

    @property
    def _rows_of_file(self) -> str:
        return f"read_parquet({literal(str(self._checked_file))}, hive_partitioning = false)"

    @property
    def _checked_file(self) -> Path:
        self._folder()  # raises for a lake that is closed, whose files are gone
        return self._file

    @cached_property
    def _file(self) -> Path:
        file = self._folder() / f"{uuid.uuid4().hex}.parquet"
        weakref.finalize(self, file.unlink, missing_ok=True)
        file.touch()
        if not self._streamed(self._query.engine, file):
            _write(self._query.result(), file)
        return file

    def _streamed(self, engine: StreamingEngine, file: Path) -> bool:
        """Whether the engine wrote the rows. It declines types that Parquet does not have, such as intervals."""
        try:
            engine.export(self._query.statement, self._query.parameters, RowFormat.PARQUET, file)
        except DefinitionError:
            return False
        return True


def _reader(columns: Sequence[Column]) -> Callable[[Sequence[Any]], Iterable[Value]]:
    """Rows of simple types are what DuckDB fetches; others are converted value by value."""
    if all(column.type in _AS_FETCHED or column.type.startswith("decimal") for column in columns):
        return lambda row: row
    return lambda row: map(to_value, row)


def _write(result: Result, file: Path) -> None:
    columns = tuple(Column(column.name, _stored(column.type)) for column in result.columns)
    as_text = {
        column.name for column, stored in zip(result.columns, columns, strict=True) if stored.type != column.type
    }
    rows = tuple(
        {name: str(value) if name in as_text and value is not None else value for name, value in row.items()}
        for row in result.dicts()
    )
    with duckdb.connect() as connection:
        connection.execute(f"COPY {reader(RowData(columns, rows))} TO {literal(str(file))} (FORMAT parquet)")


def _stored(type_: str) -> str:
    """Times with a zone are UTC by then; what Parquet has no type for is kept as text, as nested values come."""
    if type_ == "timestamp with time zone":
        return "timestamp"
    if type_.endswith(">"):
        return "string"
    try:
        to_duckdb(type_)
    except DefinitionError:
        return "string"
    return type_


def _columns(connection: duckdb.DuckDBPyConnection) -> tuple[Column, ...]:
    return tuple(Column(column[0], to_athena(column[1])) for column in connection.description or [])
