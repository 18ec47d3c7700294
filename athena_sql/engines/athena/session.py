"""A session on Athena, query by query: started once, waited for with backoff, stopped at the timeout, its rows read.

Where the stage limits how many queries its jobs have under way, a query waits for a slot first.

Sources: Athena API reference, StartQueryExecution (ClientRequestToken: 32 to 128 characters), GetQueryExecution,
GetQueryResults (at most 1,000 rows a page; the first row of a SELECT's first page is the header).
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from millrace.athena_sql.engines.athena.errors import query_error, translated
from millrace.athena_sql.engines.athena.limits import MAX_QUERY_BYTES
from millrace.athena_sql.engines.athena.query_slots import RENEWED_AFTER, QuerySlots
from millrace.athena_sql.engines.athena.types import value_reader
from millrace.athena_sql.engines.errors import stopped
from millrace.athena_sql.ports import Column, Result, Statement
from millrace.clock import Clock
from millrace.errors import LakeError, QueryError, RequestRefused, ServiceBusy
from millrace.retry_policy import RetryState, Wait, exponential, jittered

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_athena.type_defs import QueryExecutionTypeDef

T = TypeVar("T")

_FINAL = {"SUCCEEDED", "FAILED", "CANCELLED"}
_TRIES = 8
_PAGE_ROWS = 1000


@dataclass(frozen=True, slots=True)
class AthenaSettings:
    """How queries run. `output`: the s3:// address for results; None: the workgroup's own. `reuse_minutes`: the maximum
    age of an earlier result of the same text that may be reused (0: none is). `timeout` in seconds."""

    workgroup: str = "primary"
    output: str | None = None
    catalog: str = "AwsDataCatalog"
    reuse_minutes: int = 0
    timeout: float = 1800.0


class AthenaQueries:
    """Queries on Athena; threads may share it. `random` gives the jitter of the backoff; `timer` measures seconds.

    `slots`: those of the stage's jobs; None: there is no limit.
    """

    def __init__(
        self,
        client: AthenaClient,
        settings: AthenaSettings,
        clock: Clock,
        *,
        random: Callable[[], float] | None = None,
        timer: Callable[[], float] = time.monotonic,
        slots: QuerySlots | None = None,
    ) -> None:
        self._client, self._settings, self._clock, self._timer = client, settings, clock, timer
        self._pause: Wait = jittered(exponential(0.1, 5.0), random or Random().random)
        self._running: set[str] = set()
        self._lock = threading.Lock()
        self._scanned, self._stops, self._slots = 0, 0, slots
        self._note: Callable[[Sequence[str]], None] | None = None

    def run(self, statement: Statement, sql: str, *, reuse: bool = False) -> str:
        """Runs a query to its end; returns its id. `sql` is what Athena gets; `statement` is for messages.

        Raises QueryError when the query fails (Athena's reason and place), is stopped or exceeds the timeout;
        ServiceBusy when Athena throttles its start, or no slot is free for as long as a query may take.
        """
        size = len(sql.encode())
        if size > MAX_QUERY_BYTES:
            raise QueryError(
                f"{statement.name}: the query has {size:,} bytes; Athena takes at most {MAX_QUERY_BYTES:,}.",
                hint="Run it for fewer partitions at a time.",
            )
        with self._slot(statement) as keep:
            return self._run(statement, sql, reuse, keep)

    def _run(self, statement: Statement, sql: str, reuse: bool, keep: Callable[[], None]) -> str:
        """`keep` is called again and again while the query runs."""
        query_id = self._start(statement, sql, reuse)
        with self._lock:
            self._running.add(query_id)
        try:
            self._tell_under_way()
            return self._wait(statement, query_id, keep)
        except BaseException:  # also Ctrl-C: a query that nobody waits for would go on, and cost
            self._stop(query_id)  # harmless when the query has ended
            raise
        finally:
            with self._lock:
                self._running.discard(query_id)

    def result(self, query_id: str) -> Result:
        """The rows of a query that has succeeded."""
        pages = self._pages(query_id)
        first = next(pages)
        columns = _columns(first)
        readers = [value_reader(column.type) for column in columns]
        rows = first["ResultSet"]["Rows"][1:]
        for page in pages:
            rows += page["ResultSet"]["Rows"]
        return Result(
            columns,
            [
                tuple(None if text is None else read(text) for read, text in zip(readers, row, strict=True))
                for row in map(_texts, rows)
            ],
        )

    def columns(self, query_id: str) -> tuple[Column, ...]:
        """The columns of a query that has succeeded."""
        return _columns(self._page(query_id, 1))

    def texts(self, query_id: str) -> Iterator[list[str | None]]:
        """The rows as Athena's texts, page by page; for a SELECT the header comes first."""
        for page in self._pages(query_id):
            yield from map(_texts, page["ResultSet"]["Rows"])

    def output(self, query_id: str) -> str:
        """The address of the result's object; "" where the workgroup has none (managed query results)."""
        return self._execution(query_id).get("ResultConfiguration", {}).get("OutputLocation", "")

    def stop_all(self) -> None:
        with self._lock:
            self._stops += 1
            running = list(self._running)
        for query_id in running:
            self._stop(query_id)

    @contextmanager
    def noting(self, note: Callable[[Sequence[str]], None]) -> Iterator[None]:
        """As the port RemoteEngine says."""
        self._note = note
        try:
            yield
        finally:
            self._note = None

    def settle(self, query_ids: Sequence[str]) -> None:
        """Stops these queries and waits for their final states. One that Athena does not know is left out."""
        for query_id in query_ids:
            self._stop(query_id)
        for query_id in query_ids:
            with suppress(RequestRefused):
                self._wait_for_final_state(query_id)

    def take_scanned(self) -> int:
        """The bytes scanned by queries that have ended since the last call."""
        with self._lock:
            scanned, self._scanned = self._scanned, 0
        return scanned

    @contextmanager
    def _slot(self, statement: Statement) -> Iterator[Callable[[], None]]:
        """A slot, which is renewed by what it gives. Whoever waits for one is stopped as queries are."""
        if self._slots is None:
            yield lambda: None
            return
        slots, holder = self._slots, uuid.uuid4().hex
        self._wait_for_slot(statement, lambda: slots.take(holder))
        renewed = [self._timer()]

        def keep() -> None:
            if self._timer() - renewed[0] > RENEWED_AFTER:
                with suppress(LakeError):  # the next call tries again, while the query runs on
                    slots.take(holder)
                    renewed[0] = self._timer()

        try:
            yield keep
        finally:
            with suppress(LakeError):  # it ends by itself
                slots.free(holder)

    def _wait_for_slot(self, statement: Statement, take: Callable[[], bool]) -> None:
        began, number, stops = self._timer(), 0, self._stops
        while not take():
            number += 1
            waited = self._timer() - began
            if waited > self._settings.timeout:
                raise ServiceBusy(
                    f"{statement.name}: no query of the stage's jobs has ended for {waited:.0f} s.",
                    hint="Raise job_queries in [athena] of the stage, as far as the account's quota allows.",
                )
            self._clock.sleep(self._pause(RetryState(number, waited)))
            if self._stops != stops:  # before the next try: what was stopped has left slots
                raise stopped(statement)

    def _start(self, statement: Statement, sql: str, reuse: bool) -> str:
        settings, token = self._settings, uuid.uuid4().hex
        call: dict[str, Any] = {
            "QueryString": sql,
            "ClientRequestToken": token,  # the same on each try, so Athena starts the query once
            "QueryExecutionContext": {"Catalog": settings.catalog},
            "WorkGroup": settings.workgroup,
        }
        if settings.output:
            call["ResultConfiguration"] = {"OutputLocation": settings.output}
        if reuse and settings.reuse_minutes:
            by_age = {"Enabled": True, "MaxAgeInMinutes": settings.reuse_minutes}
            call["ResultReuseConfiguration"] = {"ResultReuseByAgeConfiguration": by_age}
        try:
            return self._retried(lambda: self._client.start_query_execution(**call)["QueryExecutionId"])
        except RequestRefused as error:
            raise query_error(statement, error.message, sql) from None

    def _wait(self, statement: Statement, query_id: str, keep: Callable[[], None]) -> str:
        began, number = self._timer(), 0
        while True:
            number += 1
            keep()
            found = self._execution(query_id)
            elapsed = self._timer() - began
            if found["Status"]["State"] in _FINAL:
                return self._ended(statement, query_id, found)
            if elapsed > self._settings.timeout:
                raise QueryError(
                    f"{statement.name}: the query ran for more than {self._settings.timeout:g} s and was stopped.",
                    hint="Read fewer partitions at a time.",
                )
            self._clock.sleep(self._pause(RetryState(number, elapsed)))

    def _wait_for_final_state(self, query_id: str) -> None:
        began, number = self._timer(), 0
        while self._execution(query_id)["Status"]["State"] not in _FINAL:
            number += 1
            self._clock.sleep(self._pause(RetryState(number, self._timer() - began)))

    def _execution(self, query_id: str) -> QueryExecutionTypeDef:
        return self._retried(lambda: self._client.get_query_execution(QueryExecutionId=query_id)["QueryExecution"])

    def _tell_under_way(self) -> None:
        with self._lock:
            note, running = self._note, sorted(self._running)
        if note is not None:
            note(running)

    def _ended(self, statement: Statement, query_id: str, found: QueryExecutionTypeDef) -> str:
        with self._lock:
            self._scanned += found.get("Statistics", {}).get("DataScannedInBytes", 0)
        state = found["Status"]["State"]
        if state == "SUCCEEDED":
            return query_id
        if state == "CANCELLED":
            raise stopped(statement)
        raise query_error(statement, found["Status"].get("StateChangeReason", ""), found.get("Query", ""))

    def _stop(self, query_id: str) -> None:
        """Errors are dropped: the caller raises a more important one, or wants the query ended and nothing else.

        A stop that is throttled is sent again: the query would go on to its end, while somebody waits for that.
        """
        with suppress(LakeError, RequestRefused):
            self._retried(lambda: self._client.stop_query_execution(QueryExecutionId=query_id))

    def _retried(self, call: Callable[[], T]) -> T:
        """The call's answer; retried with backoff while Athena throttles. Raises RequestRefused, or ServiceBusy."""
        began = self._timer()
        for number in range(1, _TRIES):
            try:
                with translated():
                    return call()
            except ServiceBusy:
                self._clock.sleep(self._pause(RetryState(number, self._timer() - began)))
        with translated():
            return call()

    def _pages(self, query_id: str) -> Iterator[Any]:
        token = ""
        while True:
            page = self._page(query_id, _PAGE_ROWS, token)
            yield page
            token = page.get("NextToken", "")
            if not token:
                return

    def _page(self, query_id: str, rows: int, token: str = "") -> Any:
        call: dict[str, Any] = {"QueryExecutionId": query_id, "MaxResults": rows}
        if token:
            call["NextToken"] = token
        return self._retried(lambda: self._client.get_query_results(**call))


def _texts(row: Any) -> list[str | None]:
    return [cell.get("VarCharValue") for cell in row["Data"]]


def _columns(page: Any) -> tuple[Column, ...]:
    return tuple(
        Column(info["Name"], _athena_type(info)) for info in page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    )


def _athena_type(info: Any) -> str:
    """The DDL name of a result's type: `varchar` is `string`, `integer` is `int`."""
    kind = str(info["Type"])
    if kind == "decimal":
        return f"decimal({info['Precision']},{info['Scale']})"
    return _DDL_NAMES.get(kind, kind)


_DDL_NAMES = {"varchar": "string", "integer": "int", "char": "string", "varbinary": "binary"}
