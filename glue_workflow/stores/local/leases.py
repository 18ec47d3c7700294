"""The lease port as locked files: the operating system frees the lock of a process that dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from millrace.errors import LeaseHeld


class FileLeases:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        # The file stays when the lease ends: removing it would let two processes lock two files of one name.
        with (self._folder / f"{name}.lock").open("a+") as file:
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
