"""A query execution as it is stored, and as the API shows it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from millrace.athena_sql.endpoint.results.column_types import ResultColumn
from millrace.athena_sql.endpoint.statements.kinds import database_named

ENGINE_VERSION = {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}
ENDPOINT_STOPPED = "INTERNAL_ERROR: the endpoint stopped while this query was running. Start the query again."
_USER, _SYSTEM = 2, 1  # ErrorCategory of Athena's error catalogue
_USER_ERROR_TYPE, _SYSTEM_ERROR_TYPE = 1000, 200
_ERROR_TYPES = {  # by the code at the start of the reason
    "CATALOG_NOT_FOUND": 1006,
    "COLUMN_NOT_FOUND": 1006,
    "DIVISION_BY_ZERO": 1001,
    "FAILED": 1006,  # the code of Hive's reasons
    "FUNCTION_NOT_FOUND": 1303,
    "INVALID_CAST_ARGUMENT": 1100,
    "INVALID_FUNCTION_ARGUMENT": 1106,
    "INVALID_PARAMETER_USAGE": 1100,
    "NOT_SUPPORTED": 1200,
    "NUMERIC_VALUE_OUT_OF_RANGE": 1100,
    "Query exhausted resources at this scale factor": 0,  # a reason without a code
    "SCHEMA_NOT_FOUND": 1301,
    "SYNTAX_ERROR": 1006,
    "TABLE_ALREADY_EXISTS": 1110,
    "TABLE_NOT_FOUND": 1301,
    "TYPE_MISMATCH": 1002,
}
_PADDING = " \t\r\n;"


class ExecutionState(StrEnum):
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def is_final(self) -> bool:
        return self not in (ExecutionState.QUEUED, ExecutionState.RUNNING)


class ExecutionOutcome(msgspec.Struct, frozen=True):
    """The result of an execution.

    `pages`: the offset of each page in the result file; `header`: whether its first row names the columns; `updated`:
    the rows written, None for statements that only read; `output`: where a reused result is, "" for the execution's
    own; `manifest`: the address of the list of files written; `scanned`: bytes.
    """

    columns: tuple[ResultColumn, ...] = ()
    rows: int = 0
    pages: tuple[int, ...] = ()
    header: bool = False
    updated: int | None = None
    output: str = ""
    manifest: str = ""
    scanned: int = 0
    planning_ms: int = 0
    engine_ms: int = 0


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """One execution of a statement. Times are seconds since 1970, UTC.

    `catalog` and `database`: as the client wrote them, "" for none; `identity`: equal for executions that may reuse
    each other's results; `output`: the address that the client wants the result at; `is_users`: whether a failure is
    the user's error.
    """

    id: str
    sql: str
    workgroup: str
    catalog: str
    database: str
    statement_type: str
    substatement: str
    submitted: float
    identity: str
    parameters: tuple[str, ...] = ()
    output: str = ""
    reuse_minutes: int | None = None
    reused: bool = False
    state: ExecutionState = ExecutionState.QUEUED
    started: float = 0.0
    completed: float = 0.0
    reason: str = ""
    is_users: bool = True
    outcome: ExecutionOutcome = ExecutionOutcome()

    @property
    def schema(self) -> str:
        """Where names without a database are looked up."""
        return database_named(self.database)

    def shown(self) -> dict[str, Any]:
        """The QueryExecution structure."""
        found: dict[str, Any] = {
            "QueryExecutionId": self.id,
            "Query": _statement_in(self.sql),
            "StatementType": self.statement_type,
            "SubstatementType": self.substatement,
            "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": self._reuse()},
            "QueryExecutionContext": self._context(),
            "Status": self._status(),
            "Statistics": self.statistics(),
            "WorkGroup": self.workgroup,
            "EngineVersion": ENGINE_VERSION,
        }
        if self.parameters:
            found["ExecutionParameters"] = list(self.parameters)
        address = self.outcome.output or self.output
        if address:
            found["ResultConfiguration"] = {"OutputLocation": address}
        found["ManagedQueryResultsConfiguration"] = {"Enabled": not address}
        return found

    def statistics(self) -> dict[str, Any]:
        end = self.completed or self.started or self.submitted
        total = max(round((end - self.submitted) * 1000), 0)
        queued = max(round(((self.started or end) - self.submitted) * 1000), 0)
        found = {
            "EngineExecutionTimeInMillis": self.outcome.engine_ms,
            "DataScannedInBytes": self.outcome.scanned,
            "TotalExecutionTimeInMillis": total,
            "QueryQueueTimeInMillis": queued,
            "ServicePreProcessingTimeInMillis": 0,
            "QueryPlanningTimeInMillis": self.outcome.planning_ms,
            "ServiceProcessingTimeInMillis": max(total - queued - self.outcome.engine_ms, 0),
            "ResultReuseInformation": {"ReusedPreviousResult": self.reused},
        }
        return found | ({"DataManifestLocation": self.outcome.manifest} if self.outcome.manifest else {})

    def _context(self) -> Mapping[str, str]:
        """Only the members that the client gave."""
        given = {"Catalog": self.catalog.lower(), "Database": self.database}
        return {name: value for name, value in given.items() if value}

    def _reuse(self) -> Mapping[str, Any]:
        if self.reuse_minutes is None:
            return {"Enabled": False}
        return {"Enabled": True, "MaxAgeInMinutes": self.reuse_minutes}

    def _status(self) -> Mapping[str, Any]:
        found: dict[str, Any] = {"State": self.state.value, "SubmissionDateTime": self.submitted}
        if self.completed:
            found["CompletionDateTime"] = self.completed
        if self.reason:
            found["StateChangeReason"] = self.reason
        if self.state is ExecutionState.FAILED:
            found["AthenaError"] = {
                "ErrorCategory": _USER if self.is_users else _SYSTEM,
                "ErrorType": self._error_type(),
                "Retryable": not self.is_users,
                "ErrorMessage": self.reason,
            }
        return found

    def _error_type(self) -> int:
        if not self.is_users:
            return _SYSTEM_ERROR_TYPE
        return _ERROR_TYPES.get(self.reason.partition(":")[0], _USER_ERROR_TYPE)


def failed_by_stop(execution: Execution) -> Execution:
    """The execution as FAILED, and retryable, because the endpoint stopped."""
    return msgspec.structs.replace(
        execution, state=ExecutionState.FAILED, reason=ENDPOINT_STOPPED, is_users=False, completed=execution.submitted
    )


def _statement_in(sql: str) -> str:
    """The text without the white space and semicolons around it."""
    stripped = sql.lstrip(_PADDING)
    statement = stripped.rstrip(_PADDING)
    if "--" in statement.rpartition("\n")[2]:  # semicolons after it on the line belong to the comment
        statement += stripped[len(statement) :].partition("\n")[0].rstrip()
    return statement
