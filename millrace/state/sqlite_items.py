"""The port of conditional items on the lake's state file."""

from __future__ import annotations

from millrace.state.dynamo_keys import Key
from millrace.state.sqlite import StateFile, stored_item

_TABLES = """
CREATE TABLE IF NOT EXISTS conditional_item (
    pk TEXT NOT NULL, sk TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (pk, sk)
) WITHOUT ROWID;
"""


class SqliteItems:
    def __init__(self, state: StateFile) -> None:
        self._state = state
        state.declare(_TABLES)

    @property
    def fences(self) -> dict[Key, bytes]:
        return self._state.fences

    def get(self, key: Key) -> bytes | None:
        return stored_item(self._state.connection, key)

    def swap(self, key: Key, before: bytes | None, after: bytes, *, fenced: bool = True) -> bool:
        with self._state.fenced() if fenced else self._state.transaction() as connection:
            if stored_item(connection, key) != before:
                return False
            connection.execute("INSERT OR REPLACE INTO conditional_item VALUES (?, ?, ?)", (*key, after))
            return True
