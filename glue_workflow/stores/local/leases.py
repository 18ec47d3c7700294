"""The lease port as locked files: the operating system frees the lock of a process that dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from millrace.errors import LakeError, LeaseHeld


class FileLeases:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        # The file stays when the lease ends: removing it would let two processes lock two files of one name.
        with self._file(name) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise LeaseHeld(
                    f"{name} is held by process {file.read().strip() or '(unknown)'}.",
                    hint="Wait until it has finished, or stop it; a process that dies releases it at once.",
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    def _file(self, name: str) -> TextIO:
        path = self._folder / f"{name}.lock"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            return path.open("a+")
        except OSError as error:
            raise LakeError(
                f"the lease {path} cannot be written: {error.strerror}.",
                hint="Check the permissions of its folder, and whether its file system is mounted read-only.",
            ) from error
