"""A query execution as it is kept, and as the API shows it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from athena_sql.endpoint.column_types import ResultColumn

ENGINE_VERSION = {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}
_USER, _SYSTEM = 2, 1  # ErrorCategory of Athena's error catalogue
_USER_ERROR_TYPE, _SYSTEM_ERROR_TYPE = 1006, 200


class State(StrEnum):
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def is_final(self) -> bool:
        return self not in (State.QUEUED, State.RUNNING)


class Outcome(msgspec.Struct, frozen=True):
    """What a query gave. `pages`: the offset of each page in the result file. `header`: whether its first row names the
    columns.

    `updated`: rows that were written, for statements that write. `manifest`: where the list of their files is.
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
    """Times are seconds since 1970, UTC. `output` is where the client wants the result; `identity` is what must be the
    same for a result to be used again."""

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
    state: State = State.QUEUED
    started: float = 0.0
    completed: float = 0.0
    reason: str = ""
    is_users: bool = True
    outcome: Outcome = Outcome()

    def shown(self) -> dict[str, Any]:
        """The QueryExecution structure."""
        found: dict[str, Any] = {
            "QueryExecutionId": self.id,
            "Query": self.sql,
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
        where = self.outcome.output or self.output
        if where:
            found["ResultConfiguration"] = {"OutputLocation": where}
        found["ManagedQueryResultsConfiguration"] = {"Enabled": not where}
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
        return {"Catalog": self.catalog, **({"Database": self.database} if self.database else {})}

    def _reuse(self) -> Mapping[str, Any]:
        if self.reuse_minutes is None:
            return {"Enabled": False}
        return {"Enabled": True, "MaxAgeInMinutes": self.reuse_minutes}

    def _status(self) -> Mapping[str, Any]:
        state = State.QUEUED if self.state is State.QUEUED else self.state
        found: dict[str, Any] = {"State": state.value, "SubmissionDateTime": self.submitted}
        if self.completed:
            found["CompletionDateTime"] = self.completed
        if self.reason:
            found["StateChangeReason"] = self.reason
        if self.state is State.FAILED:
            found["AthenaError"] = {
                "ErrorCategory": _USER if self.is_users else _SYSTEM,
                "ErrorType": _USER_ERROR_TYPE if self.is_users else _SYSTEM_ERROR_TYPE,
                "Retryable": not self.is_users,
                "ErrorMessage": self.reason,
            }
        return found
