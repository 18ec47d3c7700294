"""DuckDB sessions: one for each running query, in a process of its own, so that queries do not compete for memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from millrace.athena_sql.endpoint.execution.engine_calls import Planned, PlanQuery, Rows, Store
from millrace.athena_sql.endpoint.failures import athena_errors
from millrace.athena_sql.endpoint.ports import PlannedQuery
from millrace.athena_sql.endpoint.results.column_types import DescribedResult
from millrace.athena_sql.endpoint.results.files import ResultTarget, StoredRows
from millrace.athena_sql.engines.duckdb.processes.pool import ProcessPool
from millrace.athena_sql.engines.duckdb.processes.process import ProcessOptions, QueryProcess

CALLS = "millrace.athena_sql.endpoint.execution.engine_calls:EngineCall"


@dataclass(frozen=True)
class RunningQuery:
    """The EngineSession of a query at work. It is over once `stop` is set or `deadline` (of time.monotonic) has passed:
    it is interrupted, whichever of its statements runs."""

    process: QueryProcess
    deadline: float
    stop: threading.Event

    def is_over(self) -> bool:
        return self.stop.is_set() or time.monotonic() > self.deadline

    def rows(self, sql: str) -> list[list[Any]]:
        found: list[list[Any]] = self.process.ask(Rows(sql), self.is_over)
        return found

    def planned(self, sql: str) -> PlannedQuery:
        found: Planned = self.process.ask(PlanQuery(sql), self.is_over)
        return PlannedQuery(DescribedResult(found.names, found.types), found.plan)

    def stored(self, sql: str, header: Sequence[str], target: ResultTarget) -> StoredRows:
        found: StoredRows = self.process.ask(Store(sql, tuple(header), target), self.is_over)
        return found


class Sessions:
    """The sessions of the endpoint. `seconds`: the time limit of a query."""

    def __init__(self, options: ProcessOptions, seconds: float) -> None:
        self._pool = ProcessPool(lambda: QueryProcess(options))
        self._seconds = seconds

    @contextmanager
    def running(self, stop: threading.Event) -> Iterator[RunningQuery]:
        """Raises QueryInterrupted if `stop` is set before the session is there, and ProcessEnded."""
        with self._pool.process() as process:
            with athena_errors(""):
                process.open(stop.is_set)
            yield RunningQuery(process, time.monotonic() + self._seconds, stop)

    def close(self) -> None:
        self._pool.close()
