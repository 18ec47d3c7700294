"""State files of older versions: opened, they have today's form, whole or not at all, and a lake goes on with them."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from millrace.clock import ManualClock
from millrace.errors import LakeError
from millrace.firehose.ports import InFlight
from millrace.firehose.spool_store import DueCriteria, SpoolStore
from millrace.glue_workflow.ports import PartitionVersion
from millrace.glue_workflow.stores.local.catalog import SqliteCatalog
from millrace.glue_workflow.stores.local.runs import SqliteRunStore
from millrace.ingestors.health.feed_health import Health, Streak
from millrace.ingestors.health.sqlite import SqliteHealth
from millrace.pending.ports import TouchedPartition
from millrace.pending.sqlite import SqlitePendingList
from millrace.state.dynamo_keys import Key
from millrace.state.sqlite import StateFile
from millrace.state.sqlite_items import SqliteItems

NOON = datetime(2024, 5, 30, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = "2024-05-30"
NEWEST = 4
# As version 0 had it, in each of its forms.
OLD = """
CREATE TABLE spool_buffer (
    buffer INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, dt TEXT NOT NULL, hour TEXT NOT NULL,
    bytes INTEGER NOT NULL, since TEXT NOT NULL, alone TEXT, object_key TEXT UNIQUE, planned_at TEXT
);
CREATE TABLE spool_record (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, buffer INTEGER NOT NULL, snapshot_id TEXT NOT NULL,
    since TEXT NOT NULL, data BLOB NOT NULL
);
CREATE TABLE pending (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, dt TEXT NOT NULL, since TEXT NOT NULL
);
CREATE TABLE catalog_version (
    table_name TEXT, partition TEXT, version TEXT, files TEXT NOT NULL,
    created_at TEXT NOT NULL, published_at TEXT, replaced_at TEXT, PRIMARY KEY (table_name, partition, version)
) WITHOUT ROWID;
CREATE TABLE catalog_pin (
    table_name TEXT, partition TEXT, version TEXT NOT NULL, inputs TEXT NOT NULL, pinned_at TEXT NOT NULL,
    PRIMARY KEY (table_name, partition)
) WITHOUT ROWID;
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
CREATE TABLE quality_result (
    sequence INTEGER PRIMARY KEY, run_id TEXT NOT NULL, attempt INTEGER NOT NULL, "table" TEXT NOT NULL,
    partitions TEXT NOT NULL, rule TEXT NOT NULL, value REAL, threshold TEXT NOT NULL, verdict TEXT NOT NULL,
    message TEXT NOT NULL, evaluated_at TEXT NOT NULL
);
CREATE TABLE held_partition (
    workflow TEXT NOT NULL, partition TEXT NOT NULL, run_id TEXT NOT NULL, "table" TEXT NOT NULL, rule TEXT NOT NULL,
    message TEXT NOT NULL, objects TEXT NOT NULL, code_version TEXT NOT NULL, held_since TEXT NOT NULL,
    PRIMARY KEY (workflow, partition)
) WITHOUT ROWID;
CREATE TABLE feed_health (source TEXT PRIMARY KEY, health BLOB NOT NULL);
CREATE TABLE conditional_item (
    pk TEXT NOT NULL, sk TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (pk, sk)
) WITHOUT ROWID;
INSERT INTO spool_buffer VALUES
    (1, 'taxi', '2024-05-30', '12', 1, '2024-05-30 12:00:00', NULL, 'raw/one', '2024-05-30 12:01:00'),
    (2, 'taxi', '2024-05-30', '12', 1, '2024-05-30 12:02:00', NULL, NULL, NULL);
INSERT INTO spool_record VALUES (1, 1, 'a', '2024-05-30 12:00:00', x'61'), (2, 2, 'b', '2024-05-30 12:02:00', x'62');
INSERT INTO pending VALUES (1, 'taxi', '2024-05-30', '2024-05-30 12:01:00'),
    (2, 'taxi', '2024-05-30', '2024-05-30 12:00:00');
