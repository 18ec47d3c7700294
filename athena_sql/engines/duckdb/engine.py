"""The engine on one machine: DuckDB, the lake's files, and statements transpiled from Athena's dialect."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import ErrorLevel, exp

from millrace.athena_sql.engines.duckdb.dialect import DUCKDB
from millrace.athena_sql.engines.duckdb.errors import translated
from millrace.athena_sql.engines.duckdb.fetch import as_written, columns_of, fetched
from millrace.athena_sql.engines.duckdb.file_columns import FileColumns
from millrace.athena_sql.engines.duckdb.row_export import EXPORT_LIMITS, export_rows
from millrace.athena_sql.engines.duckdb.row_files import copy_options
from millrace.athena_sql.engines.duckdb.running_sessions import RunningSessions
from millrace.athena_sql.engines.duckdb.session import DEFAULT_MEMORY, SessionLimits, open_session
from millrace.athena_sql.engines.duckdb.table_data import part_reader, reader, union_of
from millrace.athena_sql.engines.duckdb.translation.calls import rewrite
from millrace.athena_sql.engines.duckdb.translation.macros.lookup import macros_of
from millrace.athena_sql.engines.duckdb.types import to_duckdb
from millrace.athena_sql.engines.heads import head_of
from millrace.athena_sql.engines.rules import (
    name_columns,
    parameters_of_write,
    require_declared_columns,
    require_partitions_parameter,
)
from millrace.athena_sql.language.checks import check_statement
from millrace.athena_sql.ports import (
    Column,
    Parameter,
    ParquetData,
    RawData,
    Result,
    RowData,
    RowFormat,
    Statement,
    TableData,
    TableSource,
    WriteRequest,
    WrittenFile,
)
from millrace.athena_sql.statements.parameters import bind
from millrace.athena_sql.statements.parsing import parse_query
from millrace.athena_sql.statements.payload_projection import take_part
from millrace.athena_sql.statements.table_binding import TableBinding
from millrace.sql_quoting import identifier, literal

FILE_NAME = "part-00000.parquet"


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
        tree = parse_query(statement)
        with self._cursor(ordered=True) as cursor:
            prepared = self._prepare(cursor, statement, tree, parameters or {}, tables or {})
            with translated(statement, prepared.columns):
                return fetched(cursor, prepared.sql)

    def head(
        self, statement: Statement, parameters: Mapping[str, Parameter], rows: int, limit: int | None = None
    ) -> tuple[Result, int]:
        tree = parse_query(statement)
        with self._cursor(ordered=True) as cursor:
            prepared = self._prepare(cursor, statement, tree, parameters, {})
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
        tree = parse_query(statement)
        with self._writing(target, EXPORT_LIMITS) as session:
            prepared = self._prepare(session, statement, tree, parameters, {})
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
        tree = parse_query(statement)
        with self._cursor(ordered=True) as cursor:
            prepared = self._prepare(cursor, statement, tree, parameters, {})
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
            prepared = self._prepare(cursor, request.statement, tree, bound, request.tables)
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
        tree: exp.Query,
        parameters: Mapping[str, Parameter],
        tables: Mapping[str, TableData],
    ) -> _PreparedForDuckDb:
        def rows(sql: str) -> list[Any]:
            return cursor.execute(sql).fetchall()

        def read(data: ParquetData | RawData | RowData, node: exp.Table) -> exp.Expr:
            if isinstance(data, ParquetData) and data.files:
                with translated(statement):
                    return exp.Var(this=union_of([part_reader(part) for part in self._columns.parts(rows, data)]))
            return exp.Var(this=reader(data, take_part(node) if isinstance(data, RawData) else None))

        binding = TableBinding(self._source, tables, read)
        written_out = binding.write_out_views(name_columns(bind(tree, parameters, statement.name)))
        with translated(statement):
            check_statement(written_out, binding.columns_of)
            sql = rewrite(binding.read_tables(written_out)).sql(
                DUCKDB, copy=False, unsupported_level=ErrorLevel.RAISE, comments=False
            )
        self._create_macros(cursor, sql)
        return _PreparedForDuckDb(statement, sql, frozenset(binding.columns))

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
