"""One query on Athena: started once, waited for with growing pauses, stopped when it takes too long, and its rows read.

Sources: Athena API reference, StartQueryExecution (ClientRequestToken: 32 to 128 characters), GetQueryExecution,
GetQueryResults (at most 1,000 rows a page; the first row of a SELECT's first page is the header).
"""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from millrace.athena_sql.engines.athena.types import value_reader
from millrace.athena_sql.engines.errors import one_line, stopped
from millrace.athena_sql.ports import Column, Result, Statement
from millrace.aws.calls import code_of, translated
from millrace.clock import Clock
from millrace.errors import LakeError, QueryError, RequestRefused, ServiceBusy
from millrace.retry_policy import Attempted, Wait, exponential, jittered

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_athena.type_defs import QueryExecutionTypeDef

T = TypeVar("T")

MAX_QUERY_BYTES = 262_144
_FINAL = {"SUCCEEDED", "FAILED", "CANCELLED"}
_INVALID = "InvalidRequestException"
_TRIES = 8
_WORD = re.compile(r'"?(\w+)')
_SHOWN = 40  # characters of the query
_PLACE = re.compile(r"line (\d+):(\d+): ")
_PAGE_ROWS = 1000


@dataclass(frozen=True, slots=True)
class AthenaSettings:
    """`output`: the s3:// address of results; None where the workgroup has one. `reuse_minutes`: how old a result of
    the same text may be (0: never reused). `timeout` in seconds."""

    workgroup: str = "primary"
    output: str | None = None
    catalog: str = "AwsDataCatalog"
    reuse_minutes: int = 0
    timeout: float = 1800.0


