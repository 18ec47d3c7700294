"""The operations on query executions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from millrace.athena_sql.endpoint.api.paging import listing, row_in, token_at
from millrace.athena_sql.endpoint.api.problems import invalid, no_entity
from millrace.athena_sql.endpoint.api.saved_api import SavedApi
from millrace.athena_sql.endpoint.execution.executions import Execution, State
from millrace.athena_sql.endpoint.execution.queries import Queries, QueryRequest, new_id
from millrace.athena_sql.endpoint.execution.store import Store
from millrace.athena_sql.endpoint.execution.work_groups import WorkGroups
from millrace.athena_sql.endpoint.lake.catalog_view import check_catalog
from millrace.athena_sql.endpoint.planning.naming import KnownTables
from millrace.athena_sql.endpoint.results.outputs import address_of
from millrace.athena_sql.endpoint.results.result_files import ResultFiles
from millrace.athena_sql.endpoint.statements.parsing import read
from millrace.athena_sql.endpoint.statements.placeholders import ParameterValue, bound
from millrace.athena_sql.endpoint.statements.statement_kinds import (
    CreateTableAs,
    Deallocate,
    Execute,
    InsertInto,
    Kind,
    Prepare,
    Select,
    Show,
    TableName,
    Unload,
    database_named,
)

MOST_ROWS = 1000
_OF_A_TABLE = ("DESCRIBE_TABLE", "SHOW_COLUMNS")
MOST_IDS = 50
_REUSED_MINUTES = 60  # where a request names no age

Input = Mapping[str, Any]
Output = dict[str, Any]


@dataclass(frozen=True)
class QueryApi:
    queries: Queries
    store: Store
    results: ResultFiles
    saved: SavedApi
    work_groups: WorkGroups
    catalog: KnownTables

    def operations(self) -> Mapping[str, Callable[[Input], Output]]:
        return {
            "StartQueryExecution": self.start,
            "GetQueryExecution": self.get,
            "BatchGetQueryExecution": self.get_many,
            "ListQueryExecutions": self.list,
            "StopQueryExecution": self.stop,
            "GetQueryResults": self.rows,
            "GetQueryRuntimeStatistics": self.statistics,
        }

    def start(self, asked: Input) -> Output:
        group = self.work_groups.known(asked.get("WorkGroup"))
        context = asked.get("QueryExecutionContext") or {}
        catalog = context.get("Catalog") or ""
        if catalog:
            check_catalog(catalog)
        sql, id_ = asked["QueryString"], new_id()
        statement, text = self._statement(sql, group, tuple(asked.get("ExecutionParameters") or ()))
        if isinstance(statement, Show) and statement.substatement in _OF_A_TABLE:
            self._check_known(statement.subject, context.get("Database") or "")
        location = (asked.get("ResultConfiguration") or {}).get("OutputLocation") or self.work_groups.output
        output = address_of(statement, location, id_) if location else ""
        request = QueryRequest(
            id=id_,
            sql=sql,
            text=text,
            statement=statement,
            workgroup=group,
            catalog=catalog,
            database=context.get("Database") or "",
            parameters=tuple(asked.get("ExecutionParameters") or ()),
            output=output if self.work_groups.has_store else "",
            reuse_minutes=_reuse(asked),
            token=asked.get("ClientRequestToken"),
        )
        return {"QueryExecutionId": self.queries.start(request).id}

    def get(self, asked: Input) -> Output:
        return {"QueryExecution": self._known(asked["QueryExecutionId"]).shown()}

    def get_many(self, asked: Input) -> Output:
        ids = asked["QueryExecutionIds"]
        found = {id_: self.store.execution(id_) for id_ in ids}
        return {
            "QueryExecutions": [one.shown() for one in found.values() if one],
            "UnprocessedQueryExecutionIds": [
                {"QueryExecutionId": id_, "ErrorCode": "INVALID_INPUT", "ErrorMessage": _not_found(id_)}
                for id_, one in found.items()
                if one is None
            ],
        }

    def list(self, asked: Input) -> Output:
        group = self.work_groups.known(asked.get("WorkGroup"))
        count = asked.get("MaxResults") or MOST_IDS
        return listing(lambda before: self.store.listed(group, before, count + 1), asked, "QueryExecutionIds", count)

    def stop(self, asked: Input) -> Output:
        self.queries.stop(self._known(asked["QueryExecutionId"]).id)
        return {}

    def rows(self, asked: Input) -> Output:
        """What is wrong is told in Athena's order: the id, the size of the page, the state, and last the token."""
        found = self._known(asked["QueryExecutionId"])
        count = asked.get("MaxResults") or MOST_ROWS
        if count > MOST_ROWS:
            raise invalid(f"MaxResults is more than maximum allowed length {MOST_ROWS}")
        _check_succeeded(found.state)
        return self._page(found, asked.get("NextToken"), count)

    def statistics(self, asked: Input) -> Output:
        found = self._known(asked["QueryExecutionId"])
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

    def _statement(self, sql: str, group: str, parameters: tuple[str, ...]) -> tuple[Kind, str]:
        """What is to be run, and its text: a prepared statement's own, with the arguments for its parameters."""
        statement, text, given = read(sql), sql, ParameterValue(parameters)
        if isinstance(statement, Execute):
            text = self.saved.prepared_sql(group, statement.name)
            if statement.arguments:
                given = ParameterValue(statement.arguments, are_arguments=True)
            statement = read(text)
        if isinstance(statement, Prepare):
            read(statement.sql)
            self.saved.prepare(group, statement.name, statement.sql)
        elif isinstance(statement, Deallocate):
            self.saved.deallocate(group, statement.name)
        elif isinstance(statement, Select | CreateTableAs | InsertInto | Unload):
            return bound(statement, text, given), text
        elif isinstance(statement, Execute):
            raise invalid("A prepared statement cannot be EXECUTE.", "MALFORMED_QUERY")
        return statement, text

    def _check_known(self, subject: TableName, database: str) -> None:
        """Athena asks its catalog before it starts these. Raises RequestRefused."""
        if not self.catalog.has_table(str(subject.within(database_named(database)))):
            raise no_entity()

    def _page(self, found: Execution, token: str | None, count: int) -> Output:
        """A full page says that there may be more, even where it is the last."""
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
        found = self.store.execution(id_)
        if found is None:
            raise invalid(_not_found(id_), "QUERY_EXECUTION_NOT_FOUND")
        return found


