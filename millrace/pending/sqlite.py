"""The pending list port on SQLite: one row for each touch, also written inside the delivery stream's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from millrace.pending.ports import TouchedPartition
from millrace.state.instants import instant_of, text_of
from millrace.state.sqlite import StateFile

# One row for each touch, not for each partition: otherwise a partition that is touched during every run would seem to
# have been waiting since its first touch. AUTOINCREMENT: a number is used once, even after a clear.
_TABLES = """
CREATE TABLE IF NOT EXISTS pending (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, dt TEXT NOT NULL, since TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS pending_by_partition ON pending (source, dt, since);
"""
_TOUCHED = """
SELECT source, dt, max(sequence) AS sequence, min(since) AS since FROM pending WHERE source = ? GROUP BY dt ORDER BY dt
"""


class SqlitePendingList:
    def __init__(self, state: StateFile) -> None:
        self._state = state
        state.declare(_TABLES)

    def touched(self, source: str) -> list[TouchedPartition]:
        rows = self._state.connection.execute(_TOUCHED, (source,)).fetchall()
        return [TouchedPartition(row["source"], row["dt"], row["sequence"], instant_of(row["since"])) for row in rows]

    def clear(self, touches: Sequence[TouchedPartition]) -> None:
        with self._state.fenced() as connection:
            connection.executemany(
                "DELETE FROM pending WHERE source = ? AND dt = ? AND sequence <= ?",
                [(touched.source, touched.dt, touched.sequence) for touched in touches],
            )

    def add(self, source: str, dt: str, now: datetime) -> None:
        with self._state.transaction() as connection:
            self.touch(connection, source, dt, now)

    def touch(self, connection: sqlite3.Connection, source: str, dt: str, now: datetime) -> None:
        """Record a touch in the caller's transaction."""
        connection.execute("INSERT INTO pending (source, dt, since) VALUES (?, ?, ?)", (source, dt, text_of(now)))
