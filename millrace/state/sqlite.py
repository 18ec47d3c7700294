"""The one SQLite file that holds a local lake's state, apart from its objects.

Each adapter declares its own tables and opens its own connection. There is one file, so that changes that belong
together are made in one transaction. Threads and processes may share it: readers never wait (snapshot isolation), and
writers wait for each other.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from millrace.errors import LakeError

STATE_FILE = "state.db"
BUSY_SECONDS = 30.0

_PAGE_BYTES = 16 * 1024  # with records of 90 KB, a quarter more commits a second than with SQLite's default of 4 KiB
_CACHE_KIB = 16 * 1024  # room for a whole delivery buffer, so that deleting it reads nothing back from the disk
_WAL_LIMIT = 64 * 1024 * 1024
_RETRY_SECONDS = 0.01

_RESTORE = "It is damaged, or no state file of Millrace. Move it away, or restore it from a copy."
_HINTS = {
    sqlite3.SQLITE_BUSY: "Another process keeps writing to it: try again.",
    sqlite3.SQLITE_LOCKED: "Another thread keeps writing to it: try again.",
    sqlite3.SQLITE_FULL: "Free some disk space.",
    sqlite3.SQLITE_IOERR: "Check the disk.",
    sqlite3.SQLITE_READONLY: "Check the permissions of the file and of its folder.",
    sqlite3.SQLITE_CANTOPEN: "Check the permissions of the file and of its folder.",
    sqlite3.SQLITE_PERM: "Check the permissions of the file and of its folder.",
    sqlite3.SQLITE_CORRUPT: _RESTORE,
    sqlite3.SQLITE_NOTADB: _RESTORE,
}


class StateFile:
    """A SQLite file with one connection per thread; every commit is on the disk when it returns.

    `durable=False`: a commit survives the end of the process, but a power cut may undo the last ones; a commit then
    costs a thirtieth.

    `connection`, `declare` and `transaction` raise LakeError for trouble with the file itself (locked for longer than
    `busy_seconds`, full disk, permissions, not a database); a wrong statement raises sqlite3.Error.
    """

    def __init__(self, path: Path, *, busy_seconds: float = BUSY_SECONDS, durable: bool = True) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LakeError(
                f"cannot make the folder {path.parent}: {error.strerror}.", hint="Check the path and its permissions."
            ) from error
        self._path = path
        self._busy_seconds = busy_seconds
        self._synchronous = "FULL" if durable else "NORMAL"
        self._local = threading.local()
        self._opened: list[tuple[threading.Thread, sqlite3.Connection]] = []
        self._lock = threading.Lock()

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit mode: for reading. After `close` a new one is opened."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            with self._translated():
                found = self._open()
            self._local.connection = found
            with self._lock:
                self._close_connections_of_ended_threads()
                self._opened.append((threading.current_thread(), found))
        return found

    def declare(self, script: str) -> None:
        """Create an adapter's tables; `script` uses IF NOT EXISTS throughout."""
        with self._translated():
            self.connection.executescript(script)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all or nothing. The write lock is taken first, so that reads inside it cannot become stale."""
        connection = self.connection
        with self._translated():
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # SQLite itself rolls back on some errors, such as a full disk
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close every thread's connection; no thread may be using one."""
        with self._lock:
            for _, connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = threading.local()

    def _open(self) -> sqlite3.Connection:
        opened = sqlite3.connect(self._path, isolation_level=None, timeout=self._busy_seconds, check_same_thread=False)
        try:
            opened.execute(f"PRAGMA page_size = {_PAGE_BYTES}")  # for a new file; an existing one keeps its page size
            self._use_wal(opened)
            opened.execute(f"PRAGMA synchronous = {self._synchronous}")
            opened.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            opened.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")
            # Some systems, such as Debian, switch it on; every deleted payload is then overwritten with zeros.
            opened.execute("PRAGMA secure_delete = OFF")
        except BaseException:
            opened.close()
            raise
        opened.row_factory = sqlite3.Row
        return opened

    def _use_wal(self, connection: sqlite3.Connection) -> None:
        """Switch to WAL, with retries: several processes may do so at once, and the busy timeout does not cover it."""
        deadline = time.monotonic() + self._busy_seconds
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(_RETRY_SECONDS)

    def _close_connections_of_ended_threads(self) -> None:
        for thread, connection in self._opened:
            if not thread.is_alive():
                connection.close()
        self._opened = [(thread, connection) for thread, connection in self._opened if thread.is_alive()]

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            hint = _HINTS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
            if hint is None:
                raise
            raise LakeError(f"the state file {self._path} cannot be used: {error}.", hint=hint) from error
