"""Executions, which must outlive the process, in a SQLite file."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence

import msgspec

from millrace.athena_sql.endpoint.execution.executions import Execution, State
from millrace.state.sqlite import StateFile

CUT_OFF = "INTERNAL_ERROR: the endpoint ended while this query was at work. Start it again."

_SCHEMA = """
CREATE TABLE IF NOT EXISTS executions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, workgroup TEXT NOT NULL, state TEXT NOT NULL,
    submitted REAL NOT NULL, identity TEXT NOT NULL, token TEXT UNIQUE, record BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS executions_by_identity ON executions (identity, submitted);
"""


class Store:
    """Threads may share it. What runs is in memory; the file has executions as they were started and as they ended.

    `alone`: no other process serves this file, so that what is at work there was cut off.
    """

    def __init__(self, state: StateFile, *, alone: bool = True) -> None:
        self._state = state
        self._state.declare(_SCHEMA)
        self._running: dict[str, Execution] = {}
        self._lock = threading.Lock()
        if alone:
            self._fail_what_was_cut_off()

    def add(self, execution: Execution, token: str | None) -> Execution:
        """The execution, or the one that was added before with the same token."""
        try:
            with self._state.transaction() as connection:
                connection.execute(
                    "INSERT INTO executions (id, workgroup, state, submitted, identity, token, record)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        execution.id,
                        execution.workgroup,
                        execution.state,
                        execution.submitted,
                        execution.identity,
                        token,
                        msgspec.json.encode(execution),
                    ),
                )
        except sqlite3.IntegrityError:
            if found := self.by_token(token):
                return found
            raise
        if not execution.state.is_final:
            with self._lock:
                self._running[execution.id] = execution
        return execution

    def change(self, execution: Execution) -> None:
        """What it is now; it is kept when that is final."""
        if execution.state.is_final:
            with self._state.transaction() as connection:
                connection.execute(
                    "UPDATE executions SET state = ?, record = ? WHERE id = ?",
                    (execution.state, msgspec.json.encode(execution), execution.id),
                )
        with self._lock:
            if execution.state.is_final:
                self._running.pop(execution.id, None)
            else:
                self._running[execution.id] = execution

    def execution(self, id_: str) -> Execution | None:
        with self._lock:
            if running := self._running.get(id_):
                return running
        return self._one("SELECT record FROM executions WHERE id = ?", id_)

    def by_token(self, token: str | None) -> Execution | None:
        found = self._one("SELECT record FROM executions WHERE token = ?", token)
        return self.execution(found.id) if found else None

    def reusable(self, identity: str, since: float) -> Execution | None:
        """The newest that succeeded with this identity."""
        return self._one(
            "SELECT record FROM executions WHERE identity = ? AND submitted >= ? AND state = 'SUCCEEDED'"
            " ORDER BY number DESC LIMIT 1",
            identity,
            since,
        )

    def listed(self, workgroup: str, before: int | None, count: int) -> list[tuple[int, str]]:
        """Numbers and ids, newest first."""
        rows = self._state.connection.execute(
            "SELECT number, id FROM executions WHERE workgroup = ? AND number < ? ORDER BY number DESC LIMIT ?",
            (workgroup, before if before is not None else 2**62, count),
        )
        return [(row["number"], row["id"]) for row in rows]

    def newest(self) -> list[str]:
        """Every id that is kept, newest first."""
        rows = self._state.connection.execute("SELECT id FROM executions ORDER BY number DESC")
        return [row["id"] for row in rows]

    def forget(self, ids: Sequence[str]) -> None:
        """Those that have ended."""
        with self._lock:
            gone = [(id_,) for id_ in ids if id_ not in self._running]
        with self._state.transaction() as connection:
            connection.executemany("DELETE FROM executions WHERE id = ?", gone)

    def _one(self, sql: str, *values: object) -> Execution | None:
        row = self._state.connection.execute(sql, values).fetchone()
        return msgspec.json.decode(row["record"], type=Execution) if row else None

    def _fail_what_was_cut_off(self) -> None:
        with self._state.transaction() as connection:
            rows = connection.execute("SELECT record FROM executions WHERE state IN ('QUEUED', 'RUNNING')").fetchall()
            for row in rows:
                cut = msgspec.json.decode(row["record"], type=Execution)
                failed = msgspec.structs.replace(
                    cut, state=State.FAILED, reason=CUT_OFF, completed=cut.submitted, is_users=False
                )
                connection.execute(
                    "UPDATE executions SET state = ?, record = ? WHERE id = ?",
                    (failed.state, msgspec.json.encode(failed), failed.id),
                )
