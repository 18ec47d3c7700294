"""One statement from start to end: planned, run, its result stored on disk and, if asked for, in the object store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from millrace.athena_sql.endpoint.execution.executions import Execution, ExecutionOutcome
from millrace.athena_sql.endpoint.execution.outputs import put_manifest, put_result
from millrace.athena_sql.endpoint.execution.sessions import Sessions
from millrace.athena_sql.endpoint.execution.show import show
from millrace.athena_sql.endpoint.execution.store import ExecutionStore
from millrace.athena_sql.endpoint.execution.table_definitions import TableDefinitions
from millrace.athena_sql.endpoint.execution.table_writer import TableWriter, WriteResult, named_columns
from millrace.athena_sql.endpoint.failures import athena_errors
from millrace.athena_sql.endpoint.lake.catalog_view import CatalogView
from millrace.athena_sql.endpoint.lake.local_copies import CopyLease, LocalCopies
from millrace.athena_sql.endpoint.planning.planner import QueryPlan, plan_query
from millrace.athena_sql.endpoint.planning.scans import ScannedBytes
from millrace.athena_sql.endpoint.ports import EngineSession, ObjectStore, TableRegistry
from millrace.athena_sql.endpoint.problems import unsupported
from millrace.athena_sql.endpoint.results.column_types import ResultColumn, text_column
from millrace.athena_sql.endpoint.results.files import PAGE_ROWS, ResultFiles
from millrace.athena_sql.endpoint.statements.kinds import (
    AlterTable,
    CatalogStatement,
    CreateDatabase,
    CreateExternalTable,
    CreateTableAs,
    CreateView,
    DropDatabase,
    DropTable,
    DropView,
    InsertInto,
    ParsedStatement,
    RepairTable,
    Select,
    Show,
    StatementWithQuery,
    Unload,
)
from millrace.athena_sql.engines.duckdb.files.file_columns import FileColumns
from millrace.athena_sql.ports import Column

_WRITTEN_ROWS = (ResultColumn("rows", "bigint", 19, 0, "bigint"),)


@dataclass(frozen=True)
class ExecutionServices:
    """The parts that every execution uses. `objects`, `registry` and `writer` are None without an object store."""

    catalog: CatalogView
    sessions: Sessions
    copies: LocalCopies
    results: ResultFiles
    store: ExecutionStore
    scanned: ScannedBytes
    objects: ObjectStore | None = None
    registry: TableRegistry | None = None
    writer: TableWriter | None = None
    timer: Callable[[], float] = time.perf_counter
    file_columns: FileColumns = field(default_factory=FileColumns)


def run_statement(
    services: ExecutionServices, execution: Execution, statement: ParsedStatement, stop: threading.Event
) -> ExecutionOutcome:
    """Raises StatementFailed, QueryInterrupted, and what the lake raises; the result file is then to be deleted."""
    began = services.timer()
    with services.sessions.running(stop) as session, services.copies.lease() as lease:
        outcome = _StatementExecution(services, execution, session, lease).outcome(statement)
    return msgspec.structs.replace(outcome, engine_ms=round((services.timer() - began) * 1000))


@dataclass(frozen=True)
class _StatementExecution:
    """One statement's execution: its session, and its lease on local copies."""

    services: ExecutionServices
    execution: Execution
    session: EngineSession
    lease: CopyLease

    def outcome(self, statement: ParsedStatement) -> ExecutionOutcome:
        return self._put(self._outcome_of(statement))

    def _outcome_of(self, statement: ParsedStatement) -> ExecutionOutcome:
        match statement:
            case Select():
                return self._select(statement)
            case CreateTableAs() | InsertInto() | Unload():
                return self._write(statement)
            case Show():
                columns, rows = show(statement, self.execution.schema, self.services.catalog)
                return self._stored(columns, rows)
            case (
                CreateExternalTable()
                | AlterTable()
                | RepairTable()
                | CreateView()
                | DropView()
                | DropTable()
                | CreateDatabase()
                | DropDatabase()
            ):
                return self._define(statement)
        return self._stored((), [])

    def _select(self, statement: Select) -> ExecutionOutcome:
        planned, planning = self._plan(statement)
        with athena_errors(self.execution.sql):
            scanned = self._scanned(planned)
            columns = planned.result.columns()
            header = [column.name for column in columns]
            target = self.services.results.target(self.execution.id)
            stored = self.session.stored(planned.result.as_texts(planned.sql), header, target)
        return ExecutionOutcome(
            columns=columns,
            rows=stored.rows,
            pages=stored.pages,
            header=True,
            scanned=scanned,
            planning_ms=planning,
        )

    def _write(self, statement: CreateTableAs | InsertInto | Unload) -> ExecutionOutcome:
        writer, objects = self.services.writer, self.services.objects
        if writer is None or objects is None:
            raise unsupported("line 1:1: this endpoint has no object store to write to; set MILLRACE_AWS_ENDPOINT_URL")
        planned, planning = self._plan(statement)
        written = self._written(writer, statement, planned)
        outcome = msgspec.structs.replace(
            self._stored(_WRITTEN_ROWS, []), updated=written.rows, scanned=self._scanned(planned), planning_ms=planning
        )
        has_manifest = self.execution.output and (written.files or not isinstance(statement, InsertInto))
        manifest = put_manifest(objects, self.execution.output, written.files) if has_manifest else ""
        return msgspec.structs.replace(outcome, manifest=manifest)

    def _written(
        self, writer: TableWriter, statement: CreateTableAs | InsertInto | Unload, planned: QueryPlan
    ) -> WriteResult:
        name = self.execution.id
        match statement:
            case CreateTableAs():
                table = self._definitions().writable(statement.table)
                default = self.execution.output
                if statement.if_not_exists and self.services.catalog.has_table(str(table)):
                    return WriteResult(0, ())
                if not (default or "external_location" in statement.properties):
                    raise unsupported("line 1:1: set an OutputLocation, or add WITH (external_location = 's3://...')")
                return writer.create(self.session, statement, planned, table, default, name)
            case InsertInto():
                return writer.insert(
                    self.session, statement, planned, self._definitions().writable(statement.table), name
                )
            case Unload():
                return writer.unload(self.session, statement, planned, name)

    def _define(self, statement: CatalogStatement) -> ExecutionOutcome:
        lines = self._definitions().run(statement)
        return self._stored((text_column("result"),), [[line] for line in lines]) if lines else self._stored((), [])

    def _definitions(self) -> TableDefinitions:
        services = self.services
        return TableDefinitions(
            services.catalog, services.registry, services.objects, self.execution.schema, self._columns_of_view
        )

    def _columns_of_view(self, statement: CreateView) -> tuple[Column, ...]:
        planned, _ = self._plan(statement)
        return named_columns(planned)

    def _plan(self, statement: StatementWithQuery | CreateView) -> tuple[QueryPlan, int]:
        """The plan, and the milliseconds it took."""
        began = self.services.timer()
        planned = plan_query(
            self.session,
            statement.query,
            self.execution.sql,
            self.execution.schema,
            self.services.catalog,
            self.lease,
            self.services.file_columns,
        )
        return planned, round((self.services.timer() - began) * 1000)

    def _scanned(self, planned: QueryPlan) -> int:
        with athena_errors(self.execution.sql):
            return self.services.scanned.of(self.session, planned.scans)

    def _stored(self, columns: tuple[ResultColumn, ...], rows: list[list[str | None]]) -> ExecutionOutcome:
        with self.services.results.target(self.execution.id).writer() as writer:
            for start in range(0, len(rows), PAGE_ROWS):
                writer.write(rows[start : start + PAGE_ROWS])
        return ExecutionOutcome(columns=columns, rows=len(rows), pages=writer.stored().pages)

    def _put(self, outcome: ExecutionOutcome) -> ExecutionOutcome:
        """Put the result into the object store, if the client gave an address."""
        if self.services.objects is not None and self.execution.output:
            put_result(
                self.services.objects, self.execution, outcome, self.services.results.all_rows(self.execution.id)
            )
        return outcome