def _check_succeeded(state: State) -> None:
    """Raises RequestRefused."""
    if not state.is_final:
        raise invalid(f"Query has not yet finished. Current state: {state.value}", "INVALID_QUERY_EXECUTION_STATE")
    if state is State.CANCELLED:
        raise invalid("Could not find results", "RESULT_NOT_FOUND")
    if state is not State.SUCCEEDED:
        raise invalid(
            f"Query did not finish successfully. Final query state: {state.value}", "INVALID_QUERY_EXECUTION_STATE"
        )


def _update_count(found: Execution) -> Output:
    """The rows that were written; 0 for what cannot write. Statements of Hive's own have no count at all."""
    if found.outcome.updated is not None:
        return {"UpdateCount": found.outcome.updated}
    is_shown = found.substatement.startswith("SHOW_") and found.substatement != "SHOW_CREATE_TABLE"
    return {"UpdateCount": 0} if is_shown or found.substatement == "SELECT" else {}


def _reuse(asked: Input) -> int | None:
    """Minutes; None when no result is to be used again."""
    wanted = (asked.get("ResultReuseConfiguration") or {}).get("ResultReuseByAgeConfiguration") or {}
    minutes = wanted.get("MaxAgeInMinutes")
    return (_REUSED_MINUTES if minutes is None else int(minutes)) if wanted.get("Enabled") else None


def _not_found(id_: str) -> str:
    return f"QueryExecution {id_} was not found"
