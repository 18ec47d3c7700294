"""The lease port as locked files: the operating system frees the lock of a process that dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from millrace.clock import Clock
from millrace.errors import LakeError, LeaseHeld
from millrace.glue_workflow.stores.lease_items import (
    ExecutionLeaseItems,
    HasEnded,
    Lease,
    decoded,
    encoded,
    lease_held,
    never_known,
)
from millrace.state.conditional_items import ConditionalItems
from millrace.state.dynamo_keys import LEASE, Key


class FileLeases:
    """Locks of processes, which need no state file."""

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


class LocalLeases:
    """The leases of a lake in a folder: a process's by its lock, an execution's by its item in the state file."""

    def __init__(
        self, locks: FileLeases, items: ConditionalItems, clock: Clock, has_ended: HasEnded = never_known
    ) -> None:
        self._locks, self._items = locks, items
        self._executions = ExecutionLeaseItems(items, clock, self._require_dead, has_ended)
        self.hold_for = self._executions.hold_for
        self.release_for = self._executions.release_for

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        key = Key(LEASE, name)
        with self._locks.hold(name):
            before = self._items.get(key)
            self._executions.refuse_execution(name, decoded(before))
            number = decoded(before).number
            mine = encoded(Lease(str(os.getpid()), number + 1))
            if not self._items.swap(key, before, mine, fenced=False):
                raise lease_held(name, decoded(self._items.get(key)), hint="Wait until it has finished, or stop it.")
            self._items.fences[key] = mine
            try:
                yield
            finally:
                del self._items.fences[key]
                self._items.swap(key, mine, encoded(Lease("", number + 1)), fenced=False)

    def _require_dead(self, name: str) -> None:
        with self._locks.hold(name):
            pass
