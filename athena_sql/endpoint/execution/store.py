"""The store of executions: a SQLite file, so that they outlive the process; and the lock that its servers hold."""

from __future__ import annotations

import fcntl
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from millrace.athena_sql.endpoint.execution.executions import Execution, failed_by_stop
from millrace.state.sqlite import StateFile

STATE_FILE = "executions.db"  # in the endpoint's folder
ABOVE_ALL_ROWS = 2**62  # a row number

_SCHEMA = """
CREATE TABLE IF NOT EXISTS executions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, workgroup TEXT NOT NULL, state TEXT NOT NULL,
    submitted REAL NOT NULL, identity TEXT NOT NULL, token TEXT UNIQUE, record BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS executions_by_identity ON executions (identity, submitted);
"""


@contextmanager
def endpoint_lock(path: Path) -> Iterator[bool]:
    """Hold a shared lock on the file; yields True if no other process held it before.

    The system frees the lock when the process dies.
    """
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = True
        except BlockingIOError:
            alone = False
        fcntl.flock(file, fcntl.LOCK_SH)
        yield alone


class StoredExecutions:
    """The executions in an endpoint's file, read beside it. Without a file there are none."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> list[Execution]:
        """In the order in which they were submitted."""
        return [
            msgspec.json.decode(row["record"], type=Execution)
            for row in self._rows("SELECT record FROM executions ORDER BY number")
        ]

    def revision(self) -> tuple[int, ...]:
        """Another one whenever an execution has begun or ended, or was forgotten."""
        counts = "count(*), coalesce(max(number), 0), count(*) FILTER (WHERE state IN ('QUEUED', 'RUNNING'))"
        return tuple(value for row in self._rows(f"SELECT {counts} FROM executions") for value in row)

    def _rows(self, sql: str) -> list[sqlite3.Row]:
        if not self._path.exists():
            return []
        with closing(StateFile(self._path, durable=False)) as state:
            return state.connection.execute(sql).fetchall()


class ExecutionStore:
    """The executions of one endpoint; threads may share the store. The file holds each execution as started and as
    ended, memory the states between.

    `alone`: this process alone serves the file; executions in it that are queued or running belong to a dead process
    and are marked FAILED.
    """

    def __init__(self, state: StateFile, *, alone: bool = True) -> None:
        self._state = state
        self._state.declare(_SCHEMA)
        self._running: dict[str, Execution] = {}
        self._changed = threading.Condition()
        if alone:
            self._fail_abandoned()

    def add(self, execution: Execution, token: str | None) -> Execution:
        """The execution, or the one that was added before with the same token (idempotent)."""
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
            with self._changed:
                self._running[execution.id] = execution
        return execution

    def change(self, execution: Execution) -> None:
        """The execution's new state; a final state is written to the file."""
        if execution.state.is_final:
            with self._state.transaction() as connection:
                connection.execute(
                    "UPDATE executions SET state = ?, record = ? WHERE id = ?",
                    (execution.state, msgspec.json.encode(execution), execution.id),
                )
        with self._changed:
            if execution.state.is_final:
                self._running.pop(execution.id, None)
                self._changed.notify_all()
            else:
                self._running[execution.id] = execution

    def execution(self, id_: str) -> Execution | None:
        with self._changed:
            if running := self._running.get(id_):
                return running
        return self._one("SELECT record FROM executions WHERE id = ?", id_)

    def ended(self, id_: str, within: float) -> Execution | None:
        """The execution as it has ended, or as it is after `within` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: id_ not in self._running, within)
        return self.execution(id_)

    def by_token(self, token: str | None) -> Execution | None:
        found = self._one("SELECT record FROM executions WHERE token = ?", token)
        return self.execution(found.id) if found else None

    def reusable(self, identity: str, since: float) -> Execution | None:
        """The newest execution with this identity that succeeded, submitted at `since` or later."""
        return self._one(
            "SELECT record FROM executions WHERE identity = ? AND submitted >= ? AND state = 'SUCCEEDED'"
            " ORDER BY number DESC LIMIT 1",
            identity,
            since,
        )

    def listed(self, workgroup: str, before: int | None, count: int) -> list[tuple[int, str]]:
        """Row numbers and ids, newest first; `before`: only rows with a lower number."""
        rows = self._state.connection.execute(
            "SELECT number, id FROM executions WHERE workgroup = ? AND number < ? ORDER BY number DESC LIMIT ?",
            (workgroup, ABOVE_ALL_ROWS if before is None else before, count),
        )
        return [(row["number"], row["id"]) for row in rows]

    def newest(self) -> list[str]:
        """All ids, newest first."""
        rows = self._state.connection.execute("SELECT id FROM executions ORDER BY number DESC")
        return [row["id"] for row in rows]

    def forget(self, ids: Sequence[str]) -> None:
        """Delete those of these executions that have ended."""
        with self._changed:
            ended = [(id_,) for id_ in ids if id_ not in self._running]
        with self._state.transaction() as connection:
            connection.executemany("DELETE FROM executions WHERE id = ?", ended)

    def _one(self, sql: str, *values: object) -> Execution | None:
        row = self._state.connection.execute(sql, values).fetchone()
        return msgspec.json.decode(row["record"], type=Execution) if row else None

    def _fail_abandoned(self) -> None:
        with self._state.transaction() as connection:
            rows = connection.execute("SELECT record FROM executions WHERE state IN ('QUEUED', 'RUNNING')").fetchall()
            for row in rows:
                failed = failed_by_stop(msgspec.json.decode(row["record"], type=Execution))
                connection.execute(
                    "UPDATE executions SET state = ?, record = ? WHERE id = ?",
                    (failed.state, msgspec.json.encode(failed), failed.id),
                )
