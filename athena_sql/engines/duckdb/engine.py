"""The engine on one machine: DuckDB, the lake's files, and statements transpiled from Athena's dialect."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from millrace.athena_sql.engines.duckdb.errors import translated
from millrace.athena_sql.engines.duckdb.fetch import as_written, columns_of, fetched
from millrace.athena_sql.engines.duckdb.files.file_columns import FileColumns
from millrace.athena_sql.engines.duckdb.row_export import EXPORT_LIMITS, export_rows
from millrace.athena_sql.engines.duckdb.row_files import copy_options
from millrace.athena_sql.engines.duckdb.running_sessions import RunningSessions
from millrace.athena_sql.engines.duckdb.session import DEFAULT_MEMORY, SessionLimits, open_session
from millrace.athena_sql.engines.duckdb.table_data import part_reader, reader, union_of
from millrace.athena_sql.engines.duckdb.translation.macros.lookup import macros_of
from millrace.athena_sql.engines.duckdb.translation.translated_statements import ReaderPlace, TranslatedStatements
from millrace.athena_sql.engines.duckdb.types import to_duckdb
from millrace.athena_sql.engines.heads import head_of
from millrace.athena_sql.engines.rules import (
    parameters_of_write,
    require_declared_columns,
    require_partitions_parameter,
)
from millrace.athena_sql.ports import (
    Column,
    Parameter,
    ParquetData,
    Result,
    RowFormat,
    Statement,
    TableData,
    TableSource,
    ViewData,
    WriteRequest,
    WrittenFile,
)
from millrace.athena_sql.statements.parsing import parse_query
from millrace.athena_sql.statements.table_binding import StatementTables
from millrace.sql_quoting import identifier, literal

FILE_NAME = "part-00000.parquet"
_STATEMENTS = TranslatedStatements()  # of all engines of the process: a translation depends on no lake


@dataclass(frozen=True, slots=True)
class _PreparedForDuckDb:
    """A statement as DuckDB takes it; `columns`: those of its tables, for messages."""

    statement: Statement
    sql: str
    columns: frozenset[str]


class DuckDbEngine:
    """The Engine port over `source`'s tables. It can read and write only files below `root`, the lake's folder.

    Sessions are opened on first use. Calls from several threads run side by side.
    """

    def __init__(
        self, source: TableSource, root: Path, *, threads: int | None = None, memory: str = DEFAULT_MEMORY
    ) -> None:
        self._source = source
        self._root = root.resolve()
        self._limits = SessionLimits(threads, memory)
        self._sessions: dict[bool, duckdb.DuckDBPyConnection] = {}
        self._columns = FileColumns()
        self._running = RunningSessions()
        self._lock = threading.Lock()

    def query(
        self,
        statement: Statement,
        parameters: Mapping[str, Parameter] | None = None,
        tables: Mapping[str, TableData] | None = None,
    ) -> Result:
        with self._cursor(ordered=True) as cursor:
            prepared = self._prepare(cursor, statement, parameters or {}, tables or {})
            with translated(statement, prepared.columns):
                return fetched(cursor, prepared.sql)

    def head(
        self, statement: Statement, parameters: Mapping[str, Parameter], rows: int, limit: int | None = None
    ) -> tuple[Result, int]:
        with self._cursor(ordered=True) as cursor:
            prepared = self._prepare(cursor, statement, parameters, {})
            counting = f"SELECT count(*) FROM ({_limited(prepared.sql, limit)})"
            with translated(statement, prepared.columns):
                return head_of(
                    rows,
                    limit,
                    fetch=lambda first: fetched(cursor, _limited(prepared.sql, first)),
                    count=lambda: int(cursor.execute(counting).fetchall()[0][0]),
                )

    def export(
        self,
        statement: Statement,
        parameters: Mapping[str, Parameter],
        form: RowFormat,
        target: Path,
        limit: int | None = None,
        is_untouched: Callable[[], bool] = lambda: True,
    ) -> int:
        with self._writing(target, EXPORT_LIMITS) as session:
            prepared = self._prepare(session, statement, parameters, {})
            sql = _limited(prepared.sql, limit)
            with translated(statement, prepared.columns):
                try:
                    return _exported(session, sql, form, target)
                except duckdb.OutOfMemoryException:
                    if not is_untouched():
                        raise
        with translated(statement, prepared.columns), self._writing(target, self._limits) as session:
            self._create_macros(session, sql)
            return _exported(session, sql, form, target)

    def explain(self, statement: Statement, parameters: Mapping[str, Parameter]) -> str:
        with self._cursor(ordered=True) as cursor:
            prepared = self._prepare(cursor, statement, parameters, {})
            with translated(statement, prepared.columns):
                return str(cursor.execute(f"EXPLAIN {prepared.sql}").fetchall()[0][1])

    def write(self, request: WriteRequest) -> list[WrittenFile]:
        tree = parse_query(request.statement)
        if request.partitions is None:
            return self._write(request, tree, "")
        require_partitions_parameter(request, tree)
        return [written for partition in request.partitions for written in self._write(request, tree, partition)]

    def take_scanned(self) -> int:
        return 0

    def interrupt(self) -> None:
        self._running.interrupt()

    def close(self) -> None:
        with self._lock:
            for session in self._sessions.values():
                session.close()
            self._sessions.clear()

    def _write(self, request: WriteRequest, tree: exp.Query, partition: str) -> list[WrittenFile]:
        bound = parameters_of_write(request, partition)
        key = f"{request.prefix}dt={partition}/{FILE_NAME}" if partition else f"{request.prefix}{FILE_NAME}"
        path = self._root / key
        with self._cursor(ordered=False) as cursor:
            prepared = self._prepare(cursor, request.statement, bound, request.tables, tree)
            with translated(request.statement, prepared.columns):
                columns = columns_of(cursor, prepared.sql)
            require_declared_columns(request, columns)
            stored = request.columns[:-1] if partition else request.columns
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = self._copy(cursor, prepared, stored, path)
        if rows:
            return [WrittenFile(key, partition, rows, path.stat().st_size)]
        path.unlink()
        return []

    def _copy(
        self, cursor: duckdb.DuckDBPyConnection, prepared: _PreparedForDuckDb, columns: tuple[Column, ...], path: Path
    ) -> int:
        written = False
        try:
            with translated(prepared.statement, prepared.columns):
                selected = ", ".join(map(_stored, columns))
                options = copy_options(RowFormat.PARQUET, columns)
                copy = f"COPY (SELECT {selected} FROM ({prepared.sql})) TO {literal(str(path))} ({options})"
                rows = int(cursor.execute(copy).fetchall()[0][0])
            written = True
        finally:
            if not written:
                path.unlink(missing_ok=True)
        return rows

    def _prepare(
        self,
        cursor: duckdb.DuckDBPyConnection,
        statement: Statement,
        parameters: Mapping[str, Parameter],
        tables: Mapping[str, TableData],
        tree: exp.Query | None = None,
    ) -> _PreparedForDuckDb:
        """`tree`: the statement's, where it is parsed already."""

        def rows(sql: str) -> list[Any]:
            return cursor.execute(sql).fetchall()

        def read(place: ReaderPlace) -> str:
            data = found.data(place.table)
            assert not isinstance(data, ViewData)
            if isinstance(data, ParquetData) and data.files:
                return union_of([part_reader(part) for part in self._columns.parts(rows, data)])
            return reader(data, place.part)

        found = StatementTables(self._source, tables)
        with translated(statement):
            known = _STATEMENTS.of(statement, parameters, found, tree)
            sql = known.sql(read)
        self._create_macros(cursor, sql)
        return _PreparedForDuckDb(statement, sql, known.columns)

    def _create_macros(self, cursor: duckdb.DuckDBPyConnection, sql: str) -> None:
        """One call at a time: two that create the same macro would be in each other's way."""
        with self._lock:
            for statement in macros_of(sql):
                cursor.execute(statement)

    @contextmanager
    def _writing(self, target: Path, limits: SessionLimits) -> Iterator[duckdb.DuckDBPyConnection]:
        """A session of its own, which may write the target, too."""
        with self._running.closing(open_session(self._root, limits, ordered=True, paths=[target])) as session:
            yield session

    @contextmanager
    def _cursor(self, *, ordered: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._lock:
            if ordered not in self._sessions:
                self._sessions[ordered] = open_session(self._root, self._limits, ordered=ordered)
            cursor = self._sessions[ordered].cursor()
        with self._running.closing(cursor):
            yield cursor


def _exported(session: duckdb.DuckDBPyConnection, sql: str, form: RowFormat, target: Path) -> int:
    plain, columns = as_written(session, sql, form)
    return export_rows(session, plain, columns, form, target)


def _limited(sql: str, limit: int | None) -> str:
    return sql if limit is None else f"SELECT * FROM ({sql}) LIMIT {limit}"


def _stored(column: Column) -> str:
    """A column as the file stores it. Strings are not made ENUMs: that wrote a tenth faster, but with several threads
    DuckDB 2.0's writer loses values of ENUMs (the file has empty strings instead)."""
    name = identifier(column.name)
    return f"CAST({name} AS {to_duckdb(column.type)}) AS {name}"
