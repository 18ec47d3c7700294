"""Starting, following and stopping executions."""

from __future__ import annotations

import hashlib
import logging
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import msgspec
from sqlglot import exp

from millrace.athena_sql.endpoint.api.problems import invalid, too_many
from millrace.athena_sql.endpoint.execution.executions import Execution, State
from millrace.athena_sql.endpoint.execution.failures import CutOff, reason_of
from millrace.athena_sql.endpoint.execution.running import ExecutionServices, run_statement
from millrace.athena_sql.endpoint.results.outputs import put_failure
from millrace.athena_sql.endpoint.statements.statement_kinds import Kind, Select

# A result of these is not used again.
_EVERY_TIME_ANOTHER = (
    exp.CurrentDate,
    exp.CurrentTimestamp,
    exp.Localtime,
    exp.Localtimestamp,
    exp.Rand,
    exp.TableSample,
    exp.Uuid,
)

_PATIENCE_SECONDS = 5.0

_log = logging.getLogger("millrace.athena")


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """`parallel` queries at work, each with `memory` and `seconds`; `waiting` more; `kept` executions and `kept_bytes`
    of results, the oldest going first. `result_bytes`: of one result."""

    parallel: int = 8
    waiting: int = 500
    seconds: float = 1800.0
    memory: str = "256MB"
    result_bytes: int = 1024**3
    kept: int = 5_000
    kept_bytes: int = 4 * 1024**3


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """What StartQueryExecution asks for, read and checked. `text`: what is run; of EXECUTE, the prepared statement's.

    `output`: the address of the result; "" for none.
    """

    id: str
    sql: str
    text: str
    statement: Kind
    workgroup: str
    catalog: str
    database: str
    parameters: tuple[str, ...] = ()
    output: str = ""
    reuse_minutes: int | None = None
    token: str | None = None

    @property
    def identity(self) -> str:
        """What must be the same for a result to be used again: every character of the query, and where it is asked."""
        parts = (self.workgroup, self.catalog, self.database, self.sql, self.text, *self.parameters)
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


