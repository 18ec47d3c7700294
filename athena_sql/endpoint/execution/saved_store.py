"""The store of named queries and prepared statements, in the same SQLite file as the executions."""

from __future__ import annotations

import sqlite3

import msgspec

from millrace.athena_sql.endpoint.execution.store import ABOVE_ALL_ROWS
from millrace.state.sqlite import StateFile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS named_queries (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, workgroup TEXT NOT NULL, token TEXT UNIQUE,
    record BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS prepared_statements (
    workgroup TEXT NOT NULL, name TEXT NOT NULL, record BLOB NOT NULL, PRIMARY KEY (workgroup, name));
"""


class NamedQuery(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    database: str
    sql: str
    workgroup: str
    description: str = ""


class PreparedStatement(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    sql: str
    workgroup: str
    modified: float
    description: str = ""


class SavedQueryStore:
    """The named queries and prepared statements of one endpoint; threads may share the store."""

    def __init__(self, state: StateFile) -> None:
        self._state = state
        self._state.declare(_SCHEMA)

    # named queries

    def add_named(self, query: NamedQuery, token: str | None) -> NamedQuery:
        """The query, or the one that was added before with the same token (idempotent)."""
        try:
            with self._state.transaction() as connection:
                connection.execute(
                    "INSERT INTO named_queries (id, workgroup, token, record) VALUES (?, ?, ?, ?)",
                    (query.id, query.workgroup, token, msgspec.json.encode(query)),
                )
        except sqlite3.IntegrityError:
            row = self._state.connection.execute(
                "SELECT record FROM named_queries WHERE token = ?", (token,)
            ).fetchone()
            if row is None:
                raise
            return msgspec.json.decode(row["record"], type=NamedQuery)
        return query

    def named(self, id_: str) -> NamedQuery | None:
        row = self._state.connection.execute("SELECT record FROM named_queries WHERE id = ?", (id_,)).fetchone()
        return msgspec.json.decode(row["record"], type=NamedQuery) if row else None

    def listed_named(self, workgroup: str, before: int | None, count: int) -> list[tuple[int, str]]:
        """Row numbers and ids, newest first; `before`: only rows with a lower number."""
        rows = self._state.connection.execute(
            "SELECT number, id FROM named_queries WHERE workgroup = ? AND number < ? ORDER BY number DESC LIMIT ?",
            (workgroup, ABOVE_ALL_ROWS if before is None else before, count),
        )
        return [(row["number"], row["id"]) for row in rows]

    def replace_named(self, query: NamedQuery) -> None:
        with self._state.transaction() as connection:
            connection.execute(
                "UPDATE named_queries SET record = ? WHERE id = ?", (msgspec.json.encode(query), query.id)
            )

    def delete_named(self, id_: str) -> bool:
        with self._state.transaction() as connection:
            return connection.execute("DELETE FROM named_queries WHERE id = ?", (id_,)).rowcount > 0

    # prepared statements

    def prepared(self, workgroup: str, name: str) -> PreparedStatement | None:
        row = self._state.connection.execute(
            "SELECT record FROM prepared_statements WHERE workgroup = ? AND name = ?", (workgroup, name)
        ).fetchone()
        return msgspec.json.decode(row["record"], type=PreparedStatement) if row else None

    def put_prepared(self, statement: PreparedStatement, *, new: bool) -> bool:
        """`new=True` inserts, False updates; returns whether a row changed."""
        values = (msgspec.json.encode(statement), statement.workgroup, statement.name)
        change = (
            "INSERT OR IGNORE INTO prepared_statements (record, workgroup, name) VALUES (?, ?, ?)"
            if new
            else "UPDATE prepared_statements SET record = ? WHERE workgroup = ? AND name = ?"
        )
        with self._state.transaction() as connection:
            return connection.execute(change, values).rowcount > 0

    def listed_prepared(self, workgroup: str, after: str, count: int) -> list[PreparedStatement]:
        """By name; `after`: only names that follow it."""
        rows = self._state.connection.execute(
            "SELECT record FROM prepared_statements WHERE workgroup = ? AND name > ? ORDER BY name LIMIT ?",
            (workgroup, after, count),
        )
        return [msgspec.json.decode(row["record"], type=PreparedStatement) for row in rows]

    def delete_prepared(self, workgroup: str, name: str) -> bool:
        with self._state.transaction() as connection:
            return (
                connection.execute(
                    "DELETE FROM prepared_statements WHERE workgroup = ? AND name = ?", (workgroup, name)
                ).rowcount
                > 0
            )
