"""The one SQLite file that holds a local lake's state, apart from its objects.

Each adapter declares its own tables and opens its own connection. There is one file, so that changes that belong
together are made in one transaction. Threads and processes may share it: readers never wait (snapshot isolation), and
writers wait for each other.

Where the lake's folder cannot be written, a private copy of the file is read: SQLite itself needs to write beside a
file in WAL mode. The copy shows the state as of its first use, and takes no change but that of `migrations`, which
each file of an older version goes through when it is opened.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from millrace.errors import LakeError
from millrace.state.conditional_items import lost_error
from millrace.state.dynamo_keys import Key
from millrace.state.immediate import immediate
from millrace.state.migrations import migrate

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

STATE_FILE = "state.db"
BUSY_SECONDS = 30.0

_PAGE_BYTES = 16 * 1024  # with records of 90 KB, a quarter more commits a second than with SQLite's default of 4 KiB
_LARGEST_PAGE = 64 * 1024  # of SQLite's; a header alone is one page
_CACHE_KIB = 16 * 1024  # room for a whole delivery buffer, so that deleting it reads nothing back from the disk
_WAL_LIMIT = 64 * 1024 * 1024
_RETRY_SECONDS = 0.01

_RESTORE = (
    "It is damaged, or no state file of Millrace. Move it away, or restore it from a copy; "
    "the state of a lake can be remade: millrace doctor --rebuild-state."
)
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

    Everything raises LakeError for trouble with the file itself (locked for longer than `busy_seconds`, full disk,
    permissions, damaged, not a database), and so do connections and their cursors; a wrong statement raises
    sqlite3.Error. In a folder that cannot be written, `transaction` raises LakeError.
    """

    def __init__(self, path: Path, *, busy_seconds: float = BUSY_SECONDS, durable: bool = True) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LakeError(
                f"cannot make the folder {path.parent}: {error.strerror}.", hint="Check the path and its permissions."
            ) from error
        self._path = path
        self._read_only = not os.access(path.parent, os.W_OK)
        self._copy: TemporaryDirectory[str] | None = None
        self._busy_seconds = busy_seconds
        self._synchronous = "FULL" if durable else "NORMAL"
        self._local = threading.local()
        self._opened: list[tuple[threading.Thread, sqlite3.Connection]] = []
        self._lock = threading.Lock()
        self.fences: dict[Key, bytes] = {}

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

    def check(self) -> None:
        """Reads the file's header and its list of tables, which shows most damage."""
        self.connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()

    def declare(self, script: str) -> None:
        """Create an adapter's tables; `script` uses IF NOT EXISTS throughout."""
        with self._translated():
            self.connection.executescript(script)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all or nothing. The write lock is taken first, so that reads inside it cannot become stale."""
        if self._read_only:
            raise LakeError(
                f"the folder {self._path.parent} cannot be written: this lake can only be read here.",
                hint="Check the permissions of the folder, and whether its file system is mounted read-only.",
            )
        connection = self.connection
        with self._translated(), immediate(connection):
            yield connection

    @contextmanager
    def fenced(self) -> Iterator[sqlite3.Connection]:
        """A transaction of this process as the holder of its `fences`: leases and claims, see `conditional_items`.

        Raises LeaseLost when it no longer has one of them; nothing is written then.
        """
        with self.transaction() as connection:
            for key, data in list(self.fences.items()):
                if stored_item(connection, key) != data:
                    raise lost_error(key)
            yield connection

    def close(self) -> None:
        """Close every thread's connection; no thread may be using one."""
        with self._lock:
            for _, connection in self._opened:
                connection.close()
            self._opened.clear()
            if self._copy is not None:
                self._copy.cleanup()
                self._copy = None
        self._local = threading.local()

    def _open(self) -> sqlite3.Connection:
        path = self._copied() if self._read_only else self._path
        opened = sqlite3.connect(
            path, isolation_level=None, timeout=self._busy_seconds, check_same_thread=False, factory=_Connection
        )
        opened.translated = self._error
        try:
            opened.execute(f"PRAGMA page_size = {_PAGE_BYTES}")  # for a new file; an existing one keeps its page size
            self._use_wal(opened)
            opened.execute(f"PRAGMA synchronous = {self._synchronous}")
            opened.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            opened.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")
            # Some systems, such as Debian, switch it on; every deleted payload is then overwritten with zeros.
            opened.execute("PRAGMA secure_delete = OFF")
            opened.row_factory = sqlite3.Row
            migrate(opened, self._path)
        except BaseException:  # also Ctrl-C: nobody else could close it
            opened.close()
            raise
        return opened

    def _copied(self) -> Path:
        """The private copy of the file. The write-ahead log belongs to it: it holds what is not in the file yet."""
        with self._lock:
            if self._copy is None:
                from tempfile import TemporaryDirectory

                copy = TemporaryDirectory(prefix="millrace-state-")
                _snapshot(self._path, Path(copy.name) / self._path.name)
                self._copy = copy
            return Path(self._copy.name) / self._path.name

    def _use_wal(self, connection: sqlite3.Connection) -> None:
        """Switch to WAL, with retries: several processes may do so at once, and the busy timeout does not cover it."""
        deadline = time.monotonic() + self._busy_seconds
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return
            except LakeError as error:
                busy = isinstance(error.__cause__, sqlite3.OperationalError) and (
                    error.__cause__.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                )
                if not busy or time.monotonic() > deadline:
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
            translated = self._error(error)
            if translated is error:
                raise
            raise translated from error

    def _error(self, error: sqlite3.Error) -> Exception:
        """The error as LakeError if it is trouble with the file, else itself."""
        hint = _HINTS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        return LakeError(f"the state file {self._path} cannot be used: {error}.", hint=hint) if hint else error


