"""The storage port on a folder.

The parts of a key are folder and file names, so, unlike in S3, a lake cannot hold both `a` and `a/b`: the later of the
two is refused with LakeError.
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

_WRITING = ".writing"  # the folder of half-written objects, which no listing and no engine ever reads
_LEFTOVER_SECONDS = 3600.0
_TRIES = 50
_ABSENT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class LocalStorage:
    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._writing = self._root / _WRITING
        self._swept = False

    def put(self, key: str, data: bytes) -> None:
        self._place(self._path(key), (data,), Path.replace)

    def put_chunks(self, key: str, chunks: Iterable[bytes]) -> None:
        self._place(self._path(key), chunks, Path.replace)

    def create(self, key: str, data: bytes) -> bool:
        path = self._path(key)
        with suppress(_Taken):
            self._place(path, (data,), _link)
            return True
        return False

    def get(self, key: str) -> bytes:
        path = self._path(key)
        with _translated("read", path):
            try:
                return path.read_bytes()
            except _ABSENT:
                raise ObjectMissing(f"no object {key!r} in {self._root}.") from None

    def tail(self, key: str, size: int) -> bytes:
        path = self._path(key)
        with _translated("read", path):
            try:
                with path.open("rb") as file:
                    file.seek(max(0, file.seek(0, os.SEEK_END) - size))
                    return file.read(size)
            except _ABSENT:
                raise ObjectMissing(f"no object {key!r} in {self._root}.") from None

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        folder, _, _ = prefix.rpartition("/")
        try:
            start = self._path(folder) if folder else self._root
        except LakeError:
            return  # no key can begin with this prefix
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
            raise LakeError(
                f"{key!r} is not a key that a lake can hold: {_WRITING} is for half-written objects.",
                hint="Choose another name.",
            )
        return self._root / key

    def _place(self, path: Path, chunks: Iterable[bytes], move: Callable[[Path, Path], object]) -> None:
        with _translated("write", path):
            self._sweep_once()
            temporary = self._write(chunks)
            try:
                self._move(temporary, path, move)
            finally:
                temporary.unlink(missing_ok=True)
            self._sync_folders(path)

    def _write(self, chunks: Iterable[bytes]) -> Path:
        self._writing.mkdir(parents=True, exist_ok=True)
        temporary = self._writing / uuid.uuid4().hex
        try:
            with temporary.open("xb") as file:
                for chunk in chunks:
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return temporary

    def _move(self, temporary: Path, path: Path, move: Callable[[Path, Path], object]) -> None:
        """Make the folder and move the file; retried when a `delete` removes the empty folder between the two steps."""
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
        """Sync the folders above a new file, without which the file's name would not survive a power cut."""
        for folder in path.parents:
            with suppress(FileNotFoundError):  # deleted in the meantime
                _sync(folder)
            if folder == self._root:
                break
        with suppress(PermissionError):  # the folder that names the root may belong to another user
            _sync(self._root.parent)

    def _drop_empty_folders(self, folder: Path) -> None:
        while folder != self._root:
            try:
                folder.rmdir()
            except OSError:
                return
            folder = folder.parent

    def _sweep_once(self) -> None:
        """Remove half-written objects of crashed processes, once per process."""
        if self._swept or not self._writing.is_dir():
            return
        for entry in os.scandir(self._writing):
            with suppress(FileNotFoundError):
                if entry.stat().st_mtime < time.time() - _LEFTOVER_SECONDS:
                    Path(entry.path).unlink()
        self._swept = True


class _Taken(Exception):
    """The key already has an object."""


def _link(temporary: Path, path: Path) -> None:
    """Give the file its second name as a hard link: unlike a rename, that fails when the name is taken."""
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
            f"cannot {verb} {path}: {error.strerror}.",
            hint="Check the free disk space, and the permissions and names of the files there.",
        ) from error
