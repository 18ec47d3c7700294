"""The engine's sessions: one a worker, each with memory of its own, so that no query takes another's."""

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
class Run:
    """One query at work, until `stop` is set or `deadline` (of time.monotonic) has passed."""

    connection: duckdb.DuckDBPyConnection
    deadline: float
    stop: threading.Event

    def is_over(self) -> bool:
        return self.stop.is_set() or time.monotonic() > self.deadline


class Sessions:
    """`root` is the only folder that the sessions reach. Each thread that asks has a session of its own."""

    def __init__(self, root: Path, limits: SessionLimits, seconds: float) -> None:
        self._root, self._limits, self._seconds = root, limits, seconds
        self._mine = threading.local()
        self._opened: list[duckdb.DuckDBPyConnection] = []
        self._running: set[Run] = set()
        self._lock = threading.Lock()
        self._busy = threading.Event()
        self._closed = threading.Event()
        self._watch = threading.Thread(target=self._watch_runs, name="athena-watch", daemon=True)
        self._watch.start()

    @contextmanager
    def running(self, stop: threading.Event) -> Iterator[Run]:
        """A run that `stop`, when it is set, and the time limit cut off, whichever of its statements is at work."""
        run = Run(self._session().cursor(), time.monotonic() + self._seconds, stop)
        with self._lock:
            self._running.add(run)
            self._busy.set()
        try:
            yield run
        finally:
            with self._lock:
                self._running.discard(run)
                run.connection.close()

    def close(self) -> None:
        self._closed.set()
        self._busy.set()
        self._watch.join()
        with self._lock:
            for run in self._running:
                run.connection.interrupt()
            if self._running:  # closing would wait for them
                return
            for session in self._opened:
                session.close()
            self._opened.clear()

    def _session(self) -> duckdb.DuckDBPyConnection:
        found: duckdb.DuckDBPyConnection | None = getattr(self._mine, "session", None)
        if found is None:
            found = self._mine.session = open_session(self._root, self._limits, ordered=True)
            for head, body in (*TEXT_MACROS, *MACROS.items()):
                found.execute(f"CREATE MACRO {head} AS {body}")
            with self._lock:
                self._opened.append(found)
        return found

    def _watch_runs(self) -> None:
        """An interrupt reaches only the statement at work, and a query has several: so again until it has ended."""
        while not self._closed.is_set():
            self._busy.wait()
            with self._lock:
                for run in self._running:
                    if run.is_over():
                        run.connection.interrupt()
                if not self._running:
                    self._busy.clear()
            self._closed.wait(_TICK_SECONDS)