def stored_item(connection: sqlite3.Connection, key: Key) -> bytes | None:
    """The data of a conditional item; None if there is none."""
    row = connection.execute("SELECT data FROM conditional_item WHERE pk = ? AND sk = ?", key).fetchone()
    return row["data"] if row else None


class _Cursor(sqlite3.Cursor):
    """A cursor whose reads translate the file's errors: damage inside the file shows only when its pages are read."""

    connection: _Connection

    def execute(self, *arguments: Any) -> Self:
        try:
            return super().execute(*arguments)
        except sqlite3.Error as error:
            raise self.connection.translated(error) from error

    def fetchone(self) -> Any:
        try:
            return super().fetchone()
        except sqlite3.Error as error:
            raise self.connection.translated(error) from error

    def fetchall(self) -> list[Any]:
        try:
            return super().fetchall()
        except sqlite3.Error as error:
            raise self.connection.translated(error) from error

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except sqlite3.Error as error:
            raise self.connection.translated(error) from error


class _Connection(sqlite3.Connection):
    """A connection of `_Cursor`s. `translated` gives the error to raise in place of SQLite's."""

    translated: Callable[[sqlite3.Error], Exception]

    def cursor(self, *_: Any) -> _Cursor:  # type: ignore[override]
        return super().cursor(_Cursor)

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        return self.cursor().execute(*arguments)


def is_blank(path: Path) -> bool:
    """Whether a state file is missing, empty, or a header without any table: it never held a lake's state."""
    if not path.exists() or path.stat().st_size == 0:
        return True
    log = path.with_name(f"{path.name}-wal")
    if path.stat().st_size > _LARGEST_PAGE or (log.exists() and log.stat().st_size > 0):
        return False
    try:
        # `immutable`: looking changes nothing, and leaves no lock file beside it.
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as opened:
            return bool(opened.execute("SELECT count(*) = 0 FROM sqlite_schema").fetchone()[0])
    except sqlite3.Error:  # damaged, which is found when it is used
        return False


def _snapshot(source: Path, target: Path) -> None:
    """Copies a state file that may be in use. Raises sqlite3.Error and OSError."""
    log = source.with_name(f"{source.name}-wal")
    if not source.exists():
        return
    try:
        # `immutable`: without a log nobody writes, and SQLite needs no lock file beside this one.
        mode = "mode=ro" if log.exists() else "immutable=1"
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?{mode}", uri=True)) as opened,
            closing(sqlite3.connect(target)) as copy,
        ):
            opened.backup(copy)
    except sqlite3.OperationalError:  # the index of the log cannot be read or made; nobody writes here
        shutil.copyfile(source, target)
        if log.exists():
            shutil.copyfile(log, target.with_name(f"{target.name}-wal"))