INSERT INTO catalog_version VALUES
    ('t', '2024-05-30', '1', '[]', '2024-05-30 12:00:00.000001', '2024-05-30 12:01:00.000000',
        '2024-05-30 12:02:00.000000'),
    ('t', '2024-05-30', '2', '[]', '2024-05-30 12:00:00.000002', '2024-05-30 12:02:00.000000', NULL);
INSERT INTO catalog_pin VALUES ('t', '2024-05-30', '2', '[]', '2024-05-30 12:02:00.000000');
INSERT INTO run VALUES (1, 'old', 'taxi', 1, 'succeeded', '2024-05-30T12:00:00.250+00:00',
    '2024-05-30T12:00:00.000+00:00', '["2024-05-30"]', '2024-05-30T12:01:00.000+00:00', '', '0.1.0+1');
INSERT INTO job VALUES (1, 'old', 1, 'crawl', 'succeeded', '2024-05-30T12:00:00.250+00:00', NULL, 7, NULL, '', 'done');
INSERT INTO quality_result VALUES (1, 'old', 1, 't', '["2024-05-30"]', 'RowCount > 0', 1.0, '> 0', 'pass', '',
    '2024-05-30T12:00:00.500+00:00');
INSERT INTO held_partition VALUES ('taxi', '2024-05-30', 'old', 't', 'RowCount > 0', '', '[]', '0.1.0+1',
    '2024-05-30T12:00:00.000+00:00');
INSERT INTO feed_health VALUES ('taxi', '{"slot":"2024-05-30T12:00:00Z","still":2,"still_since":"2024-05-30T12:00:00Z",
    "trouble":{"kind":"failed","since":"2024-05-30T12:00:00Z","polls":2,"reason":"2024-05-30","warned":[]}}');
INSERT INTO conditional_item VALUES ('beat', 'taxi', CAST('2024-05-30T12:00:00+00:00' AS BLOB)),
    ('lease', 'taxi', CAST('{"holder":"execution x","number":1,"execution":"x"}' AS BLOB));