class Queries:
    """`now` gives seconds since 1970, UTC."""

    def __init__(self, services: ExecutionServices, limits: QueryLimits, now: Callable[[], float]) -> None:
        self._services, self._limits, self._now = services, limits, now
        self._workers = ThreadPoolExecutor(limits.parallel, thread_name_prefix="athena-query")
        self._active: dict[str, tuple[threading.Event, Future[None]]] = {}
        self._lock = threading.Lock()
        self._ended = 0
        self.tidy()

    def start(self, request: QueryRequest) -> Execution:
        """Raises RequestRefused for a token of another request, and when too many wait."""
        store = self._services.store
        execution = self._execution(request)
        if before := store.by_token(request.token):
            return _same(before, execution)
        if reused := self._reused(request, execution):
            return store.add(reused, request.token)
        with self._lock:
            if len(self._active) >= self._limits.parallel + self._limits.waiting:
                raise too_many("You have exceeded the limit for the number of queries you can run concurrently.")
            added = store.add(execution, request.token)
            if added.id != execution.id:
                return _same(added, execution)
            stop = threading.Event()
            self._active[execution.id] = (stop, self._workers.submit(self._work, execution, request.statement, stop))
        return execution

    def stop(self, id_: str) -> None:
        """One that has ended stays as it is."""
        with self._lock:
            active = self._active.get(id_)
        if active is None:
            return
        stop, future = active
        stop.set()
        if future.cancel():
            found = self._services.store.execution(id_)
            if found is not None:
                self._end(msgspec.structs.replace(found, state=State.CANCELLED, reason="Query cancelled by user"))

    def close(self) -> None:
        """What runs is stopped. One that the engine does not see its stop in soon is left behind, to end as cut off."""
        with self._lock:
            running = list(self._active.values())
        for stop, _ in running:
            stop.set()
        self._workers.shutdown(wait=False, cancel_futures=True)
        # What the pool cancelled while it waited there never counts as done.
        wait([future for _, future in running if not future.cancelled()], timeout=_PATIENCE_SECONDS)

    def tidy(self) -> None:
        """Forget the oldest beyond the limits, and results that nobody knows."""
        store, results = self._services.store, self._services.results
        known, newest = results.known(), store.newest()
        kept, size = 0, 0
        for id_ in newest[: self._limits.kept]:
            size += known.get(id_, 0)
            if size > self._limits.kept_bytes and kept:
                break
            kept += 1
        if newest[kept:]:
            store.forget(newest[kept:])
        remaining = set(store.newest())
        results.delete(id_ for id_ in known if id_ not in remaining)

    def _execution(self, request: QueryRequest) -> Execution:
        return Execution(
            id=request.id,
            sql=request.sql,
            workgroup=request.workgroup,
            catalog=request.catalog,
            database=request.database,
            statement_type=request.statement.statement_type,
            substatement=request.statement.substatement,
            submitted=self._now(),
            identity=request.identity,
            parameters=request.parameters,
            output=request.output,
            reuse_minutes=request.reuse_minutes,
        )

    def _reused(self, request: QueryRequest, execution: Execution) -> Execution | None:
        if request.reuse_minutes is None or not isinstance(request.statement, Select):
            return None
        if request.statement.query.find(*_EVERY_TIME_ANOTHER):
            return None
        since = execution.submitted - request.reuse_minutes * 60
        found = self._services.store.reusable(request.identity, since)
        if found is None or not self._services.results.share(found.id, execution.id):
            return None
        outcome = msgspec.structs.replace(
            found.outcome, scanned=0, engine_ms=0, planning_ms=0, output=found.outcome.output or found.output
        )
        return msgspec.structs.replace(
            execution,
            state=State.SUCCEEDED,
            reused=True,
            started=execution.submitted,
            completed=self._now(),
            outcome=outcome,
        )

    def _work(self, execution: Execution, statement: Kind, stop: threading.Event) -> None:
        started = msgspec.structs.replace(execution, state=State.RUNNING, started=self._now())
        self._services.store.change(started)
        try:
            outcome = run_statement(self._services, started, statement, stop)
            self._end(msgspec.structs.replace(started, state=State.SUCCEEDED, outcome=outcome))
        except CutOff:
            self._end(self._cut_off(started, stop))
        except Exception as error:  # noqa: BLE001 (whatever went wrong ends this query, not the worker)
            reason, is_users = reason_of(error)
            if not is_users:
                _log.warning("query failed", exc_info=error)
            self._end(msgspec.structs.replace(started, state=State.FAILED, reason=reason, is_users=is_users))

    def _cut_off(self, started: Execution, stop: threading.Event) -> Execution:
        if stop.is_set():
            return msgspec.structs.replace(started, state=State.CANCELLED, reason="Query cancelled by user")
        reason = f"Query timeout: it ran for more than {self._limits.seconds:g} seconds"
        return msgspec.structs.replace(started, state=State.FAILED, reason=reason)

    def _end(self, ended: Execution) -> None:
        if ended.state is not State.SUCCEEDED:
            self._services.results.delete([ended.id])
        if ended.state is State.FAILED:
            self._put_failure(ended)
        self._services.store.change(msgspec.structs.replace(ended, completed=self._now()))
        with self._lock:
            self._ended += 1
            due = self._ended % max(self._limits.kept // 20, 1) == 0
        if due:
            self.tidy()
        with self._lock:  # last of all: who closes waits for those that are active, and then closes the store
            self._active.pop(ended.id, None)

    def _put_failure(self, failed: Execution) -> None:
        """Before the state is seen: a client may read it as soon as the query has failed."""
        if self._services.objects is None:
            return
        try:
            put_failure(self._services.objects, failed)
        except Exception as error:  # noqa: BLE001 (the query must end, and with the reason that it has)
            _log.warning("the reason of a failed query was not written to %s", failed.output, exc_info=error)


def new_id() -> str:
    return str(uuid.uuid4())


def _same(before: Execution, now: Execution) -> Execution:
    """What the same token gave before. Parameters and work group may differ, as on Athena."""
    if _told_apart_by(before) != _told_apart_by(now):
        raise invalid("Idempotent parameters do not match", "IDEMPOTENT_PARAMETER_MISMATCH")
    return before


def _told_apart_by(one: Execution) -> tuple[str, ...]:
    return one.sql, one.catalog, one.database, one.output.replace(one.id, "")
