"""A folder as the lake's storage."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from millrace.errors import LakeError, ObjectMissing
from millrace.lake.storage import ObjectInfo

_TEMPORARY = ".writing-"


class LocalStorage:
    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def put(self, key: str, data: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{_TEMPORARY}{uuid.uuid4().hex}")
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink()
            raise LakeError(
                f"cannot write {path}: {error.strerror}.", hint="Check the disk's space and rights."
            ) from error
        self._sync_folders(path)

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise ObjectMissing(f"no object {key!r} in {self._root}.") from None

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        folder, _, _ = prefix.rpartition("/")
        yield from self._walk(self._path(folder) if folder else self._root, prefix)

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            path = self._path(key)
            path.unlink(missing_ok=True)
            self._drop_empty_folders(path.parent)

    def location(self, key: str) -> str:
        return str(self._path(key)) + ("/" if key.endswith("/") else "")

    def seal(self, keys: Iterable[str]) -> None:
        for key in keys:
            path = self._path(key)
            _sync(path)
            self._sync_folders(path)

    def _path(self, key: str) -> Path:
        if ".." in PurePosixPath(key).parts or key.startswith("/"):
            raise LakeError(f"the key {key!r} leads out of the lake.")
        return self._root / key

    def _walk(self, folder: Path, prefix: str) -> Iterator[ObjectInfo]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name + "/" * entry.is_dir())
        except (FileNotFoundError, NotADirectoryError):
            return
        for entry in entries:
            key = Path(entry.path).relative_to(self._root).as_posix()
            if entry.is_dir():
                if prefix.startswith(f"{key}/") or f"{key}/".startswith(prefix):
                    yield from self._walk(Path(entry.path), prefix)
            elif key.startswith(prefix) and not entry.name.startswith(_TEMPORARY):
                status = entry.stat()
                yield ObjectInfo(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))

    def _sync_folders(self, path: Path) -> None:
        """A new file survives a power cut only when the folders that name it were synced too."""
        for folder in path.parents:
            _sync(folder)
            if folder == self._root:
                return

    def _drop_empty_folders(self, folder: Path) -> None:
        while folder != self._root:
            try:
                folder.rmdir()
            except OSError:
                return
            folder = folder.parent


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
