"""The operations on query executions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from millrace.athena_sql.endpoint.api.paging import listing, row_in, token_at
from millrace.athena_sql.endpoint.api.saved_queries import SavedQueriesApi
from millrace.athena_sql.endpoint.api.shapes import Input, Operation, Output
from millrace.athena_sql.endpoint.api.work_groups import WorkGroups
from millrace.athena_sql.endpoint.execution.executions import Execution, ExecutionState
from millrace.athena_sql.endpoint.execution.outputs import address_of
from millrace.athena_sql.endpoint.execution.store import ExecutionStore
from millrace.athena_sql.endpoint.execution.worker_pool import QueryPool, QueryRequest, new_id
from millrace.athena_sql.endpoint.lake.catalog_view import check_catalog
from millrace.athena_sql.endpoint.planning.name_resolution import KnownTables
from millrace.athena_sql.endpoint.planning.placeholders import ParameterValues, bind_parameters
from millrace.athena_sql.endpoint.problems import entity_not_found, invalid
from millrace.athena_sql.endpoint.results.files import ResultFiles
from millrace.athena_sql.endpoint.statements.kinds import (
    CreateTableAs,
    Deallocate,
    Execute,
    InsertInto,
    ParsedStatement,
    Prepare,
    Select,
    Show,
    TableName,
    Unload,
    database_named,
)
from millrace.athena_sql.endpoint.statements.parsing import read_statement

MAX_PAGE_ROWS = 1000
MAX_IDS = 50
_DESCRIBES_TABLE = ("DESCRIBE_TABLE", "SHOW_COLUMNS")
_DEFAULT_REUSE_MINUTES = 60
_PATIENCE_SECONDS = 0.025  # less than a call to Athena takes


@dataclass(frozen=True)
class QueryExecutionsApi:
    queries: QueryPool
    store: ExecutionStore
    results: ResultFiles
    saved: SavedQueriesApi
    work_groups: WorkGroups
    catalog: KnownTables

    def operations(self) -> Mapping[str, Operation]:
        return {
            "StartQueryExecution": self.start,
            "GetQueryExecution": self.get,
            "BatchGetQueryExecution": self.get_many,
            "ListQueryExecutions": self.list,
            "StopQueryExecution": self.stop,
            "GetQueryResults": self.rows,
            "GetQueryRuntimeStatistics": self.statistics,
        }

    def start(self, request: Input) -> Output:
        group = self.work_groups.known(request.get("WorkGroup"))
        context = request.get("QueryExecutionContext") or {}
        catalog = context.get("Catalog") or ""
        if catalog:
            check_catalog(catalog)
        sql, id_ = request["QueryString"], new_id()
        statement, text = self._statement(sql, group, tuple(request.get("ExecutionParameters") or ()))
        if isinstance(statement, Show) and statement.substatement in _DESCRIBES_TABLE:
            self._check_known(statement.subject, context.get("Database") or "")
        location = (request.get("ResultConfiguration") or {}).get("OutputLocation") or self.work_groups.output
        output = address_of(statement, location, id_) if location else ""
        query = QueryRequest(
            id=id_,
            sql=sql,
            text=text,
            statement=statement,
            workgroup=group,
            catalog=catalog,
            database=context.get("Database") or "",
            parameters=tuple(request.get("ExecutionParameters") or ()),
            output=output if self.work_groups.has_store else "",
            reuse_minutes=_reuse(request),
            token=request.get("ClientRequestToken"),
        )
        return {"QueryExecutionId": self.queries.start(query).id}

    def get(self, request: Input) -> Output:
        """Waits a moment for the end of a short query: a client that asks at once need not ask again and again."""
        id_ = request["QueryExecutionId"]
        return {"QueryExecution": _existing(id_, self.store.ended(id_, _PATIENCE_SECONDS)).shown()}

    def get_many(self, request: Input) -> Output:
        ids = request["QueryExecutionIds"]
        found = {id_: self.store.execution(id_) for id_ in ids}
        return {
            "QueryExecutions": [one.shown() for one in found.values() if one],
            "UnprocessedQueryExecutionIds": [
                {"QueryExecutionId": id_, "ErrorCode": "INVALID_INPUT", "ErrorMessage": _not_found(id_)}
                for id_, one in found.items()
                if one is None
            ],
        }

    def list(self, request: Input) -> Output:
        group = self.work_groups.known(request.get("WorkGroup"))
        count = request.get("MaxResults") or MAX_IDS
        return listing(lambda before: self.store.listed(group, before, count + 1), request, "QueryExecutionIds", count)

    def stop(self, request: Input) -> Output:
        self.queries.stop(self._known(request["QueryExecutionId"]).id)
        return {}

    def rows(self, request: Input) -> Output:
        """Errors are reported in Athena's order: the id, the page size, the state, and last the token."""
        found = self._known(request["QueryExecutionId"])
        count = request.get("MaxResults") or MAX_PAGE_ROWS
        if count > MAX_PAGE_ROWS:
            raise invalid(f"MaxResults is more than maximum allowed length {MAX_PAGE_ROWS}")
        _check_succeeded(found.state)
        return self._page(found, request.get("NextToken"), count)

    def statistics(self, request: Input) -> Output:
        found = self._known(request["QueryExecutionId"])
        shown = found.statistics()
        written = found.outcome.updated
        rows = written if written is not None else max(found.outcome.rows - found.outcome.header, 0)
        timeline = {
            "QueryQueueTimeInMillis": shown["QueryQueueTimeInMillis"],
            "ServicePreProcessingTimeInMillis": shown["ServicePreProcessingTimeInMillis"],
            "QueryPlanningTimeInMillis": shown["QueryPlanningTimeInMillis"],
            "EngineExecutionTimeInMillis": shown["EngineExecutionTimeInMillis"],
            "ServiceProcessingTimeInMillis": shown["ServiceProcessingTimeInMillis"],
            "TotalExecutionTimeInMillis": shown["TotalExecutionTimeInMillis"],
        }
        counted = {"InputBytes": found.outcome.scanned, "OutputRows": rows}
        return {"QueryRuntimeStatistics": {"Timeline": timeline, "Rows": counted}}

    def _statement(self, sql: str, group: str, parameters: tuple[str, ...]) -> tuple[ParsedStatement, str]:
        """The statement to run, its parameters bound, and its text. For EXECUTE both are the prepared statement's.

        PREPARE and DEALLOCATE take effect here. Raises RequestRefused.
        """
        statement, text, values = read_statement(sql), sql, ParameterValues(parameters)
        if isinstance(statement, Execute):
            text = self.saved.prepared_sql(group, statement.name)
            if statement.arguments:
                values = ParameterValues(statement.arguments, are_arguments=True)
            statement = read_statement(text)
        if isinstance(statement, Prepare):
            read_statement(statement.sql)
            self.saved.prepare(group, statement.name, statement.sql)
        elif isinstance(statement, Deallocate):
            self.saved.deallocate(group, statement.name)
        elif isinstance(statement, Select | CreateTableAs | InsertInto | Unload):
            return bind_parameters(statement, text, values), text
        elif isinstance(statement, Execute):
            raise invalid("A prepared statement cannot be EXECUTE.", "MALFORMED_QUERY")
        return statement, text

    def _check_known(self, subject: TableName, database: str) -> None:
        """Raises RequestRefused for an unknown table: for these statements Athena looks it up before it starts them."""
        if not self.catalog.has_table(str(subject.within(database_named(database)))):
            raise entity_not_found()

    def _page(self, found: Execution, token: str | None, count: int) -> Output:
        """Rows from a token on. A full page always has a NextToken, even where no rows follow, as on Athena."""
        outcome = found.outcome
        start = row_in(token, found.id, outcome.rows) if token and outcome.rows else 0
        rows = self.results.rows(found.id, outcome.pages, start, count)
        result: Output = {
            **_update_count(found),
            "ResultSet": {
                "Rows": [
                    {"Data": [{"VarCharValue": text} if text is not None else {} for text in row]} for row in rows
                ],
                "ResultSetMetadata": {"ColumnInfo": [column.info() for column in outcome.columns]},
            },
        }
        if len(rows) == count:
            result["NextToken"] = token_at([found.id, start + len(rows)])
        return result

    def _known(self, id_: str) -> Execution:
        return _existing(id_, self.store.execution(id_))


