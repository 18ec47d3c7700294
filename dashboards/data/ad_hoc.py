"""SQL that people write on the page: read-only by the engine's fence, and limited in time, rows and bytes.

It runs on an engine of its own, so that its memory is bounded and stopping it stops nothing else.
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
from decimal import Decimal, InvalidOperation
from typing import Any

from millrace.athena_sql.ports import Column, Engine, Parameter, Statement, Value
from millrace.errors import QueryError, RetryLater, UsageError

NAME = "your query"
LONGEST_SQL = 20_000
_LONGEST_CELL = 2_000


@dataclass(frozen=True, slots=True)
class AdHocLimits:
    """`shown`: rows on the page; `rows` and `size` (bytes of text): of a download.

    `patience`: how many seconds a query waits for the one before it.
    """

    seconds: float = 20.0
    patience: float = 1.0
    shown: int = 1_000
    rows: int = 100_000
    size: int = 32 * 1024 * 1024


class AdHoc:
    """`export` writes a statement's rows as Parquet and gives the file's bytes; `tables` lists what can be asked.

    One query runs at a time: another one is asked to come later.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        export: Callable[[Engine, Statement, Mapping[str, Parameter]], bytes],
        tables: Callable[[], list[dict[str, Any]]],
        examples: Sequence[Mapping[str, Any]] = (),
        limits: AdHocLimits | None = None,
    ) -> None:
        self._engine = engine
        self._export = export
        self.tables = tables
        self.examples = [dict(example) for example in examples]
        self._limits = limits or AdHocLimits()
        self._free = threading.Lock()

    def rows(self, sql: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """The first rows, as JSON holds them. Raises QueryError, UnknownName, RetryLater."""
        began = time.perf_counter()
        with self._running():
            statement, bound = _limited(sql, self._limits.shown + 1), typed_all(parameters)
            columns = self._engine.query(_limited(sql, 0), bound).columns
            if any(column.type == "string" for column in columns):
                statement = _shortened(statement, columns)
            result = self._engine.query(statement, bound)
        shown = result.rows[: self._limits.shown]
        return {
            "columns": [{"name": column.name, "type": column.type} for column in columns],
            "rows": [[_plain(value) for value in row] for row in shown],
            "more": len(result.rows) > len(shown),
            "seconds": round(time.perf_counter() - began, 3),
        }

    def csv(self, sql: str, parameters: Mapping[str, str]) -> bytes:
        """Raises as `rows` does, and UsageError for more than a download may hold."""
        with self._running():
            self._weigh(sql, parameters)
            result = self._engine.query(_limited(sql, self._limits.rows), typed_all(parameters))
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(column.name for column in result.columns)
        writer.writerows(result.rows)
        return text.getvalue().encode()

    def parquet(self, sql: str, parameters: Mapping[str, str]) -> bytes:
        """Raises as `csv` does."""
        with self._running():
            self._weigh(sql, parameters)
            return self._export(self._engine, _limited(sql, self._limits.rows), typed_all(parameters))

    def close(self) -> None:
        self._engine.interrupt()
        self._engine.close()

    def _weigh(self, sql: str, parameters: Mapping[str, str]) -> None:
        """Before anything is fetched: a download must fit into memory."""
        statement, bound = _limited(sql, self._limits.rows + 1), typed_all(parameters)
        columns = self._engine.query(_limited(sql, 0), bound).columns
        lengths = " + ".join(f"coalesce(length(CAST(c{at} AS VARCHAR)), 0) + 1" for at in range(len(columns)))
        weighed = f"SELECT count(*), coalesce(sum({lengths}), 0) FROM {_renamed(statement, columns)}"
        rows, size = self._engine.query(Statement(NAME, weighed), bound).rows[0]
        assert isinstance(rows, int)
        if rows > self._limits.rows or int(str(size)) > self._limits.size:
            raise UsageError(
                f"a download has at most {self._limits.rows:,} rows and {self._limits.size >> 20} MiB.",
                hint="Narrow the query, or write the file with millrace query --output.",
            )

    @contextmanager
    def _running(self) -> Iterator[None]:
        if not self._free.acquire(timeout=self._limits.patience):
            raise RetryLater("another query is still running.", hint="Try again when it is done.")
        late = threading.Event()
        timer = threading.Timer(self._limits.seconds, self._stop, [late])
        timer.daemon = True
        timer.start()
        try:
            yield
        except RecursionError:
            raise QueryError(f"{NAME}: it is nested too deeply.", hint="Take it apart with WITH.") from None
        except QueryError as error:
            if late.is_set():
                limit = f"{self._limits.seconds:g} seconds"
                raise QueryError(
                    f"{NAME}: stopped after {limit}.", hint="Narrow it, for example to some days with WHERE dt = ..."
                ) from error
            raise QueryError(_shifted(error.message), hint=error.hint) from error
        finally:
            timer.cancel()
            self._free.release()

    def _stop(self, late: threading.Event) -> None:
        late.set()
        self._engine.interrupt()


def typed(text: str) -> Value:
    """A parameter's value: a date as YYYY-MM-DD, a whole or decimal number, true or false; all else is text."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return _date(text)
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text)
    if text in ("true", "false"):
        return text == "true"
    try:
        return Decimal(text) if re.fullmatch(r"[+-]?\d+\.\d+", text) else text
    except InvalidOperation:
        return text


def typed_all(parameters: Mapping[str, str]) -> dict[str, Parameter]:
    return {name: typed(text) for name, text in parameters.items()}


def _date(text: str) -> Value:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _limited(sql: str, rows: int) -> Statement:
    """The text stays as it was written, one line lower; `_shifted` takes that line off what an error says."""
    if len(sql) > LONGEST_SQL:
        raise QueryError(f"{NAME}: it is longer than {LONGEST_SQL:,} characters.", hint="Shorten it.")
    written = sql.strip().removesuffix(";")
    if not written:
        raise QueryError(f"{NAME}: there is no SQL.", hint="Write one SELECT.")
    return Statement(NAME, f"SELECT * FROM (\n{written}\n) AS q LIMIT {rows}")


def _shifted(message: str) -> str:
    return re.sub(r"(?<=\bline )\d+", lambda found: str(max(int(found[0]) - 1, 1)), message)


def _shortened(statement: Statement, columns: Sequence[Column]) -> Statement:
    """Long texts are cut where they are, so that a thousand payloads are never in memory at once."""
    cut = ", ".join(
        f"substr(c{at}, 1, {_LONGEST_CELL + 1}) AS c{at}" if column.type == "string" else f"c{at}"
        for at, column in enumerate(columns)
    )
    return Statement(NAME, f"SELECT {cut} FROM {_renamed(statement, columns)}")


def _renamed(statement: Statement, columns: Sequence[Column]) -> str:
    """The statement as a table whose columns are c0, c1, ...: two of the same name are no trouble."""
    names = ", ".join(f"c{at}" for at in range(len(columns)))
    return f"({statement.sql}) AS r ({names})"


def _plain(value: Value) -> str | int | float | bool | None:
    """A value as JSON holds it: whole numbers that a browser would round, and DECIMALs, as text."""
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
            return text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"
