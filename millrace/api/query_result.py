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
from millrace.athena_sql.engines.duckdb.fetch import as_written, columns_of, executed
from millrace.athena_sql.engines.duckdb.row_export import export_rows
from millrace.athena_sql.engines.duckdb.translation.times.carriers import ZONED
from millrace.athena_sql.engines.values import to_value
from millrace.athena_sql.ports import Column, RowFormat, Value
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
            return columns_of(connection, f"FROM {self._rows_of_file}")

    def rows(self) -> Iterator[dict[str, Value]]:
        """Each row by its columns' names, read as they are asked for. Times are naive UTC, but texts where they
        have a zone. Raises as `columns` does."""
        file = self._rows_of_file
        with duckdb.connect() as connection:
            columns = executed(connection, f"FROM {file}")
            names, read = [column.name for column in columns], _reader(columns)
            while batch := connection.fetchmany(_ROWS_PER_BATCH):
                for row in batch:
                    yield dict(zip(names, read(row), strict=True))

    def __iter__(self) -> Iterator[dict[str, Value]]:
        return self.rows()

    def arrow(self) -> pa.Table:
        """Raises as `columns` does, and SettingError without pyarrow."""
        return library(self._load, "pyarrow.parquet", _EXTRA).read_table(self._file_of_frames)

    def pandas(self) -> pd.DataFrame:
        """On AWS, by awswrangler. Raises as `columns` does, and SettingError without pandas (or awswrangler)."""
        if self._frame:
            return self._frame()
        library(self._load, "pandas", _EXTRA)
        return self.arrow().to_pandas()

    def polars(self) -> pl.DataFrame:
        """Raises as `columns` does, and SettingError without polars."""
        frame: pl.DataFrame = library(self._load, "polars", _EXTRA).read_parquet(self._file_of_frames)
        return frame

    @property
    def _rows_of_file(self) -> str:
        return f"read_parquet({literal(str(self._checked_file))}, hive_partitioning = false)"

    @property
    def _checked_file(self) -> Path:
        self._folder()  # raises for a lake that is closed, whose files are gone
        return self._file

    @property
    def _file_of_frames(self) -> Path:
        """Whose times with a zone are TIMESTAMPs in UTC."""
        has_zones = any(column.type == ZONED for column in self.columns)
        return self._file_in_utc if has_zones else self._file

    @cached_property
    def _file_in_utc(self) -> Path:
        file = self._new_file()
        with duckdb.connect() as connection:
            sql, columns = as_written(connection, f"FROM {self._rows_of_file}", RowFormat.PARQUET)
            export_rows(connection, sql, columns, RowFormat.PARQUET, file)
        return file

    @cached_property
    def _file(self) -> Path:
        file, query = self._new_file(), self._query
        file.touch()
        query.engine.export(query.statement, query.parameters, RowFormat.RESULT, file)
        return file

    def _new_file(self) -> Path:
        file = self._folder() / f"{uuid.uuid4().hex}.parquet"
        weakref.finalize(self, file.unlink, missing_ok=True)
        return file


def _reader(columns: Sequence[Column]) -> Callable[[Sequence[Any]], Iterable[Value]]:
    """Rows of simple types are what DuckDB fetches; others are converted value by value."""
    if all(column.type in _AS_FETCHED or column.type.startswith("decimal") for column in columns):
        return lambda row: row
    return lambda row: map(to_value, row)
