"""What the state file of an older version is changed by when it is opened, so that it has today's form.

`PRAGMA user_version` counts the steps that a file has had: 0 in a file made before there were any. A new step goes at
the end of `_STEPS`, and names tables and columns as they were then. All steps that a file lacks are one transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from millrace.state.formats import require_known
from millrace.state.immediate import immediate
from millrace.state.instants import instant_of, text_of

# The columns of instants of version 0, which had three forms: whole seconds, microseconds, and milliseconds with an
# offset. A file may lack some of the tables.
_INSTANTS = {
    "spool_buffer": ("since", "planned_at"),
    "spool_record": ("since",),
    "pending": ("since",),
    "catalog_version": ("created_at", "published_at", "replaced_at"),
    "catalog_pin": ("pinned_at",),
    "run": ("started_at", "logical_time", "finished_at"),
    "job": ("started_at", "finished_at"),
    "quality_result": ("evaluated_at",),
    "held_partition": ("held_since",),
}
# The columns that a file of version 1 got when its runs were first read, and so may lack.
_ADDED = {
    ("quality_result", "action"): "TEXT NOT NULL DEFAULT 'none'",
    ("quality_result", "labels"): "TEXT NOT NULL DEFAULT ''",
    ("quality_result", "failing_rows"): "INTEGER",
    ("quality_result", "check_number"): "INTEGER NOT NULL DEFAULT 1",
    ("run", "bytes_scanned"): "INTEGER NOT NULL DEFAULT 0",
    ("job", "bytes_scanned"): "INTEGER NOT NULL DEFAULT 0",
    ("run", "held"): "TEXT NOT NULL DEFAULT '[]'",
    ("run", "request"): "TEXT",
    ("job", "ends_run"): "INTEGER NOT NULL DEFAULT 0",
}
_OF_EXECUTIONS = {("run", "execution"): "TEXT NOT NULL DEFAULT ''"}  # of version 3
# The columns of the code that makes a run, of version 4.
_OF_CODE = {("run", "release"): "TEXT NOT NULL DEFAULT ''", ("run", "counts_from"): "INTEGER NOT NULL DEFAULT 1"}
_OF_HEALTH = frozenset({"slot", "still_since", "still_slot", "newest", "observed_at", "since"})


def migrate(connection: sqlite3.Connection, file: Path) -> None:
    """Bring a file to today's form, whole or not at all; processes may do so at once. `file`: for the message.

    Raises LakeError for a file of a newer version, and sqlite3.Error.
    """
    if _version(connection, file) == len(_STEPS):
        return
    with immediate(connection):
        for step in _STEPS[_version(connection, file) :]:  # read again: another process may have been faster
            step(connection)
        connection.execute(f"PRAGMA user_version = {len(_STEPS)}")


def _version(connection: sqlite3.Connection, file: Path) -> int:
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    require_known(f"the state file {file}", found, len(_STEPS))
    return int(found)


def _one_form_of_instants(connection: sqlite3.Connection) -> None:
    tables = _tables(connection)
    connection.create_function("one_form", 1, _one_form, deterministic=True)
    connection.create_function("one_form_of_health", 1, _one_form_of_health, deterministic=True)
    for table, columns in _INSTANTS.items():
        if table in tables:
            changes = ", ".join(f"{column} = one_form({column})" for column in columns)
            connection.execute(f"UPDATE {table} SET {changes}")
    if "feed_health" in tables:
        connection.execute("UPDATE feed_health SET health = one_form_of_health(health)")
    if "conditional_item" in tables:  # the deadlines of executions' leases
        connection.execute(
            "UPDATE conditional_item SET data = CAST(one_form(CAST(data AS TEXT)) AS BLOB) WHERE pk = 'beat'"
        )


def _add(columns: Mapping[tuple[str, str], str], connection: sqlite3.Connection) -> None:
    """Columns, by table and name, to those tables that the file has."""
    tables = _tables(connection)
    for (table, column), kind in columns.items():
        if table in tables and column not in _columns(connection, table):
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {row["name"] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}


def _one_form(text: str | None) -> str | None:
    """What is no instant stays: whoever reads it says what is wrong."""
    try:
        return text and text_of(instant_of(text))
    except ValueError:
        return text


def _one_form_of_health(data: bytes) -> bytes:
    try:
        found = msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.DecodeError, TypeError):
        return data
    if isinstance(found.get("trouble"), dict):
        found["trouble"] = _with_one_form(found["trouble"])
    return msgspec.json.encode(_with_one_form(found))


def _with_one_form(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _one_form(value) if name in _OF_HEALTH and isinstance(value, str) else value
        for name, value in fields.items()
    }


_STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _one_form_of_instants,
    partial(_add, _ADDED),
    partial(_add, _OF_EXECUTIONS),
    partial(_add, _OF_CODE),
)
