"""The run store port on the lake's state file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from millrace.errors import UnknownName
from millrace.glue_workflow.ports import HeldPartition, JobRecord, QualityRecord, RunRecord, RunState
from millrace.glue_workflow.run_request import RunRequest
from millrace.sql_quoting import identifier
from millrace.state.instants import instant_of, text_of
from millrace.state.sqlite import StateFile

R = TypeVar("R", RunRecord, JobRecord, QualityRecord, HeldPartition)

_TABLES = """
CREATE TABLE IF NOT EXISTS run (
    sequence INTEGER PRIMARY KEY, run_id TEXT UNIQUE NOT NULL, workflow TEXT NOT NULL, attempt INTEGER NOT NULL,
    state TEXT NOT NULL, started_at TEXT NOT NULL, logical_time TEXT NOT NULL, partitions TEXT NOT NULL,
    finished_at TEXT, error TEXT NOT NULL, code_version TEXT NOT NULL, bytes_scanned INTEGER NOT NULL DEFAULT 0,
    held TEXT NOT NULL DEFAULT '[]', request TEXT, execution TEXT NOT NULL DEFAULT '',
    release TEXT NOT NULL DEFAULT '', counts_from INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX IF NOT EXISTS run_of_workflow ON run (workflow, sequence);
CREATE TABLE IF NOT EXISTS job (
    sequence INTEGER PRIMARY KEY, run_id TEXT NOT NULL, attempt INTEGER NOT NULL, job TEXT NOT NULL,
    state TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT, "rows" INTEGER, output TEXT,
    error TEXT NOT NULL, log TEXT NOT NULL, bytes_scanned INTEGER NOT NULL DEFAULT 0,
    ends_run INTEGER NOT NULL DEFAULT 0, UNIQUE (run_id, attempt, job)
);
CREATE TABLE IF NOT EXISTS quality_result (
    sequence INTEGER PRIMARY KEY, run_id TEXT NOT NULL, attempt INTEGER NOT NULL, "table" TEXT NOT NULL,
    partitions TEXT NOT NULL, rule TEXT NOT NULL, value REAL, threshold TEXT NOT NULL, verdict TEXT NOT NULL,
    message TEXT NOT NULL, evaluated_at TEXT NOT NULL, action TEXT NOT NULL DEFAULT 'none',
    labels TEXT NOT NULL DEFAULT '', failing_rows INTEGER, check_number INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX IF NOT EXISTS quality_result_of_run ON quality_result (run_id);
CREATE INDEX IF NOT EXISTS quality_result_of_rule ON quality_result ("table", rule, sequence);
CREATE TABLE IF NOT EXISTS held_partition (
    workflow TEXT NOT NULL, partition TEXT NOT NULL, run_id TEXT NOT NULL, "table" TEXT NOT NULL, rule TEXT NOT NULL,
    message TEXT NOT NULL, objects TEXT NOT NULL, code_version TEXT NOT NULL, held_since TEXT NOT NULL,
    PRIMARY KEY (workflow, partition)
) WITHOUT ROWID;
"""


class SqliteRunStore:
    def __init__(self, state: StateFile) -> None:
        self._state = state
        state.declare(_TABLES)

    def save_run(self, run: RunRecord) -> None:
        self._save("run", run, conflict="run_id")

    def save_job(self, job: JobRecord) -> None:
        self._save("job", job, conflict="run_id, attempt, job")

    def run(self, run_id: str) -> RunRecord:
        rows = self._select("run", "run_id = ?", [run_id])
        if not rows:
            raise UnknownName("run", run_id, [run.run_id for run in self.runs(limit=5)])
        return _record(RunRecord, rows[0])

    def runs(self, workflow: str | None = None, limit: int | None = None) -> list[RunRecord]:
        rows = self._newest("run", {"workflow": workflow}, limit)
        return [_record(RunRecord, row) for row in rows]

    def jobs(self, run_id: str | None = None) -> list[JobRecord]:
        where, values = ("TRUE", []) if run_id is None else ("run_id = ?", [run_id])
        return [_record(JobRecord, row) for row in self._select("job", f"{where} ORDER BY sequence", values)]

    def save_quality(self, results: Sequence[QualityRecord]) -> None:
        with self._state.fenced() as connection:
            for result in results:
                _insert(connection, "quality_result", result)

    def quality(self, *, limit: int | None = None, **filters: str) -> list[QualityRecord]:
        rows = self._newest("quality_result", filters, limit)
        return [_record(QualityRecord, row) for row in rows]

    def hold(self, partitions: Sequence[HeldPartition]) -> None:
        with self._state.fenced() as connection:
            for one in partitions:
                _insert(connection, "held_partition", one, conflict="workflow, partition")

    def held(self, workflow: str | None = None) -> list[HeldPartition]:
        where, values = ("TRUE", []) if workflow is None else ("workflow = ?", [workflow])
        rows = self._select("held_partition", f"{where} ORDER BY workflow, partition", values)
        return [_record(HeldPartition, row) for row in rows]

    def release(self, partitions: Sequence[HeldPartition]) -> None:
        with self._state.fenced() as connection:
            connection.executemany(
                "DELETE FROM held_partition WHERE workflow = ? AND partition = ?",
                [(one.workflow, one.partition) for one in partitions],
            )

    def _save(self, table: str, record: RunRecord | JobRecord, *, conflict: str) -> None:
        with self._state.fenced() as connection:
            _insert(connection, table, record, conflict=conflict)

    def _newest(self, table: str, filters: Mapping[str, str | None], limit: int | None) -> list[sqlite3.Row]:
        chosen = {name: value for name, value in filters.items() if value is not None}
        where = " AND ".join(f"{identifier(name)} = ?" for name in chosen) or "TRUE"
        return self._select(table, f"{where} ORDER BY sequence DESC LIMIT ?", [*chosen.values(), limit or -1])

    def _select(self, table: str, where: str, values: Sequence[str | int]) -> list[sqlite3.Row]:
        return self._state.connection.execute(f"SELECT * FROM {table} WHERE {where}", values).fetchall()


def _insert(
    connection: sqlite3.Connection,
    table: str,
    record: RunRecord | JobRecord | QualityRecord | HeldPartition,
    *,
    conflict: str = "",
) -> None:
    fields = {name: _to_column(getattr(record, name)) for name in record.__dataclass_fields__}
    names = ", ".join(map(identifier, fields))
    statement = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(fields))})"
    if conflict:
        updates = ", ".join(f"{identifier(name)} = excluded.{identifier(name)}" for name in fields)
        statement += f" ON CONFLICT ({conflict}) DO UPDATE SET {updates}"
    connection.execute(statement, list(fields.values()))


def _to_column(value: Any) -> str | int | float | None:
    if isinstance(value, datetime):
        return text_of(value)
    if isinstance(value, RunState):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    return msgspec.json.encode(value).decode()


_DECODED: dict[str, Callable[[Any], Any]] = {
    "ends_run": bool,
    "state": RunState,
    "started_at": instant_of,
    "finished_at": instant_of,
    "logical_time": instant_of,
    "evaluated_at": instant_of,
    "held_since": instant_of,
    "held": lambda text: tuple(msgspec.json.decode(text)),
    "objects": lambda text: tuple(msgspec.json.decode(text)),
    "output": lambda text: msgspec.json.decode(text),
    "request": msgspec.json.Decoder(RunRequest).decode,
}


def _record(kind: type[R], row: sqlite3.Row) -> R:
    return kind(**{name: _from_column(kind, name, row[name]) for name in kind.__dataclass_fields__})


def _from_column(kind: type[R], name: str, value: Any) -> Any:
    if kind is RunRecord and name == "partitions":
        return tuple(msgspec.json.decode(value))
    decode = _DECODED.get(name)
    return decode(value) if decode and value is not None else value
