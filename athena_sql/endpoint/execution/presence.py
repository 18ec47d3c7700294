"""Whether another endpoint serves the same folder: each holds a lock that the system frees when its process dies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def presence(path: Path) -> Iterator[bool]:
    """Present until the context ends; True if nobody else was when it began."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = True
        except BlockingIOError:
            alone = False
        fcntl.flock(file, fcntl.LOCK_SH)
        yield alone
