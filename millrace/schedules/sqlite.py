"""The schedule switches port on SQLite: one row for each schedule that is off."""

from __future__ import annotations

from millrace.state.sqlite import StateFile


class SqliteScheduleSwitches:
    def __init__(self, state: StateFile) -> None:
        self._state = state
        state.declare("CREATE TABLE IF NOT EXISTS schedule_off (name TEXT PRIMARY KEY) WITHOUT ROWID")

    def is_on(self, name: str) -> bool:
        query = "SELECT 1 FROM schedule_off WHERE name = ?"
        return self._state.connection.execute(query, (name,)).fetchone() is None

    def switch(self, name: str, *, on: bool) -> None:
        statement = "DELETE FROM schedule_off WHERE name = ?" if on else "INSERT OR IGNORE INTO schedule_off VALUES (?)"
        with self._state.transaction() as connection:
            connection.execute(statement, (name,))
