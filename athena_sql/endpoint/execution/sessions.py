"""DuckDB sessions: one for each worker, each with its own memory limit, so that queries do not compete for memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from millrace.athena_sql.endpoint.planning.functions import MACROS
from millrace.athena_sql.endpoint.results.column_types import TEXT_MACROS
from millrace.athena_sql.engines.duckdb.session import SessionLimits, open_session

_TICK_SECONDS = 0.05


@dataclass(eq=False)
class RunningQuery:
    """A query at work. It is over once `stop` is set or `deadline` (of time.monotonic) has passed."""

    connection: duckdb.DuckDBPyConnection
    deadline: float
    stop: threading.Event

    def is_over(self) -> bool:
        return self.stop.is_set() or time.monotonic() > self.deadline


class Sessions:
    """One session for each thread that runs queries. `root`: the only folder that they can read; `seconds`: the time
    limit of a query."""

    def __init__(self, root: Path, limits: SessionLimits, seconds: float) -> None:
        self._root, self._limits, self._seconds = root, limits, seconds
        self._local = threading.local()
        self._opened: list[duckdb.DuckDBPyConnection] = []
        self._running: set[RunningQuery] = set()
        self._lock = threading.Lock()
        self._busy = threading.Event()
        self._closed = threading.Event()
        self._watchdog = threading.Thread(target=self._interrupt_overdue, name="athena-watch", daemon=True)
        self._watchdog.start()

    @contextmanager
    def running(self, stop: threading.Event) -> Iterator[RunningQuery]:
        """A query that is interrupted when `stop` is set or its time is over, whichever of its statements runs."""
        query = RunningQuery(self._session().cursor(), time.monotonic() + self._seconds, stop)
        with self._lock:
            self._running.add(query)
            self._busy.set()
        try:
            yield query
        finally:
            with self._lock:
                self._running.discard(query)
                query.connection.close()

    def close(self) -> None:
        self._closed.set()
        self._busy.set()
        self._watchdog.join()
        with self._lock:
            for query in self._running:
                query.connection.interrupt()
            if self._running:  # closing their sessions would wait for them
                return
            for session in self._opened:
                session.close()
            self._opened.clear()

    def _session(self) -> duckdb.DuckDBPyConnection:
        found: duckdb.DuckDBPyConnection | None = getattr(self._local, "session", None)
        if found is None:
            found = self._local.session = open_session(self._root, self._limits, ordered=True)
            for head, body in (*TEXT_MACROS, *MACROS.items()):
                found.execute(f"CREATE MACRO {head} AS {body}")
            with self._lock:
                self._opened.append(found)
        return found

    def _interrupt_overdue(self) -> None:
        """The watchdog. An interrupt ends one statement only and a query runs several, so it is repeated."""
        while not self._closed.is_set():
            self._busy.wait()
            with self._lock:
                for query in self._running:
                    if query.is_over():
                        query.connection.interrupt()
                if not self._running:
                    self._busy.clear()
            self._closed.wait(_TICK_SECONDS)
