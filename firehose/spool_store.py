"""The spool's tables: accepted records until they are in an object, and every snapshot_id that was ever accepted.

Records lie in buffers, one or more per source, dt and hour. A buffer is *open* (it takes records), then *planned* (its
object's key is stored, so that any process that finishes it uses the same key), then deleted with its records. The key
is in the buffer's row only, so planning does not touch the payloads.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from millrace.firehose.batching import is_oversize
from millrace.firehose.ports import InFlight, Receipt, Record
from millrace.pending.sqlite import SqlitePendingList
from millrace.state.instants import instant_of, text_of
from millrace.state.sqlite import StateFile

# `alone` is the snapshot_id of an oversize record, which has a buffer to itself. `data` is the last column, so that
# SQLite reads the columns before it without the payload.
_TABLES = """
CREATE TABLE IF NOT EXISTS spool_known (snapshot_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spool_buffer (
    buffer INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, dt TEXT NOT NULL, hour TEXT NOT NULL,
    bytes INTEGER NOT NULL, since TEXT NOT NULL, alone TEXT, object_key TEXT UNIQUE, planned_at TEXT
);
CREATE TABLE IF NOT EXISTS spool_record (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, buffer INTEGER NOT NULL, snapshot_id TEXT NOT NULL,
    since TEXT NOT NULL, data BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS spool_record_by_buffer ON spool_record (buffer);
"""
_OPEN = """
SELECT buffer FROM spool_buffer
WHERE source = ? AND dt = ? AND hour = ? AND object_key IS NULL AND alone IS NULL AND bytes < ?
ORDER BY buffer DESC LIMIT 1
"""
_DUE = """
FROM spool_buffer WHERE :everything
    OR object_key IS NULL AND (alone IS NOT NULL OR bytes >= :size OR since <= :oldest)
    OR object_key IS NOT NULL AND (:planned OR planned_at <= :oldest)
"""
_LINES_IN_FLIGHT = "SELECT data FROM spool_record JOIN spool_buffer USING (buffer) WHERE source = ? ORDER BY sequence"
_IN_FLIGHT = """
SELECT source, dt, snapshot_id, r.since FROM spool_record AS r JOIN spool_buffer USING (buffer) ORDER BY sequence
"""


@dataclass(frozen=True, slots=True)
class DueCriteria:
    """Which buffers to deliver: those of `size` bytes or more, or with a record of `oldest` or before; or `everything`.

    `planned`: deliver all planned buffers too. Otherwise a planned buffer is left to the process that planned it, until
    its plan is older than `oldest`.
    """

    size: int
    oldest: datetime
    planned: bool = False
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Buffer:
    """A buffer's row, without its records. `key` is None while the buffer is open."""

    number: int
    source: str
    dt: str
    hour: str
    alone: str | None
    key: str | None


class SpoolStore:
    """The spool's rows in the state file. Raises LakeError when the state file cannot be used."""

    def __init__(self, state: StateFile, pending: SqlitePendingList) -> None:
        self._state = state
        self._pending = pending
        state.declare(_TABLES)

    def add(
        self, records: Sequence[Record], now: datetime, full_size: int, before_commit: Callable[[], None]
    ) -> list[Receipt]:
        """Store all records or, on an error, none. A buffer that has `full_size` bytes takes no more."""
        with self._state.transaction() as connection:
            receipts = [_add_one(connection, record, text_of(now), full_size) for record in records]
            before_commit()
        return receipts

    def any_due(self, due: DueCriteria) -> bool:
        return self._state.connection.execute(f"SELECT 1 {_DUE} LIMIT 1", _parameters(due)).fetchone() is not None

    def plan(self, due: DueCriteria, now: datetime, key_of: Callable[[Buffer], str]) -> list[Buffer]:
        """Plan the due buffers; returns them, oldest first, each with its object's key, which is final."""
        with self._state.transaction() as connection:
            rows = connection.execute(f"SELECT * {_DUE} ORDER BY buffer", _parameters(due)).fetchall()
            for row in rows:
                if row["object_key"] is None:
                    connection.execute(
                        "UPDATE spool_buffer SET object_key = ?, planned_at = ? WHERE buffer = ?",
                        (key_of(_buffer(row)), text_of(now), row["buffer"]),
                    )
            return [
                _buffer(connection.execute("SELECT * FROM spool_buffer WHERE buffer = ?", (row["buffer"],)).fetchone())
                for row in rows
            ]

    def lines(self, buffer: Buffer) -> list[bytes]:
        """A buffer's records in the order of acceptance; none if another process has delivered the buffer meanwhile."""
        rows = self._state.connection.execute(
            "SELECT data FROM spool_record WHERE buffer = ? ORDER BY sequence", (buffer.number,)
        )
        return [row["data"] for row in rows]

    def finish(self, buffers: Sequence[Buffer], now: datetime) -> int:
        """Delete buffers whose objects are written, and touch their partitions, in one transaction.

        Returns the number of buffers deleted, without those that another process finished first.
        """
        with self._state.transaction() as connection:
            return sum(self._finish_one(connection, buffer, now) for buffer in buffers)

    def _finish_one(self, connection: sqlite3.Connection, buffer: Buffer, now: datetime) -> bool:
        if connection.execute("DELETE FROM spool_buffer WHERE buffer = ?", (buffer.number,)).rowcount == 0:
            return False
        connection.execute("DELETE FROM spool_record WHERE buffer = ?", (buffer.number,))
        self._pending.touch(connection, buffer.source, buffer.dt, now)
        return True

    def in_flight(self) -> list[InFlight]:
        rows = self._state.connection.execute(_IN_FLIGHT).fetchall()
        return [InFlight(row["source"], row["dt"], row["snapshot_id"], instant_of(row["since"])) for row in rows]

    def remember(self, snapshot_ids: Sequence[str]) -> None:
        """Note ids as accepted, without their records: these are in raw objects already."""
        with self._state.transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO spool_known VALUES (?)", [(one,) for one in snapshot_ids])

    def lines_in_flight(self, source: str) -> list[bytes]:
        return [row["data"] for row in self._state.connection.execute(_LINES_IN_FLIGHT, (source,))]


def _add_one(connection: sqlite3.Connection, record: Record, now: str, full_size: int) -> Receipt:
    if connection.execute("INSERT OR IGNORE INTO spool_known VALUES (?)", (record.snapshot_id,)).rowcount == 0:
        return Receipt.DUPLICATE
    buffer = _buffer_for(connection, record, now, full_size)
    connection.execute(
        "INSERT INTO spool_record (buffer, snapshot_id, since, data) VALUES (?, ?, ?, ?)",
        (buffer, record.snapshot_id, now, record.data),
    )
    return Receipt.ACCEPTED


def _buffer_for(connection: sqlite3.Connection, record: Record, now: str, full_size: int) -> int:
    """The number of the buffer for a record: a new one for an oversize record, else the open one of its partition."""
    alone = record.snapshot_id if is_oversize(record) else None
    size = len(record.data)
    partition = (record.source, record.dt, record.hour)
    found = None if alone else connection.execute(_OPEN, (*partition, full_size)).fetchone()
    if found is not None:
        connection.execute("UPDATE spool_buffer SET bytes = bytes + ? WHERE buffer = ?", (size, found["buffer"]))
        return int(found["buffer"])
    made = connection.execute(
        "INSERT INTO spool_buffer (source, dt, hour, bytes, since, alone) VALUES (?, ?, ?, ?, ?, ?) RETURNING buffer",
        (*partition, size, now, alone),
    )
    return int(made.fetchone()["buffer"])


def _buffer(row: sqlite3.Row) -> Buffer:
    return Buffer(row["buffer"], row["source"], row["dt"], row["hour"], row["alone"], row["object_key"])


def _parameters(due: DueCriteria) -> dict[str, int | str]:
    return {"size": due.size, "oldest": text_of(due.oldest), "planned": due.planned, "everything": due.everything}
