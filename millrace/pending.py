"""The pending list: partitions touched since a run last saw them.

It is written as data arrives (locally by the delivery stream, in its own transaction) and cleared by `prod` up to the
sequence number that its run had seen, so that what arrives meanwhile stays on it. It is what keeps a micro-batch's
cost independent of the length of history.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from millrace.state import StateFile
from millrace.time_keys import from_stored, stored


@dataclass(frozen=True, slots=True)
class Touched:
    """`since`: when the partition was first touched after a run last saw it."""

    source: str
    dt: str
    sequence: int
    since: datetime


class PendingList(Protocol):
    def touched(self, source: str) -> list[Touched]: ...

    def clear(self, source: str, up_to: int) -> None:
        """Take off the list what was touched at or before the sequence number `up_to`."""
        ...


_TABLES = """
CREATE TABLE IF NOT EXISTS pending_sequence (sequence INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TABLE IF NOT EXISTS pending (
    source TEXT, dt TEXT, sequence INTEGER NOT NULL, since TEXT NOT NULL, PRIMARY KEY (source, dt)
) WITHOUT ROWID;
"""


class SqlitePendingList:
    def __init__(self, state: StateFile) -> None:
        self._state = state
        state.declare(_TABLES)

    def touched(self, source: str) -> list[Touched]:
        rows = self._state.connection.execute("SELECT * FROM pending WHERE source = ? ORDER BY dt", (source,))
        return [Touched(row["source"], row["dt"], row["sequence"], from_stored(row["since"])) for row in rows]

    def clear(self, source: str, up_to: int) -> None:
        with self._state.transaction() as connection:
            connection.execute("DELETE FROM pending WHERE source = ? AND sequence <= ?", (source, up_to))

    def touch(self, connection: sqlite3.Connection, source: str, dt: str, now: datetime) -> None:
        """Record a touch in the caller's transaction."""
        sequence = connection.execute("INSERT INTO pending_sequence DEFAULT VALUES").lastrowid
        connection.execute("DELETE FROM pending_sequence WHERE sequence < ?", (sequence,))
        connection.execute(
            "INSERT INTO pending VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET sequence = excluded.sequence",
            (source, dt, sequence, stored(now.astimezone(UTC))),
        )
