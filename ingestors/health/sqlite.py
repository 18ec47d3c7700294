"""The health port on the lake's state file."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from millrace.errors import LakeError
from millrace.ingestors.health.feed_health import Health, decode_health
from millrace.state.instants import document_of
from millrace.state.sqlite import StateFile

_TABLES = "CREATE TABLE IF NOT EXISTS feed_health (source TEXT PRIMARY KEY, health BLOB NOT NULL);"
_READ = "SELECT health FROM feed_health WHERE source = ?"
_WRITE = "INSERT INTO feed_health VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET health = excluded.health"


class SqliteHealth:
    def __init__(self, state: StateFile) -> None:
        self._state = state
        state.declare(_TABLES)

    def update(self, source: str, step: Callable[[Health], Health]) -> tuple[Health, Health]:
        """As the port says, in one transaction (an upsert)."""
        with self._state.transaction() as connection:
            before = _health(source, connection.execute(_READ, (source,)).fetchone())
            after = step(before)
            if after != before:
                connection.execute(_WRITE, (source, document_of(after)))
        return before, after

    def read(self, source: str) -> Health:
        return _health(source, self._state.connection.execute(_READ, (source,)).fetchone())


def _health(source: str, row: object) -> Health:
    if row is None:
        return Health()
    try:
        return decode_health(row["health"])  # type: ignore[index]
    except msgspec.DecodeError as error:
        raise LakeError(f"cannot read the health of {source}: {error}.", hint="Restore state.db from a copy.") from None
