"""The state file on SQLite: transactions, threads and processes at once, and trouble with the file."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.errors import LakeError
from millrace.state.sqlite import StateFile

TABLE = "CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY);"
COUNTING = """
import sys
from pathlib import Path
from millrace.state.sqlite import StateFile
print("ready", flush=True)
sys.stdin.readline()
state = StateFile(Path(sys.argv[1]))
state.declare("CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY);")
for _ in range(20):
    with state.transaction() as connection:
        (top,) = connection.execute("SELECT coalesce(max(n), 0) FROM t").fetchone()
        connection.execute("INSERT INTO t VALUES (?)", (top + 1,))
state.close()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lake" / "state.db"


@pytest.fixture
def state(path: Path) -> Iterator[StateFile]:
    made = StateFile(path)
    made.declare(TABLE)
    yield made
    made.close()


def numbers(state: StateFile) -> list[int]:
    return [row["n"] for row in state.connection.execute("SELECT n FROM t ORDER BY n")]


def open_files(path: Path) -> int:
    return sum(link.exists() and link.readlink() == path for link in Path("/proc/self/fd").iterdir())


def test_a_transaction_is_all_or_nothing(state: StateFile) -> None:
    with state.transaction() as connection:
        connection.execute("INSERT INTO t VALUES (1)")
    with pytest.raises(KeyError), state.transaction() as connection:  # noqa: PT012
        connection.execute("INSERT INTO t VALUES (2)")
        raise KeyError
    assert numbers(state) == [1]
    with state.transaction() as connection:
        connection.execute("INSERT INTO t VALUES (3)")
    assert numbers(state) == [1, 3]


def test_a_commit_is_durable_before_it_returns(state: StateFile) -> None:
    assert state.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert state.connection.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_a_commit_that_need_not_survive_a_power_cut_does_not_wait_for_the_disk(path: Path) -> None:
    state = StateFile(path, durable=False)
    assert state.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert state.connection.execute("PRAGMA synchronous").fetchone()[0] == 1
    state.close()


def test_deleting_a_payload_does_not_write_it_once_more(state: StateFile, path: Path) -> None:
    state.declare("CREATE TABLE IF NOT EXISTS payload (data BLOB);")
    with state.transaction() as connection:
        connection.execute("INSERT INTO payload VALUES (?)", (b"x" * 1_000_000,))
    state.connection.execute("PRAGMA wal_checkpoint (TRUNCATE)")
    with state.transaction() as connection:
        connection.execute("DELETE FROM payload")
    assert path.with_name("state.db-wal").stat().st_size < 100_000


def test_a_wrong_statement_is_the_callers_own_error(state: StateFile) -> None:
    with pytest.raises(sqlite3.IntegrityError), state.transaction() as connection:
        connection.execute("INSERT INTO t VALUES (1), (1)")
    with pytest.raises(sqlite3.OperationalError, match="no such table"), state.transaction() as connection:
        connection.execute("INSERT INTO absent VALUES (1)")
    assert numbers(state) == []


def test_a_reader_does_not_wait_for_a_writer(state: StateFile, path: Path) -> None:
    other = StateFile(path, busy_seconds=0)
    with state.transaction() as connection:
        connection.execute("INSERT INTO t VALUES (1)")
        assert numbers(other) == []
    assert numbers(other) == [1]
    other.close()


def test_a_writer_that_waits_too_long_gets_one_clear_error(state: StateFile, path: Path) -> None:
    other = StateFile(path, busy_seconds=0.05)
    with (
        state.transaction(),
        pytest.raises(LakeError, match=r"state\.db cannot be used: database is locked. Another process"),
        other.transaction(),
    ):
        pass
    other.close()


def test_threads_have_their_own_connections_and_take_turns(state: StateFile) -> None:
    def count() -> None:
        for _ in range(20):
            with state.transaction() as connection:
                (top,) = connection.execute("SELECT coalesce(max(n), 0) FROM t").fetchone()
                connection.execute("INSERT INTO t VALUES (?)", (top + 1,))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers(state) == list(range(1, 81))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files as Linux shows them")
def test_threads_that_ended_leave_no_open_file(state: StateFile, path: Path) -> None:
    for _ in range(10):
        thread = threading.Thread(target=lambda: numbers(state))
        thread.start()
        thread.join()
    assert open_files(path) <= 4, "the last thread's, and what SQLite closes only when no lock is held"
    state.close()
    assert open_files(path) == 0


def test_after_close_it_opens_again(state: StateFile) -> None:
    with state.transaction() as connection:
        connection.execute("INSERT INTO t VALUES (1)")
    state.close()
    state.close()
    assert numbers(state) == [1]


def test_processes_may_all_open_a_new_file_at_once(path: Path) -> None:
    """They start together, so that all of them create the file, switch it to WAL and declare the table at once."""
    command = [sys.executable, "-c", COUNTING, str(path)]
    children = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        child.communicate(timeout=30)
    assert [child.returncode for child in children] == [0] * 4
    state = StateFile(path)
    assert numbers(state) == list(range(1, 81))
    state.close()


@pytest.fixture
def writer(path: Path) -> Iterator[sqlite3.Connection]:
    """A writer to a state file that is not yet in WAL mode: SQLite then refuses to switch the mode, without waiting."""
    path.parent.mkdir()
    made = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    made.execute("CREATE TABLE first (n)")
    made.execute("BEGIN IMMEDIATE")
    yield made
    made.close()


def test_it_waits_until_it_can_switch_to_wal(path: Path, writer: sqlite3.Connection) -> None:
    release = threading.Timer(0.05, writer.close)
    release.start()
    state = StateFile(path)
    state.declare(TABLE)
    assert numbers(state) == []
    release.join()
    state.close()


@pytest.mark.usefixtures("writer")
def test_it_does_not_wait_for_ever(path: Path) -> None:
    with pytest.raises(LakeError, match="locked"):
        StateFile(path, busy_seconds=0.02).declare(TABLE)


@pytest.mark.parametrize("content", [b"this is not a database, but a note of some length" * 3, b"\0" * 5000])
def test_a_file_that_is_no_database_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    wrong = tmp_path / "state.db"
    wrong.write_bytes(content)
    state = StateFile(wrong)
    with pytest.raises(LakeError, match=r"state\.db cannot be used: .*not a database.*Move it away"):
        state.declare(TABLE)
    with pytest.raises(LakeError, match="not a database"), state.transaction():
        pass
    assert wrong.read_bytes() == content


def test_an_impossible_path_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LakeError, match="cannot make the folder"):
        StateFile(tmp_path / "file" / "lake" / "state.db")
    (tmp_path / "state.db").mkdir()
    with pytest.raises(LakeError, match="unable to open"):
        StateFile(tmp_path / "state.db").declare(TABLE)


def test_a_full_disk_rolls_back_and_is_one_clear_error(state: StateFile) -> None:
    pages = state.connection.execute("PRAGMA page_count").fetchone()[0]
    state.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LakeError, match=r"full\. Free some disk space"), state.transaction() as connection:
        connection.execute("CREATE TABLE more (n)")
    assert numbers(state) == []
    assert not state.connection.in_transaction