class AthenaQueries:
    """Threads may share it. `random` gives the jitter of pauses; `timer` measures seconds."""

    def __init__(
        self,
        client: AthenaClient,
        settings: AthenaSettings,
        clock: Clock,
        *,
        random: Callable[[], float] | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._settings, self._clock, self._timer = client, settings, clock, timer
        self._pause: Wait = jittered(exponential(0.1, 5.0), random or Random().random)
        self._running: set[str] = set()
        self._lock = threading.Lock()
        self._scanned = 0

    def run(self, statement: Statement, sql: str, *, reuse: bool = False) -> str:
        """The id of a query that has succeeded. `sql` is what Athena gets; `statement` is for messages.

        Raises QueryError (what Athena says, with its line), also when it was stopped or took too long; ServiceBusy when
        Athena has no room for it.
        """
        if len(sql.encode()) > MAX_QUERY_BYTES:
            raise QueryError(
                f"{statement.name}: the query has {len(sql.encode()):,} bytes, and Athena takes {MAX_QUERY_BYTES:,}.",
                hint="Run it for fewer partitions at a time.",
            )
        query_id = self._start(statement, sql, reuse)
        with self._lock:
            self._running.add(query_id)
        try:
            return self._wait(statement, query_id)
        except BaseException:
            self._stop(query_id)  # a query that has ended is no harm
            raise
        finally:
            with self._lock:
                self._running.discard(query_id)

    def result(self, query_id: str) -> Result:
        pages = self._pages(query_id)
        first = next(pages)
        columns = _columns(first)
        readers = [value_reader(column.type) for column in columns]
        rows = first["ResultSet"]["Rows"][1:]
        for page in pages:
            rows += page["ResultSet"]["Rows"]
        cells = ([cell.get("VarCharValue") for cell in row["Data"]] for row in rows)
        return Result(
            columns,
            [
                tuple(None if text is None else read(text) for read, text in zip(readers, row, strict=True))
                for row in cells
            ],
        )

    def stop_all(self) -> None:
        with self._lock:
            running = list(self._running)
        for query_id in running:
            self._stop(query_id)

    def take_scanned(self) -> int:
        """The bytes scanned by the queries that have ended since this was last asked."""
        with self._lock:
            scanned, self._scanned = self._scanned, 0
        return scanned

    def _start(self, statement: Statement, sql: str, reuse: bool) -> str:
        settings, token = self._settings, uuid.uuid4().hex
        call: dict[str, Any] = {
            "QueryString": sql,
            "ClientRequestToken": token,  # the same when it is tried again: it is started once
            "QueryExecutionContext": {"Catalog": settings.catalog},
            "WorkGroup": settings.workgroup,
        }
        if settings.output:
            call["ResultConfiguration"] = {"OutputLocation": settings.output}
        if reuse and settings.reuse_minutes:
            by_age = {"Enabled": True, "MaxAgeInMinutes": settings.reuse_minutes}
            call["ResultReuseConfiguration"] = {"ResultReuseByAgeConfiguration": by_age}
        try:
            return self._again(lambda: self._client.start_query_execution(**call)["QueryExecutionId"])
        except RequestRefused as error:
            raise _query_error(statement, error.message, sql) from None

    def _wait(self, statement: Statement, query_id: str) -> str:
        began, number = self._timer(), 0
        while True:
            number += 1
            found = self._again(lambda: self._client.get_query_execution(QueryExecutionId=query_id)["QueryExecution"])
            elapsed = self._timer() - began
            if found["Status"]["State"] in _FINAL:
                return self._ended(statement, query_id, found)
            if elapsed > self._settings.timeout:
                raise QueryError(
                    f"{statement.name}: it ran for more than {self._settings.timeout:g} s and was stopped.",
                    hint="Read fewer partitions at a time.",
                )
            self._clock.sleep(self._pause(Attempted(number, elapsed)))

    def _ended(self, statement: Statement, query_id: str, found: QueryExecutionTypeDef) -> str:
        with self._lock:
            self._scanned += found.get("Statistics", {}).get("DataScannedInBytes", 0)
        state = found["Status"]["State"]
        if state == "SUCCEEDED":
            return query_id
        if state == "CANCELLED":
            raise stopped(statement)
        raise _query_error(statement, found["Status"].get("StateChangeReason", ""), found.get("Query", ""))

    def _stop(self, query_id: str) -> None:
        """Whoever stops is about to be told of another error, or of nothing."""
        with suppress(LakeError), translated("athena", "a query"):
            self._client.stop_query_execution(QueryExecutionId=query_id)

    def _again(self, call: Callable[[], T]) -> T:
        """Throttling is no failure of the query: the same call once more, later. Raises RequestRefused."""
        began = self._timer()
        for number in range(1, _TRIES):
            try:
                return self._called(call)
            except ServiceBusy:
                self._clock.sleep(self._pause(Attempted(number, self._timer() - began)))
        return self._called(call)

    def _called(self, call: Callable[[], T]) -> T:
        from botocore.exceptions import ClientError

        with translated("athena", "a query"):
            try:
                return call()
            except ClientError as error:
                if code_of(error) != _INVALID:
                    raise
                raise RequestRefused(_INVALID, _message(error.response)) from None

    def _pages(self, query_id: str) -> Iterator[Any]:
        token = None
        while True:
            call: dict[str, Any] = {"QueryExecutionId": query_id, "MaxResults": _PAGE_ROWS}
            if token:
                call["NextToken"] = token
            page = self._again(lambda given=call: self._client.get_query_results(**given))  # type: ignore[misc]
            yield page
            token = page.get("NextToken")
            if not token:
                return


def _columns(page: Any) -> tuple[Column, ...]:
    return tuple(
        Column(info["Name"], _athena_type(info)) for info in page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    )


def _athena_type(info: Any) -> str:
    """The DDL name of a result's type: `varchar` is `string`, `integer` is `int`."""
    kind = str(info["Type"])
    if kind == "decimal":
        return f"decimal({info['Precision']},{info['Scale']})"
    return {"varchar": "string", "integer": "int", "char": "string", "float": "float"}.get(kind, kind)


def _query_error(statement: Statement, reason: str, sql: str) -> QueryError:
    """Athena's reason, what stands at its place in `sql`, and the line of the statement's own text, if that is sure."""
    place = _PLACE.search(reason)
    text = one_line(_PLACE.sub("", reason)).rstrip(".") or "Athena gives no reason"
    if place is None:
        return QueryError(f"{statement.name}: {text}.")
    there = _at(sql, int(place[1]), int(place[2]))
    line = _only_line_with(statement.sql, there)
    near = f" ({f'line {line}, ' if line else ''}at `{there[:_SHOWN]}`)" if there else ""
    return QueryError(f"{statement.name}: {text}{near}.")


def _at(sql: str, line: int, column: int) -> str:
    """What stands there, to the end of the line; both are from 1."""
    lines = sql.split("\n")
    return lines[line - 1][column - 1 :].strip() if line <= len(lines) else ""


def _only_line_with(text: str, there: str) -> int | None:
    """The line that has the first word of `there`, if one has it once and no other has it."""
    word = _WORD.match(there)
    found = [text.count("\n", 0, one.start()) + 1 for one in re.finditer(rf"\b{word[1]}\b", text, re.I)] if word else []
    return found[0] if len(found) == 1 else None


def _message(response: Any) -> str:
    return str(response.get("Error", {}).get("Message", ""))