"""
ONE_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
ANY_FORM = re.compile(r"\d{4}-\d\d-\d\d[T ][^\"]*")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "state.db"
    with closing(sqlite3.connect(found)) as made:
        made.executescript(OLD)
    return found


def texts(path: Path) -> list[str]:
    """All instants in a file, however they are written."""
    with closing(sqlite3.connect(path)) as opened:
        dump = [
            value.decode() if isinstance(value, bytes) else value
            for (table,) in opened.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            for row in opened.execute(f"SELECT * FROM {table}")
            for value in row
        ]
    return [text for value in dump if isinstance(value, str) for text in ANY_FORM.findall(value)]


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as opened:
        (found,) = opened.execute("PRAGMA user_version").fetchone()
        return int(found)


def opened(path: Path) -> None:
    state = StateFile(path)
    state.check()
    state.close()


def test_every_instant_of_a_file_has_one_form_once_it_was_opened(path: Path) -> None:
    before = texts(path)
    opened(path)
    after = texts(path)
    assert len(after) == len(before) == 23
    assert [text for text in after if not ONE_FORM.fullmatch(text)] == []
    assert version(path) == NEWEST


def test_every_instant_is_the_one_that_it_was(path: Path) -> None:
    state = StateFile(path)
    pending, runs = SqlitePendingList(state), SqliteRunStore(state)
    catalog = SqliteCatalog(state, ManualClock(NOON))
    assert pending.touched("taxi") == [TouchedPartition("taxi", DAY, 2, NOON)]
    assert SpoolStore(state, pending).in_flight() == [
        InFlight("taxi", DAY, "a", NOON),
        InFlight("taxi", DAY, "b", NOON + 2 * MINUTE),
    ]
    newest, oldest = catalog.history("t")
    assert (oldest.published_at, oldest.replaced_at) == (NOON + MINUTE, NOON + 2 * MINUTE)
    assert (newest.created_at, newest.replaced_at) == (NOON + timedelta(microseconds=2), None)
    assert catalog.pins("t")[0].pinned_at == NOON + 2 * MINUTE
    run = runs.run("old")
    assert (run.started_at, run.finished_at) == (NOON + timedelta(milliseconds=250), NOON + MINUTE)
    assert (runs.jobs("old")[0].finished_at, runs.held()[0].held_since) == (None, NOON)
    assert runs.quality()[0].evaluated_at == NOON + timedelta(milliseconds=500)
    streak = Streak("failed", NOON, 2, "2024-05-30", ())
    assert SqliteHealth(state).read("taxi") == Health(NOON, 2, NOON, streak=streak)
    assert SqliteItems(state).get(Key("beat", "taxi")) == b"2024-05-30T12:00:00.000000Z"
    assert SqliteItems(state).get(Key("lease", "taxi")) == b'{"holder":"execution x","number":1,"execution":"x"}'
    state.close()


def test_new_instants_compare_with_those_of_an_older_version(path: Path) -> None:
    state = StateFile(path)
    pending, catalog = SqlitePendingList(state), SqliteCatalog(state, ManualClock(NOON + 3 * MINUTE))
    spool = SpoolStore(state, pending)
    assert not spool.any_due(DueCriteria(9, NOON - MINUTE))
    assert [one.number for one in spool.plan(DueCriteria(9, NOON + MINUTE), NOON, lambda _: "raw/two")] == [1]
    assert catalog.replaced("t", NOON + 2 * MINUTE) == []
    assert catalog.replaced("t", NOON + 2 * MINUTE + timedelta(microseconds=1)) == [PartitionVersion("t", DAY, "1", ())]
    pending.add("taxi", DAY, NOON - MINUTE)
    assert pending.touched("taxi") == [TouchedPartition("taxi", DAY, 3, NOON - MINUTE)]
    state.close()


@pytest.mark.parametrize("of", [0, 1])
def test_the_columns_that_runs_and_results_have_today_are_there(path: Path, of: int) -> None:
    """A file of version 1 lacks them when nobody has read its runs since."""
    if of == 1:
        opened(path)
        with closing(sqlite3.connect(path)) as old:
            old.execute("ALTER TABLE run DROP COLUMN request")
            old.execute("ALTER TABLE quality_result DROP COLUMN check_number")
            old.execute("PRAGMA user_version = 1")
    state = StateFile(path)
    runs = SqliteRunStore(state)
    assert (runs.run("old").request, runs.run("old").held, runs.jobs("old")[0].ends_run) == (None, (), False)
    assert [(one.action, one.labels, one.failing_rows, one.check_number) for one in runs.quality()] == [
        ("none", "", None, 1)
    ]
    runs.save_run(replace(runs.run("old"), held=(DAY,)))
    assert runs.run("old").held == (DAY,)
    state.close()


def test_a_migration_that_is_cut_off_has_changed_nothing(path: Path) -> None:
    """A trigger cuts it off in the last table; the next opening does all of it."""
    stop = "CREATE TRIGGER stop BEFORE UPDATE ON conditional_item BEGIN SELECT RAISE(ABORT, 'cut off'); END"
    with closing(sqlite3.connect(path)) as old:
        old.execute(stop)
    before = texts(path)
    with pytest.raises(sqlite3.IntegrityError, match="cut off"):
        opened(path)
    assert (texts(path), version(path)) == (before, 0)
    with closing(sqlite3.connect(path)) as old:
        old.execute("DROP TRIGGER stop")
    opened(path)
    assert (len(texts(path)), version(path)) == (len(before), NEWEST)


def test_what_is_no_instant_stays_for_its_reader_to_name(path: Path) -> None:
    with closing(sqlite3.connect(path)) as old:
        old.execute("UPDATE run SET finished_at = 'at noon'")
        old.execute("UPDATE feed_health SET health = 'none'")
        old.commit()
    state = StateFile(path)
    with pytest.raises(ValueError, match="at noon"):
        SqliteRunStore(state).run("old")
    with pytest.raises(LakeError, match="cannot read the health of taxi"):
        SqliteHealth(state).read("taxi")
    state.close()


def test_a_file_of_a_newer_version_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 7")
    before = texts(path)
    known = rf"has format 7, and this Millrace knows formats up to {NEWEST}\."
    with pytest.raises(LakeError, match=rf"{known}.*upgrade this one"):
        opened(path)
    assert texts(path) == before
