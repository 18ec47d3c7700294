"""The catalog port on the lake's state file: a flip is one transaction over all tables and partitions."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

import msgspec

from millrace.athena_sql.ports import WrittenFile
from millrace.clock import Clock
from millrace.commit_points import CommitPoint, CommitPointListener, no_listener
from millrace.glue_workflow.ports import PartitionVersion, Pin, VersionRecord
from millrace.glue_workflow.stores.refusals import (
    current_as_candidate,
    flip_to_unregistered,
    removal_of_current,
    rollback_to_unseen,
)
from millrace.state.instants import instant_of, text_of
from millrace.state.sqlite import StateFile

# A candidate has neither `published_at` nor `replaced_at`, a current version the first, a replaced one both.
_TABLES = """
CREATE TABLE IF NOT EXISTS catalog_version (
    table_name TEXT, partition TEXT, version TEXT, files TEXT NOT NULL,
    created_at TEXT NOT NULL, published_at TEXT, replaced_at TEXT,
    PRIMARY KEY (table_name, partition, version)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS catalog_current ON catalog_version (table_name, partition)
    WHERE published_at IS NOT NULL AND replaced_at IS NULL;
CREATE INDEX IF NOT EXISTS catalog_unpublished ON catalog_version (table_name) WHERE published_at IS NULL;
CREATE INDEX IF NOT EXISTS catalog_replaced ON catalog_version (table_name, replaced_at)
    WHERE replaced_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS catalog_pin (
    table_name TEXT, partition TEXT, version TEXT NOT NULL, inputs TEXT NOT NULL, pinned_at TEXT NOT NULL,
    PRIMARY KEY (table_name, partition)
) WITHOUT ROWID;
"""
_IS_CURRENT = "published_at IS NOT NULL AND replaced_at IS NULL"
_KEY = "table_name = ? AND partition = ? AND version = ?"

_files_decoder = msgspec.json.Decoder(tuple[WrittenFile, ...])


class SqliteCatalog:
    def __init__(self, state: StateFile, clock: Clock, *, reached: CommitPointListener = no_listener) -> None:
        self._state, self._clock, self._reached = state, clock, reached
        state.declare(_TABLES)

    def current(self, table: str) -> list[PartitionVersion]:
        return self._select(f"table_name = ? AND {_IS_CURRENT} ORDER BY partition", table)

    def unpublished(self, table: str) -> list[PartitionVersion]:
        return self._select("table_name = ? AND published_at IS NULL ORDER BY partition", table)

    def replaced(self, table: str, before: datetime) -> list[PartitionVersion]:
        return self._select("table_name = ? AND replaced_at < ? ORDER BY partition", table, text_of(before))

    def tables(self) -> list[str]:
        rows = self._state.connection.execute(f"SELECT DISTINCT table_name FROM catalog_version WHERE {_IS_CURRENT}")
        return sorted(row["table_name"] for row in rows)

    def history(self, table: str, partition: str | None = None) -> list[VersionRecord]:
        chosen = "" if partition is None else "AND partition = ? "
        rows = self._state.connection.execute(
            f"SELECT * FROM catalog_version WHERE table_name = ? {chosen}"
            "ORDER BY partition, created_at DESC, version DESC",
            (table,) if partition is None else (table, partition),
        )
        return [_record(row) for row in rows]

    def pins(self, table: str) -> list[Pin]:
        rows = self._state.connection.execute(
            "SELECT * FROM catalog_pin WHERE table_name = ? ORDER BY partition", (table,)
        )
        return [_pin(row) for row in rows]

    def register(self, versions: Sequence[PartitionVersion]) -> None:
        now = text_of(self._clock.now())
        with self._state.fenced() as connection:
            for version in versions:
                if _is_current(connection, version):
                    raise current_as_candidate(version)
                connection.execute(
                    "INSERT OR REPLACE INTO catalog_version VALUES (?, ?, ?, ?, ?, NULL, NULL)",
                    (*_key(version), msgspec.json.encode(version.files).decode(), now),
                )

    def flip(self, versions: Sequence[PartitionVersion]) -> None:
        now = text_of(self._clock.now())
        with self._state.fenced() as connection:
            _point(connection, versions, now)
            self._reached(CommitPoint.FLIP_BEFORE_COMMIT)
        self._reached(CommitPoint.FLIP_COMMITTED)

    def roll_back(self, versions: Sequence[PartitionVersion], inputs: Sequence[str]) -> None:
        now, known = text_of(self._clock.now()), msgspec.json.encode(inputs).decode()
        with self._state.fenced() as connection:
            for version in versions:
                if not _was_seen(connection, version):
                    raise rollback_to_unseen(version)
            _point(connection, versions, now)
            connection.executemany(
                "INSERT OR REPLACE INTO catalog_pin VALUES (?, ?, ?, ?, ?)",
                [(*_key(version), known, now) for version in versions],
            )
            self._reached(CommitPoint.ROLLBACK_BEFORE_COMMIT)
        self._reached(CommitPoint.ROLLBACK_COMMITTED)

    def release(self, pins: Sequence[Pin]) -> None:
        with self._state.fenced() as connection:
            connection.executemany(
                f"DELETE FROM catalog_pin WHERE {_KEY}", [(pin.table, pin.partition, pin.version) for pin in pins]
            )

    def forget(self, versions: Sequence[PartitionVersion]) -> None:
        with self._state.fenced() as connection:
            for version in versions:
                if _is_current(connection, version):
                    raise removal_of_current(version)
                connection.execute(f"DELETE FROM catalog_version WHERE {_KEY}", _key(version))

    def _select(self, where: str, *values: str) -> list[PartitionVersion]:
        rows = self._state.connection.execute(f"SELECT * FROM catalog_version WHERE {where}", values)
        return [_version(row) for row in rows]


def _point(connection: sqlite3.Connection, versions: Sequence[PartitionVersion], now: str) -> None:
    for version in versions:
        if not _is_current(connection, version):
            _point_one(connection, version, now)


def _point_one(connection: sqlite3.Connection, version: PartitionVersion, now: str) -> None:
    partition = (version.table, version.partition)
    connection.execute(
        f"UPDATE catalog_version SET replaced_at = ? WHERE table_name = ? AND partition = ? AND {_IS_CURRENT}",
        (now, *partition),
    )
    found = connection.execute(
        f"UPDATE catalog_version SET published_at = coalesce(published_at, ?), replaced_at = NULL WHERE {_KEY}",
        (now, *_key(version)),
    )
    if found.rowcount == 0:
        raise flip_to_unregistered(version)
    connection.execute("DELETE FROM catalog_pin WHERE table_name = ? AND partition = ?", partition)


def _was_seen(connection: sqlite3.Connection, version: PartitionVersion) -> bool:
    query = f"SELECT 1 FROM catalog_version WHERE {_KEY} AND published_at IS NOT NULL"
    return connection.execute(query, _key(version)).fetchone() is not None


def _is_current(connection: sqlite3.Connection, version: PartitionVersion) -> bool:
    query = f"SELECT 1 FROM catalog_version WHERE {_KEY} AND {_IS_CURRENT}"
    return connection.execute(query, _key(version)).fetchone() is not None


def _key(version: PartitionVersion) -> tuple[str, str, str]:
    return version.table, version.partition, version.version


def _version(row: sqlite3.Row) -> PartitionVersion:
    return PartitionVersion(row["table_name"], row["partition"], row["version"], _files_decoder.decode(row["files"]))


def _record(row: sqlite3.Row) -> VersionRecord:
    published, replaced = row["published_at"], row["replaced_at"]
    return VersionRecord(
        _version(row),
        instant_of(row["created_at"]),
        instant_of(published) if published else None,
        instant_of(replaced) if replaced else None,
    )


def _pin(row: sqlite3.Row) -> Pin:
    inputs = msgspec.json.decode(row["inputs"], type=tuple[str, ...])
    return Pin(row["table_name"], row["partition"], row["version"], inputs, instant_of(row["pinned_at"]))
