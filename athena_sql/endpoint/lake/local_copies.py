"""An LRU cache of the lake's objects on disk, for an engine that reads local files only.

Objects never change once they are written, so a copy never becomes stale. When the copies exceed their limit, the least
recently used go first; none goes while a query holds a lease on it.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from millrace.athena_sql.engines.duckdb.table_data import ScanMark
from millrace.athena_sql.ports import ParquetData, ParquetFile, RawData, TableData
from millrace.errors import LakeError, ObjectMissing

DEFAULT_LIMIT = 4 * 1024**3
_FETCHERS = 8
_UNFINISHED = ".unfinished"
_OUTLINES = ".outlines"
_MARKS = ".marks"
# For other keys a value that the table has, so that its type fits.
_MARK_VALUES = {"dt": "1970-01-01", "hour": "00", "run": "0"}
_REMOTE = "s3://"


@dataclass
class _Copy:
    size: int
    users: int = 0


class LocalCopies:
    """`fetch` returns the bytes of a key, the object's address without `s3://`; None where no object is remote.

    Copies are in `folder` under their keys; together they have at most `limit` bytes, plus those under lease.
    """

    def __init__(self, fetch: Callable[[str], bytes] | None, folder: Path, limit: int = DEFAULT_LIMIT) -> None:
        self._fetch, self._folder, self._limit = fetch, folder.resolve(), limit
        self._copies: OrderedDict[str, _Copy] = OrderedDict()
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._fetchers = ThreadPoolExecutor(_FETCHERS, thread_name_prefix="athena-copy")
        for name in (_UNFINISHED, _OUTLINES):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        self._load_existing()

    def close(self) -> None:
        self._fetchers.shutdown(cancel_futures=True)

    @property
    def may_be_remote(self) -> bool:
        return self._fetch is not None

    @property
    def size(self) -> int:
        with self._lock:
            return sum(copy.size for copy in self._copies.values())

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def outlines(self) -> Path:
        return self._folder / _OUTLINES

    @contextmanager
    def lease(self) -> Iterator[CopyLease]:
        """A lease for one query: copies made through it stay until the context ends."""
        lease = CopyLease(self)
        try:
            yield lease
        finally:
            self._release(lease.keys)

    def path(self, key: str) -> Path:
        """Raises LakeError for a key that leads out of the folder."""
        found = (self._folder / key).resolve()
        if not found.is_relative_to(self._folder):
            raise LakeError(
                f"the key {key!r} leads out of the folder of copies.", hint="Correct the table's location in Glue."
            )
        return found

    def outline(self, key: str) -> Path:
        """An empty file that stands for an object in planning; it is never read."""
        path = self.outlines / key
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return path

    def acquire(self, keys: Iterable[str]) -> None:
        """Make copies of these objects, in parallel; they stay until released. Raises ObjectMissing, LakeError."""
        for _ in self._fetchers.map(self._acquire_one, keys):
            pass
        self._make_room()

    def _acquire_one(self, key: str) -> None:
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            with self._lock:
                copy = self._copies.get(key)
                if copy is not None:
                    copy.users += 1
                    self._copies.move_to_end(key)
                    return
            size = self._copy(key)
            with self._lock:
                self._copies[key] = _Copy(size, users=1)

    def _copy(self, key: str) -> int:
        if self._fetch is None:
            raise ObjectMissing(
                f"cannot read s3://{key}: this endpoint has no object store.",
                hint="Set MILLRACE_AWS_ENDPOINT_URL, or MILLRACE_RUNTIME=aws.",
            )
        data, path = self._fetch(key), self.path(key)
        unfinished = self._folder / _UNFINISHED / uuid.uuid4().hex
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(data)
            unfinished.replace(path)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise LakeError(f"cannot write {path}: {error.strerror}.", hint="Free some disk space.") from error
        return len(data)

    def _release(self, keys: Sequence[str]) -> None:
        with self._lock:
            for key in keys:
                if key in self._copies:
                    self._copies[key].users -= 1
        self._make_room()

    def _make_room(self) -> None:
        with self._lock:
            total = sum(copy.size for copy in self._copies.values())
            for key in [key for key, copy in self._copies.items() if not copy.users]:
                if total <= self._limit:
                    return
                total -= self._copies.pop(key).size
                self._locks.pop(key, None)
                self.path(key).unlink(missing_ok=True)

    def _load_existing(self) -> None:
        """Take over the copies of earlier processes, the oldest first, and delete unfinished ones."""
        for path in (self._folder / _UNFINISHED).iterdir():
            path.unlink()
        found = []
        for folder, names, files in os.walk(self._folder):
            names[:] = [name for name in names if name not in (_UNFINISHED, _OUTLINES)]
            found += [Path(folder) / file for file in files]
        for path in sorted(found, key=lambda each: each.stat().st_mtime):
            self._copies[path.relative_to(self._folder).as_posix()] = _Copy(path.stat().st_size)
        self._make_room()


@dataclass
class CopyLease:
    """The LocalData port over copies, for one query. Files that are local already are read where they are."""

    copies: LocalCopies
    keys: list[str] = field(default_factory=list)
    has_remote: bool = False

    @property
    def may_be_remote(self) -> bool:
        return self.copies.may_be_remote

    def outline(self, data: TableData) -> TableData:
        if not _is_remote(data):
            return data
        self.has_remote = True
        match data:
            case ParquetData(_, files) if files:
                self._acquire([_key(files[0].location)])
                others = [self.copies.outline(_key(file.location)) for file in files[1:]]
                return replace(data, files=_relocated(files, [self.copies.path(_key(files[0].location)), *others]))
            case RawData(root, keys):
                for key in keys:
                    self.copies.outline(_key(root + key))
                return replace(data, root=f"{self.copies.outlines / _key(root)}/")
        return data

    def readable(self, data: TableData, partitions: Iterable[str] | None) -> TableData:
        if not _is_remote(data):
            return data
        wanted = None if partitions is None else set(partitions)
        match data:
            case ParquetData(_, files):
                kept = tuple(file for file in files if wanted is None or file.partition in wanted)
                self._acquire([_key(file.location) for file in kept])
                return replace(data, files=_relocated(kept, [self.copies.path(_key(file.location)) for file in kept]))
            case RawData(root):
                chosen = (data if wanted is None else data.only(wanted)).keys
                self._acquire([_key(root + key) for key in chosen])
                return replace(data, root=f"{self.copies.path(_key(root))}/", keys=chosen)
        return data

    def mark(self, number: int, like: str) -> ScanMark:
        keys = [part.partition("=") for part in like.split("/")[:-1] if "=" in part]
        folders = [f"{key}={_MARK_VALUES.get(key, value)}" for key, _, value in keys]
        name = f"millrace_scan_{number}"
        return ScanMark(name, str(self.copies.outline("/".join([_MARKS, *folders, name]))))

    def address(self, location: str) -> str:
        for folder in (self.copies.outlines, self.copies.folder):
            if location.startswith(f"{folder}/"):
                return _REMOTE + location.removeprefix(f"{folder}/")
        return location

    def _acquire(self, keys: Sequence[str]) -> None:
        new = [key for key in dict.fromkeys(keys) if key not in self.keys]
        self.keys += new
        self.copies.acquire(new)


def _is_remote(data: TableData) -> bool:
    match data:
        case ParquetData(_, files):
            return bool(files) and files[0].location.startswith(_REMOTE)
        case RawData(root):
            return root.startswith(_REMOTE)
    return False


def _key(address: str) -> str:
    return address.removeprefix(_REMOTE)


def _relocated(files: Sequence[ParquetFile], paths: Sequence[Path]) -> tuple[ParquetFile, ...]:
    return tuple(replace(file, location=str(path)) for file, path in zip(files, paths, strict=True))
