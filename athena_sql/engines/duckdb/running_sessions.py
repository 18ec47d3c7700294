"""The DuckDB sessions that are at work, so that another thread can interrupt them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class RunningSessions:
    """Threads may share it."""

    def __init__(self) -> None:
        self._sessions: set[DuckDBPyConnection] = set()
        self._lock = threading.Lock()

    @contextmanager
    def closing(self, session: DuckDBPyConnection) -> Iterator[DuckDBPyConnection]:
        """The session, which can be interrupted, and is closed at the end."""
        with self._lock:
            self._sessions.add(session)
        try:
            yield session
        finally:
            with self._lock:
                self._sessions.discard(session)
                session.close()

    def interrupt(self) -> None:
        with self._lock:
            for session in self._sessions:
                session.interrupt()
