"""The pending list: partitions touched since a run last saw them.

It is written as data arrives (locally by the delivery stream, in its own transaction). `prod` clears the touches that
its run had seen, so that what arrives meanwhile stays on it. It is what keeps a micro-batch's cost independent of the
length of history.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from millrace.state.sqlite import StateFile
from millrace.time_keys import from_stored, stored


@dataclass(frozen=True, slots=True)
class Touched:
    """`sequence`: of the last touch. `since`: when the partition was first touched after a run last saw it."""

    source: str
    dt: str
    sequence: int
    since: datetime


class PendingList(Protocol):
    def touched(self, source: str) -> list[Touched]:
        """The partitions of one source that are on the list, in the order of their dates."""
        ...

    def clear(self, seen: Sequence[Touched]) -> None:
        """Take these touches off the list; a partition that was touched again since (a higher number) stays on it."""
        ...

    def add(self, source: str, dt: str, now: datetime) -> None:
        """Put a partition on the list although no data arrived, so that the next run builds it again."""
        ...


# One row a touch, not one a partition: otherwise a partition that is touched during every run would seem to have been
# waiting since its first touch. AUTOINCREMENT: a number is never given twice, not even after a clear.
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

    def touched(self, source: str) -> list[Touched]:
        rows = self._state.connection.execute(_TOUCHED, (source,)).fetchall()
        return [Touched(row["source"], row["dt"], row["sequence"], from_stored(row["since"])) for row in rows]

    def clear(self, seen: Sequence[Touched]) -> None:
        with self._state.transaction() as connection:
            connection.executemany(
                "DELETE FROM pending WHERE source = ? AND dt = ? AND sequence <= ?",
                [(touched.source, touched.dt, touched.sequence) for touched in seen],
            )

    def add(self, source: str, dt: str, now: datetime) -> None:
        with self._state.transaction() as connection:
            self.touch(connection, source, dt, now)

    def touch(self, connection: sqlite3.Connection, source: str, dt: str, now: datetime) -> None:
        """Record a touch in the caller's transaction."""
        connection.execute("INSERT INTO pending (source, dt, since) VALUES (?, ?, ?)", (source, dt, stored(now)))
