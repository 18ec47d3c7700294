"""The worker pool: starts, reuses, stops and forgets query executions."""

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

from millrace.athena_sql.endpoint.execution.executions import Execution, ExecutionState, failed_by_stop
from millrace.athena_sql.endpoint.execution.outputs import put_failure
from millrace.athena_sql.endpoint.execution.statement_run import ExecutionServices, run_statement
from millrace.athena_sql.endpoint.failures import QueryInterrupted, reason_of
from millrace.athena_sql.endpoint.problems import invalid, too_many
from millrace.athena_sql.endpoint.statements.kinds import ParsedStatement, Select

# Never reuse the result of a query with one of these: it may differ each time.
_NONDETERMINISTIC = (
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
    """Bounds on what queries use.

    `parallel` queries run at once, each for `seconds`, and `waiting` more may be queued. A query sorts, groups and
    joins in `memory`; its process takes at most `process_memory` bytes beyond what it has when idle, and is killed if
    it does not stop within `grace` seconds. One result has at most `result_bytes`. At most `max_executions` executions
    and `max_stored_bytes` of results are stored; the oldest are deleted first.
    """

    parallel: int = 8
    waiting: int = 500
    seconds: float = 1800.0
    memory: str = "256MB"
    process_memory: int = 1024**3
    grace: float = 1.0
    result_bytes: int = 1024**3
    max_executions: int = 5_000
    max_stored_bytes: int = 4 * 1024**3


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """A request of StartQueryExecution, parsed and checked.

    `sql`: as the client sent it; `text`: the SQL to run, which for EXECUTE is the prepared statement's; `output`: the
    address for the result, "" for none; `token`: the client's idempotency token.
    """

    id: str
    sql: str
    text: str
    statement: ParsedStatement
    workgroup: str
    catalog: str
    database: str
    parameters: tuple[str, ...] = ()
    output: str = ""
    reuse_minutes: int | None = None
    token: str | None = None

    @property
    def identity(self) -> str:
        """Hash of all that must be equal for a result to be reused: every character of the query, and its context."""
        parts = (self.workgroup, self.catalog, self.database, self.sql, self.text, *self.parameters)
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


class QueryPool:
    """The executions that are queued or running, over a pool of threads. `now`: seconds since 1970, UTC."""

    def __init__(self, services: ExecutionServices, limits: QueryLimits, now: Callable[[], float]) -> None:
        self._services, self._limits, self._now = services, limits, now
        self._workers = ThreadPoolExecutor(limits.parallel, thread_name_prefix="athena-query")
        self._active: dict[str, tuple[threading.Event, Future[None]]] = {}
        self._cancelled: set[str] = set()
        self._is_closing = False
        self._lock = threading.Lock()
        self._ended_count = 0
        self.tidy()

    def start(self, request: QueryRequest) -> Execution:
        """The new execution; for a known token, the earlier one of the same request (idempotent start).

        Raises RequestRefused for a token of another request, and when too many queries wait.
        """
        store = self._services.store
        execution = self._execution(request)
        if earlier := store.by_token(request.token):
            return _same_request(earlier, execution)
        if reused := self._reused(request, execution):
            return store.add(reused, request.token)
        with self._lock:
            if len(self._active) >= self._limits.parallel + self._limits.waiting:
                raise too_many("You have exceeded the limit for the number of queries you can run concurrently.")
            added = store.add(execution, request.token)
            if added.id != execution.id:
                return _same_request(added, execution)
            stop = threading.Event()
            self._active[execution.id] = (stop, self._workers.submit(self._work, execution, request.statement, stop))
        return execution

    def stop(self, id_: str) -> None:
        """Cancel a queued or running execution; an ended one stays as it is."""
        with self._lock:
            active = self._active.get(id_)
            if active is None:
                return
            self._cancelled.add(id_)
        stop, future = active
        stop.set()
        if future.cancel():
            self._end_waiting(id_)

    def close(self) -> None:
        """Stop all queries: they fail, and may be started again. One that outlasts the patience time is abandoned: it
        fails later, or the next process fails it."""
        with self._lock:
            self._is_closing = True
            active = dict(self._active)
        for stop, _ in active.values():
            stop.set()
        self._workers.shutdown(wait=False, cancel_futures=True)
        for id_, (_, future) in active.items():
            if future.cancelled():
                self._end_waiting(id_)
        # `wait` would never see a future as done that the pool cancelled in its queue.
        wait([future for _, future in active.values() if not future.cancelled()], timeout=_PATIENCE_SECONDS)

    def tidy(self) -> None:
        """Forget the oldest executions beyond the limits, and delete results without an execution."""
        store, results = self._services.store, self._services.results
        known, newest = results.known(), store.newest()
        kept, size = 0, 0
        for id_ in newest[: self._limits.max_executions]:
            size += known.get(id_, 0)
            if size > self._limits.max_stored_bytes and kept:
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
        """The execution, succeeded with an earlier one's result; None where there is nothing to reuse."""
        if request.reuse_minutes is None or not isinstance(request.statement, Select):
            return None
        if request.statement.query.find(*_NONDETERMINISTIC):
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
            state=ExecutionState.SUCCEEDED,
            reused=True,
            started=execution.submitted,
            completed=self._now(),
            outcome=outcome,
        )

    def _work(self, execution: Execution, statement: ParsedStatement, stop: threading.Event) -> None:
        started = msgspec.structs.replace(execution, state=ExecutionState.RUNNING, started=self._now())
        self._services.store.change(started)
        try:
            outcome = run_statement(self._services, started, statement, stop)
            self._end(msgspec.structs.replace(started, state=ExecutionState.SUCCEEDED, outcome=outcome))
        except QueryInterrupted:
            self._end(self._interrupted(started))
        except Exception as error:  # noqa: BLE001 (any failure ends this query, not the worker)
            reason, is_users = reason_of(error)
            if not is_users:
                _log.warning("athena.query_failed", exc_info=error, extra={"query": started.id})
            self._end(msgspec.structs.replace(started, state=ExecutionState.FAILED, reason=reason, is_users=is_users))

    def _end_waiting(self, id_: str) -> None:
        """End a query that was taken out of the queue, unless it has ended already."""
        found = self._services.store.execution(id_)
        if found is not None and not found.state.is_final:
            self._end(self._interrupted(found))

    def _interrupted(self, started: Execution) -> Execution:
        if started.id in self._cancelled:
            return msgspec.structs.replace(started, state=ExecutionState.CANCELLED, reason="Query cancelled by user")
        if self._is_closing:
            return failed_by_stop(started)
        reason = f"Query timeout: it ran for more than {self._limits.seconds:g} seconds"
        return msgspec.structs.replace(started, state=ExecutionState.FAILED, reason=reason)

    def _end(self, ended: Execution) -> None:
        if ended.state is not ExecutionState.SUCCEEDED:
            self._services.results.delete([ended.id])
        if ended.state is ExecutionState.FAILED:
            self._put_failure(ended)
        self._services.store.change(msgspec.structs.replace(ended, completed=self._now()))
        with self._lock:
            self._ended_count += 1
            due = self._ended_count % max(self._limits.max_executions // 20, 1) == 0
        if due:
            self.tidy()
        with self._lock:  # last: `close` waits for active queries before the store is closed
            self._active.pop(ended.id, None)
            self._cancelled.discard(ended.id)

    def _put_failure(self, failed: Execution) -> None:
        """Write the reason to the object store before the state changes: a client may read it once it sees FAILED."""
        if self._services.objects is None:
            return
        try:
            put_failure(self._services.objects, failed)
        except Exception as error:  # noqa: BLE001 (the query must end with its own reason)
            message, fields = "the reason of a failed query was not written to %s", {"query": failed.id}
            _log.warning(message, failed.output, exc_info=error, extra={"event": "athena.reason_unwritten", **fields})


def new_id() -> str:
    return str(uuid.uuid4())


def _same_request(earlier: Execution, execution: Execution) -> Execution:
    """The earlier execution with the same token. Raises RequestRefused where its request was another.

    Parameters and work group may differ, as on Athena.
    """
    if _idempotency_key(earlier) != _idempotency_key(execution):
        raise invalid("Idempotent parameters do not match", "IDEMPOTENT_PARAMETER_MISMATCH")
    return earlier


def _idempotency_key(execution: Execution) -> tuple[str, ...]:
    return execution.sql, execution.catalog, execution.database, execution.output.replace(execution.id, "")