def _existing(id_: str, found: Execution | None) -> Execution:
    """Raises RequestRefused."""
    if found is None:
        raise invalid(_not_found(id_), "QUERY_EXECUTION_NOT_FOUND")
    return found


def _check_succeeded(state: ExecutionState) -> None:
    """Raises RequestRefused."""
    if not state.is_final:
        raise invalid(f"Query has not yet finished. Current state: {state.value}", "INVALID_QUERY_EXECUTION_STATE")
    if state is ExecutionState.CANCELLED:
        raise invalid("Could not find results", "RESULT_NOT_FOUND")
    if state is not ExecutionState.SUCCEEDED:
        raise invalid(
            f"Query did not finish successfully. Final query state: {state.value}", "INVALID_QUERY_EXECUTION_STATE"
        )


def _update_count(found: Execution) -> Output:
    """The rows written; 0 for statements that only read. Hive's other statements have no UpdateCount at all."""
    if found.outcome.updated is not None:
        return {"UpdateCount": found.outcome.updated}
    is_shown = found.substatement.startswith("SHOW_") and found.substatement != "SHOW_CREATE_TABLE"
    return {"UpdateCount": 0} if is_shown or found.substatement == "SELECT" else {}


def _reuse(request: Input) -> int | None:
    """The maximum age in minutes of a result to reuse; None for no reuse."""
    wanted = (request.get("ResultReuseConfiguration") or {}).get("ResultReuseByAgeConfiguration") or {}
    minutes = wanted.get("MaxAgeInMinutes")
    return (_DEFAULT_REUSE_MINUTES if minutes is None else int(minutes)) if wanted.get("Enabled") else None


def _not_found(id_: str) -> str:
    return f"QueryExecution {id_} was not found"
