"""A folder as the lake's storage.

A key's parts are folder and file names, so, unlike in S3, no key may be the beginning of another one's path (`a` beside
`a/b`): the later of the two is refused with LakeError.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from millrace.errors import LakeError, ObjectMissing
from millrace.lake.storage import ObjectInfo, checked

_WRITING = ".writing"  # half-written objects are here, so that no listing, and no engine, ever meets one
_LEFTOVER_SECONDS = 3600.0
_TRIES = 50
_ABSENT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class LocalStorage:
    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._writing = self._root / _WRITING
        self._swept = False

    def put(self, key: str, data: bytes) -> None:
        self._place(self._path(key), data, Path.replace)

    def create(self, key: str, data: bytes) -> bool:
        path = self._path(key)
        with suppress(_Taken):
            self._place(path, data, _link)
            return True
        return False

    def get(self, key: str) -> bytes:
        path = self._path(key)
        with _translated("read", path):
            try:
                return path.read_bytes()
            except _ABSENT:
                raise ObjectMissing(f"no object {key!r} in {self._root}.") from None

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        folder, _, _ = prefix.rpartition("/")
        try:
            start = self._path(folder) if folder else self._root
        except LakeError:
            return  # no key begins like that
        if not prefix.startswith("/"):
            yield from self._walk(start, prefix)

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            path = self._path(key)
            with _translated("delete", path):
                with suppress(*_ABSENT):
                    path.unlink()
                self._drop_empty_folders(path.parent)

    def location(self, key: str) -> str:
        folder = key.endswith("/")
        path = self._path(key.removesuffix("/")) if key else self._root
        return str(path) + ("/" if folder else "")

    def seal(self, keys: Iterable[str]) -> None:
        for key in keys:
            path = self._path(key)
            with _translated("sync", path):
                try:
                    _sync(path)
                except _ABSENT:
                    raise ObjectMissing(f"no object {key!r} in {self._root}.") from None
                self._sync_folders(path)

    def _path(self, key: str) -> Path:
        if checked(key).split("/")[0] == _WRITING:
            raise LakeError(f"{_WRITING!r} is not a key: the lake keeps half-written objects there.")
        return self._root / key

    def _place(self, path: Path, data: bytes, move: Callable[[Path, Path], object]) -> None:
        with _translated("write", path):
            self._sweep_once()
            temporary = self._write(data)
            try:
                self._move(temporary, path, move)
            finally:
                temporary.unlink(missing_ok=True)
            self._sync_folders(path)

    def _write(self, data: bytes) -> Path:
        self._writing.mkdir(parents=True, exist_ok=True)
        temporary = self._writing / uuid.uuid4().hex
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        return temporary

    def _move(self, temporary: Path, path: Path, move: Callable[[Path, Path], object]) -> None:
        """A `delete` at the same time may remove the folder, as empty, between the two steps: then again."""
        for _ in range(_TRIES):
            with suppress(FileNotFoundError, FileExistsError):
                path.parent.mkdir(parents=True, exist_ok=True)
                move(temporary, path)
                return
        path.parent.mkdir(parents=True, exist_ok=True)
        move(temporary, path)

    def _walk(self, folder: Path, prefix: str) -> Iterator[ObjectInfo]:
        with _translated("list", folder):
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name + "/" * entry.is_dir())
            except (FileNotFoundError, NotADirectoryError):
                return
        for entry in entries:
            key = Path(entry.path).relative_to(self._root).as_posix()
            if entry.is_dir():
                if (prefix.startswith(f"{key}/") or f"{key}/".startswith(prefix)) and key != _WRITING:
                    yield from self._walk(Path(entry.path), prefix)
            elif key.startswith(prefix):
                yield from _info(key, entry)

    def _sync_folders(self, path: Path) -> None:
        """A new file survives a power cut only when the folders that name it were synced too."""
        for folder in path.parents:
            with suppress(FileNotFoundError):  # deleted again meanwhile
                _sync(folder)
            if folder == self._root:
                break
        with suppress(PermissionError):  # the root's own name; its folder may be another's
            _sync(self._root.parent)

    def _drop_empty_folders(self, folder: Path) -> None:
        while folder != self._root:
            try:
                folder.rmdir()
            except OSError:
                return
            folder = folder.parent

    def _sweep_once(self) -> None:
        """Remove what crashed processes left half-written, once per process."""
        if self._swept or not self._writing.is_dir():
            return
        for entry in os.scandir(self._writing):
            with suppress(FileNotFoundError):
                if entry.stat().st_mtime < time.time() - _LEFTOVER_SECONDS:
                    Path(entry.path).unlink()
        self._swept = True


class _Taken(Exception):
    """There is an object under this name."""


def _link(temporary: Path, path: Path) -> None:
    """A second name for the file: unlike a rename, the system refuses it when the name is taken."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        if path.is_file():
            raise _Taken from None
        raise


def _info(key: str, entry: os.DirEntry[str]) -> Iterator[ObjectInfo]:
    with suppress(FileNotFoundError):  # deleted since its folder was read
        status = entry.stat()
        yield ObjectInfo(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _translated(verb: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LakeError(
            f"cannot {verb} {path}: {error.strerror}.", hint="Check the disk's space, and the rights and names there."
        ) from error
