"""A lake made by an older version: its runs are read, and new ones are kept beside them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from millrace.glue_workflow.ports import JobRecord, RunRecord, RunState
from millrace.glue_workflow.stores.local.runs import SqliteRunStore
from millrace.state.sqlite import StateFile

BEFORE = """
CREATE TABLE run (
    sequence INTEGER PRIMARY KEY, run_id TEXT UNIQUE NOT NULL, workflow TEXT NOT NULL, attempt INTEGER NOT NULL,
    state TEXT NOT NULL, started_at TEXT NOT NULL, logical_time TEXT NOT NULL, partitions TEXT NOT NULL,
    finished_at TEXT, error TEXT NOT NULL, code_version TEXT NOT NULL
);
CREATE TABLE job (
    sequence INTEGER PRIMARY KEY, run_id TEXT NOT NULL, attempt INTEGER NOT NULL, job TEXT NOT NULL,
    state TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT, "rows" INTEGER, output TEXT,
    error TEXT NOT NULL, log TEXT NOT NULL, UNIQUE (run_id, attempt, job)
);
INSERT INTO run VALUES (1, 'old', 'polls', 1, 'succeeded', '2024-05-30T00:00:00.000+00:00',
    '2024-05-30T00:00:00.000+00:00', '["2024-05-30"]', NULL, '', '0.1.0+1');
INSERT INTO job VALUES (1, 'old', 1, 'crawl', 'succeeded', '2024-05-30T00:00:00.000+00:00', NULL, 7, NULL, '', 'done');
"""
NOON = datetime(2024, 5, 30, 12, tzinfo=UTC)


def test_columns_that_an_older_lake_lacks_are_added(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "state.db")) as old:
        old.executescript(BEFORE)
    store = SqliteRunStore(StateFile(tmp_path / "state.db"))
    assert (store.run("old").partitions, store.run("old").bytes_scanned) == (("2024-05-30",), 0)
    assert (store.run("old").held, store.held(), store.run("old").request) == ((), [], None)
    assert [(job.rows, job.bytes_scanned) for job in store.jobs("old")] == [(7, 0)]
    new = RunRecord("new", "polls", 1, RunState.RUNNING, NOON, NOON)
    store.save_run(new)
    store.save_run(replace(new, bytes_scanned=5))
    store.save_job(JobRecord("new", 1, "crawl", RunState.SUCCEEDED, NOON, bytes_scanned=5))
    again = SqliteRunStore(StateFile(tmp_path / "state.db"))
    assert [run.bytes_scanned for run in again.runs()] == [5, 0]
    assert [job.bytes_scanned for job in again.jobs()] == [0, 5]
