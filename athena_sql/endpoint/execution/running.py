"""One statement from start to end: planned, run, its result on disk and, where the client wants it, in the store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import duckdb
import msgspec

from millrace.athena_sql.endpoint.api.problems import unsupported
from millrace.athena_sql.endpoint.execution.executions import Execution, ExecutionOutcome
from millrace.athena_sql.endpoint.execution.failures import in_athenas_words
from millrace.athena_sql.endpoint.execution.sessions import Run, Sessions
from millrace.athena_sql.endpoint.execution.store import Store
from millrace.athena_sql.endpoint.lake.catalog_view import CatalogView
from millrace.athena_sql.endpoint.lake.local_copies import CopyLease, LocalCopies
from millrace.athena_sql.endpoint.planning.planner import QueryPlan, plan
from millrace.athena_sql.endpoint.planning.scans import ScannedBytes
from millrace.athena_sql.endpoint.ports import ObjectStore, TableRegistry
from millrace.athena_sql.endpoint.results.column_types import DescribedResult, ResultColumn
from millrace.athena_sql.endpoint.results.outputs import put_manifest, put_result
from millrace.athena_sql.endpoint.results.result_files import PAGE_ROWS, ResultFiles, Row
from millrace.athena_sql.endpoint.results.showing import show
from millrace.athena_sql.endpoint.results.writing import TableWriter, Written
from millrace.athena_sql.endpoint.statements.statement_kinds import (
    CreateDatabase,
    CreateTableAs,
    DropTable,
    InsertInto,
    Kind,
    Querying,
    Select,
    Show,
    TableName,
    Unload,
)
from millrace.athena_sql.engines.duckdb.file_columns import FileColumns
from millrace.errors import StatementFailed

_ROWS = (ResultColumn("rows", "bigint", 19, 0, "bigint"),)


@dataclass(frozen=True)
class ExecutionServices:
    """`objects`, `registry` and `writer` are None together, where no object store is configured."""

    catalog: CatalogView
    sessions: Sessions
    copies: LocalCopies
    results: ResultFiles
    store: Store
    scanned: ScannedBytes
    objects: ObjectStore | None = None
    registry: TableRegistry | None = None
    writer: TableWriter | None = None
    timer: Callable[[], float] = time.perf_counter
    file_columns: FileColumns = field(default_factory=FileColumns)


def run_statement(
    services: ExecutionServices, execution: Execution, statement: Kind, stop: threading.Event
) -> ExecutionOutcome:
    """Raises StatementFailed, CutOff, and what the lake raises. A result that is not whole is no result."""
    began = services.timer()
    with services.sessions.running(stop) as run, services.copies.lease() as lease:
        outcome = _Work(services, execution, run, lease).outcome(statement)
    return msgspec.structs.replace(outcome, engine_ms=round((services.timer() - began) * 1000))


@dataclass(frozen=True)
class _Work:
    services: ExecutionServices
    execution: Execution
    run: Run
    lease: CopyLease

    def outcome(self, statement: Kind) -> ExecutionOutcome:
        return self._put(self._outcome_of(statement))

    def _outcome_of(self, statement: Kind) -> ExecutionOutcome:
        match statement:
            case Select():
                return self._select(statement)
            case CreateTableAs() | InsertInto() | Unload():
                return self._write(statement)
            case Show():
                columns, rows = show(statement, self.execution.schema, self.services.catalog)
                return self._stored(columns, rows)
            case DropTable():
                self._drop(statement)
            case CreateDatabase():
                self._create_database(statement)
        return self._stored((), [])

    @property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        return self.run.connection

    def _select(self, statement: Select) -> ExecutionOutcome:
        planned, planning = self._plan(statement)
        sql = self.execution.sql
        with in_athenas_words(sql):
            described = DescribedResult.of(self._connection, planned.sql)
            scanned = self._scanned(planned)
            columns = described.columns()
            with self.services.results.writer(self.execution.id) as writer:
                cursor = self._execute(described.as_texts(planned.sql))
                header: list[Row] = [[column.name for column in columns]]
                page = header + cursor.fetchmany(PAGE_ROWS - 1)
                while page:
                    writer.write(page)
                    page = cursor.fetchmany(PAGE_ROWS) if len(page) == PAGE_ROWS else []
                    self._go_on()
        return ExecutionOutcome(
            columns=columns,
            rows=writer.rows,
            pages=tuple(writer.offsets),
            header=True,
            scanned=scanned,
            planning_ms=planning,
        )

    def _write(self, statement: CreateTableAs | InsertInto | Unload) -> ExecutionOutcome:
        writer, objects = self.services.writer, self.services.objects
        if writer is None or objects is None:
            raise unsupported(
                "line 1:1: this endpoint has no object store to write to; set MILLRACE_AWS_ENDPOINT_URL or give it one"
            )
        planned, planning = self._plan(statement)
        written = self._written(writer, statement, planned)
        outcome = msgspec.structs.replace(
            self._stored(_ROWS, []), updated=written.rows, scanned=self._scanned(planned), planning_ms=planning
        )
        has_manifest = self.execution.output and (written.files or not isinstance(statement, InsertInto))
        manifest = put_manifest(objects, self.execution.output, written.files) if has_manifest else ""
        return msgspec.structs.replace(outcome, manifest=manifest)

    def _written(
        self, writer: TableWriter, statement: CreateTableAs | InsertInto | Unload, planned: QueryPlan
    ) -> Written:
        name = self.execution.id
        match statement:
            case CreateTableAs():
                table = self._not_the_lakes(statement.table)
                default = self.execution.output
                if statement.if_not_exists and self.services.catalog.has_table(str(table)):
                    return Written(0, ())
                if not (default or "external_location" in statement.properties):
                    raise unsupported("line 1:1: give an OutputLocation, or WITH (external_location = 's3://...')")
                return writer.create(self._connection, statement, planned, table, default, name)
            case InsertInto():
                return writer.insert(self._connection, statement, planned, self._not_the_lakes(statement.table), name)
            case Unload():
                return writer.unload(self._connection, statement, planned, name)

    def _drop(self, statement: DropTable) -> None:
        table = self._not_the_lakes(statement.table)
        registry = self.services.registry
        if registry is not None and registry.table(table) is not None:
            registry.drop(table)
        elif not statement.if_exists:
            raise StatementFailed("FAILED", f"SemanticException [Error 10001]: Table not found {table}")

    def _not_the_lakes(self, name: TableName) -> TableName:
        table = name.within(self.execution.schema)
        if self.services.catalog.is_lakes(table):
            raise unsupported(f"line 1:1: {table} is made by Millrace's workflows, and changed by nobody else")
        return table

    def _create_database(self, statement: CreateDatabase) -> None:
        if self.services.catalog.has_database(statement.name):
            if statement.if_not_exists:
                return
            raise StatementFailed("FAILED", f"Database {statement.name} already exists")
        if self.services.registry is None:
            raise unsupported("line 1:1: this endpoint has no catalog that a database could be added to")
        self.services.registry.create_database(statement.name)

    def _plan(self, statement: Querying) -> tuple[QueryPlan, int]:
        began = self.services.timer()
        planned = plan(
            self._connection,
            statement.query,
            self.execution.sql,
            self.execution.schema,
            self.services.catalog,
            self.lease,
            self.services.file_columns,
        )
        return planned, round((self.services.timer() - began) * 1000)

    def _scanned(self, planned: QueryPlan) -> int:
        with in_athenas_words(self.execution.sql):
            return self.services.scanned.of(self._connection, planned.scans)

    def _execute(self, sql: str) -> Any:
        self._go_on()
        return self._connection.execute(sql)

    def _go_on(self) -> None:
        """Raises the engine's own interruption when the run was cut off between two statements."""
        if self.run.is_over():
            raise duckdb.InterruptException("cut off")

    def _stored(self, columns: tuple[ResultColumn, ...], rows: list[list[str | None]]) -> ExecutionOutcome:
        with self.services.results.writer(self.execution.id) as writer:
            for start in range(0, len(rows), PAGE_ROWS):
                writer.write(rows[start : start + PAGE_ROWS])
        return ExecutionOutcome(columns=columns, rows=len(rows), pages=tuple(writer.offsets))

    def _put(self, outcome: ExecutionOutcome) -> ExecutionOutcome:
        """Into the object store, where the client said so."""
        if self.services.objects is not None and self.execution.output:
            put_result(
                self.services.objects, self.execution, outcome, self.services.results.all_rows(self.execution.id)
            )
        return outcome
