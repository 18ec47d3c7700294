"""Ad hoc queries: SQL that people write on the page, read-only in the engine, and limited in time, rows and bytes.

They run on an engine of their own, so that their memory is bounded and interrupting a query interrupts nothing else.
"""

from __future__ import annotations

import csv
import io
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from millrace.athena_sql.ports import Column, Engine, Parameter, Statement, Value
from millrace.athena_sql.statements.typed_parameters import typed_parameters
from millrace.errors import QueryError, RetryLater, UsageError
from millrace.time_limit import time_limit

NAME = "your query"
MAX_SQL_CHARACTERS = 20_000
_MAX_CELL_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class AdHocLimits:
    """The run time of a query, its wait for the query before it, its rows on the page, and the size of a download."""

    seconds: float = 20.0
    wait_seconds: float = 1.0
    shown_rows: int = 1_000
    download_rows: int = 100_000
    download_bytes: int = 32 * 1024 * 1024  # of text


class AdHocQueries:
    """Ad hoc queries on an engine, one at a time; a query that waits longer than the limit is refused (RetryLater).

    `export` returns a statement's rows as the bytes of a Parquet file; `tables` lists the tables with their columns.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        export: Callable[[Statement, Mapping[str, Parameter]], bytes],
        tables: Callable[[], list[dict[str, Any]]],
        examples: Sequence[Mapping[str, Any]] = (),
        limits: AdHocLimits | None = None,
    ) -> None:
        self._engine = engine
        self._export = export
        self.tables = tables
        self.examples = [dict(example) for example in examples]
        self._limits = limits or AdHocLimits()
        self._one_at_a_time = threading.Lock()

    def rows(self, sql: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """The first rows as JSON values. Raises QueryError, UnknownName, RetryLater."""
        began = time.perf_counter()
        with self._running():
            statement, bound = _limited(sql, self._limits.shown_rows + 1), typed_parameters(parameters)
            columns = self._engine.query(_limited(sql, 0), bound).columns
            if any(column.type == "string" for column in columns):
                statement = _with_cut_texts(statement, columns)
            result = self._engine.query(statement, bound)
        shown = result.rows[: self._limits.shown_rows]
        return {
            "columns": [{"name": column.name, "type": column.type} for column in columns],
            "rows": [[_json_value(value) for value in row] for row in shown],
            "more": len(result.rows) > len(shown),
            "seconds": round(time.perf_counter() - began, 3),
        }

    def csv(self, sql: str, parameters: Mapping[str, str]) -> bytes:
        """Raises as `rows` does, and UsageError for a result over the limits of a download."""
        with self._running():
            self._check_size(sql, parameters)
            result = self._engine.query(_limited(sql, self._limits.download_rows), typed_parameters(parameters))
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(column.name for column in result.columns)
        writer.writerows(result.rows)
        return text.getvalue().encode()

    def parquet(self, sql: str, parameters: Mapping[str, str]) -> bytes:
        """Raises as `csv` does."""
        with self._running():
            self._check_size(sql, parameters)
            statement = _limited(sql, self._limits.download_rows)
            return self._export(statement, typed_parameters(parameters))

    def close(self) -> None:
        self._engine.interrupt()
        self._engine.close()

    def _check_size(self, sql: str, parameters: Mapping[str, str]) -> None:
        """Measure the result in the engine before fetching it: a download must fit into memory."""
        limits = self._limits
        statement, bound = _limited(sql, limits.download_rows + 1), typed_parameters(parameters)
        columns = self._engine.query(_limited(sql, 0), bound).columns
        lengths = " + ".join(f"coalesce(length(CAST(c{at} AS VARCHAR)), 0) + 1" for at in range(len(columns)))
        measure = f"SELECT count(*), coalesce(sum({lengths}), 0) FROM {_with_numbered_columns(statement, columns)}"
        rows, size = self._engine.query(Statement(NAME, measure), bound).rows[0]
        assert isinstance(rows, int)
        if rows > limits.download_rows or int(str(size)) > limits.download_bytes:
            raise UsageError(
                f"a download has at most {limits.download_rows:,} rows and {limits.download_bytes >> 20} MiB.",
                hint="Narrow the query, or write the file with millrace query --output.",
            )

    @contextmanager
    def _running(self) -> Iterator[None]:
        if not self._one_at_a_time.acquire(timeout=self._limits.wait_seconds):
            raise RetryLater("another query is still running.", hint="Try again when it is done.")
        try:
            with time_limit(self._limits.seconds, self._engine.interrupt) as over, self._told(over):
                yield
        finally:
            self._one_at_a_time.release()

    @contextmanager
    def _told(self, over: threading.Event) -> Iterator[None]:
        """Errors in the words of who wrote the query."""
        try:
            yield
        except RecursionError:
            raise QueryError(f"{NAME}: too deeply nested.", hint="Split it into parts with WITH.") from None
        except QueryError as error:
            if over.is_set():
                limit = f"{self._limits.seconds:g} seconds"
                raise QueryError(
                    f"{NAME}: stopped after {limit}.", hint="Narrow it, for example to some days with WHERE dt = ..."
                ) from error
            raise QueryError(_with_original_lines(error.message), hint=error.hint) from error


def _limited(sql: str, rows: int) -> Statement:
    """The text as it was written but one line further down, which `_with_original_lines` corrects in errors."""
    if len(sql) > MAX_SQL_CHARACTERS:
        raise QueryError(f"{NAME}: longer than {MAX_SQL_CHARACTERS:,} characters.", hint="Shorten it.")
    written = sql.strip().removesuffix(";")
    if not written:
        raise QueryError(f"{NAME}: empty.", hint="Write one SELECT.")
    return Statement(NAME, f"SELECT * FROM (\n{written}\n) AS q LIMIT {rows}")


def _with_original_lines(message: str) -> str:
    return re.sub(r"(?<=\bline )\d+", lambda found: str(max(int(found[0]) - 1, 1)), message)


def _with_cut_texts(statement: Statement, columns: Sequence[Column]) -> Statement:
    """Long texts are cut by the engine, so that a thousand payloads are never in this process's memory at once."""
    cut = ", ".join(
        f"substr(c{at}, 1, {_MAX_CELL_CHARACTERS + 1}) AS c{at}" if column.type == "string" else f"c{at}"
        for at, column in enumerate(columns)
    )
    return Statement(NAME, f"SELECT {cut} FROM {_with_numbered_columns(statement, columns)}")


def _with_numbered_columns(statement: Statement, columns: Sequence[Column]) -> str:
    """The statement as a table with columns c0, c1, ..., so that two columns may have the same name."""
    names = ", ".join(f"c{at}" for at in range(len(columns)))
    return f"({statement.sql}) AS r ({names})"


def _json_value(value: Value) -> str | int | float | bool | None:
    """A value for JSON. Whole numbers and DECIMALs with more digits than a browser keeps are texts."""
    match value:
        case None | bool():
            return value
        case int():
            return value if abs(value) < 2**53 else str(value)
        case float():
            return value if value - value == 0 else str(value)
        case Decimal():
            return float(value) if len(value.as_tuple().digits) <= 15 else str(value)
        case datetime():
            return value.isoformat(" ")
        case date():
            return value.isoformat()
        case _:
            text = str(value)
            return text if len(text) <= _MAX_CELL_CHARACTERS else f"{text[:_MAX_CELL_CHARACTERS]}…"
