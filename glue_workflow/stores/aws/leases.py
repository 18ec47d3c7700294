"""The lease port on DynamoDB: heartbeats, and a fencing token on every write.

No two clocks are compared, so a clock that jumps does no harm. The holder changes a heartbeat item every few seconds.
A process that wants the lease reads that item repeatedly, and takes the lease when the item stays unchanged for a
number of readings. A holder that was only suspended is then shut out: each of its writes is conditional on the lease
item, which carries the number of the acquisition (the fencing token).
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from millrace.clock import Clock, SystemClock
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
from millrace.state.dynamo import ConditionFailed, StateTable
from millrace.state.dynamo_items import ConditionCheck, Put, Replace, put_or_replace
from millrace.state.dynamo_keys import BEAT, LEASE, Key

_log = logging.getLogger(__name__)

BEAT_SECONDS = 10.0
CHECK_SECONDS = 2.0
UNCHANGED_CHECKS = 30  # six beats


class Timer(Protocol):
    def sleep(self, seconds: float) -> None: ...

    def every(self, seconds: float, action: Callable[[], bool]) -> AbstractContextManager[None]:
        """Inside the context, call `action` in the background every so many seconds, until it returns False."""
        ...


class SystemTimer:
    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    @contextmanager
    def every(self, seconds: float, action: Callable[[], bool]) -> Iterator[None]:
        over = threading.Event()

        def repeat() -> None:
            while not over.wait(seconds) and action():
                pass

        thread = threading.Thread(target=repeat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


class DynamoLeases:
    """The leases of one process.

    A holder keeps a lease while its heartbeat changes within `check_seconds` * `checks`, which must be many times
    `beat_seconds`.
    """

    def __init__(
        self,
        table: StateTable,
        *,
        timer: Timer | None = None,
        holder: str = "",
        beat_seconds: float = BEAT_SECONDS,
        check_seconds: float = CHECK_SECONDS,
        checks: int = UNCHANGED_CHECKS,
        clock: Clock | None = None,
        has_ended: HasEnded = never_known,
    ) -> None:
        self._table, self._timer = table, timer or SystemTimer()
        self._holder = holder or f"{os.getpid()} on {socket.gethostname()}"
        self._beat_seconds, self._check_seconds, self._checks = beat_seconds, check_seconds, checks
        self._executions = ExecutionLeaseItems(table, clock or SystemClock(), self._wait_for_process, has_ended)
        self.hold_for = self._executions.hold_for
        self.release_for = self._executions.release_for

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        """As the port says. While the holder is dead or slow to beat, taking or refusing its lease needs a while."""
        key, beat = Key(LEASE, name), Key(BEAT, name)
        mine = self._take(name)
        beats = iter(range(1, 1 << 62))

        def still_alive() -> bool:
            try:
                self._table.write([ConditionCheck(key, mine), Put(beat, str(next(beats)).encode())], fenced=False)
            except ConditionFailed:
                message = "the lease %s was lost: this process was suspended, and another process took it."
                _log.error(message, name, extra={"event": "lease.lost", "lease": name})
                return False
            except LakeError as error:
                _log.warning(
                    "no heartbeat for the lease %s: %s",
                    name,
                    error,
                    extra={"event": "lease.no_heartbeat", "lease": name},
                )
            return True

        self._table.fences[key] = mine
        try:
            with self._timer.every(self._beat_seconds, still_alive):
                yield
        finally:
            del self._table.fences[key]
            self._release(key, mine)

    def _take(self, name: str) -> bytes:
        """Take the lease, and return the bytes of its item. Raises LeaseHeld."""
        key, beat = Key(LEASE, name), Key(BEAT, name)
        if key in self._table.fences:
            raise _lease_held(name, decoded(self._table.fences[key]))
        before = self._settled(name)
        self._executions.refuse_execution(name, decoded(before))
        mine = encoded(Lease(self._holder, decoded(before).number + 1))
        try:
            self._table.write([put_or_replace(key, before, mine), Put(beat, b"0")], fenced=False)
        except ConditionFailed:
            raise _lease_held(name, decoded(self._table.get(key))) from None
        return mine

    def _settled(self, name: str) -> bytes | None:
        """The bytes of a lease that no living process holds. Raises LeaseHeld while its process sends heartbeats."""
        key = Key(LEASE, name)
        items, unchanged = self._read(name), 0
        while _is_of_a_process(lease := decoded(items.get(key))) and unchanged < self._checks:
            self._timer.sleep(self._check_seconds)
            before, items, unchanged = items, self._read(name), unchanged + 1
            if _is_of_a_process(now := decoded(items.get(key))) and items != before:
                raise _lease_held(name, now)
        if _is_of_a_process(lease):
            message = "the lease %s is taken over: its holder, process %s, sent no heartbeat."
            _log.warning(message, name, lease.holder, extra={"event": "lease.taken_over", "lease": name})
        return items.get(key)

    def _wait_for_process(self, name: str) -> None:
        self._settled(name)

    def _read(self, name: str) -> dict[Key, bytes]:
        return self._table.get_many([Key(LEASE, name), Key(BEAT, name)])

    def _release(self, key: Key, mine: bytes) -> None:
        """A failure here is only logged: all that was written under the lease was fenced."""
        free = encoded(Lease("", decoded(mine).number))
        try:
            self._table.write([Replace(key, mine, free)], fenced=False)
        except ConditionFailed:
            message = "the lease %s belonged to another process when this one released it."
            _log.warning(message, key.sk, extra={"event": "lease.lost", "lease": key.sk})
        except LakeError as error:
            message = "the lease %s could not be released, and ends by itself: %s"
            _log.warning(message, key.sk, error, extra={"event": "lease.unreleased", "lease": key.sk})


def _is_of_a_process(lease: Lease) -> bool:
    return bool(lease.holder) and not lease.execution


def _lease_held(name: str, lease: Lease) -> LeaseHeld:
    return lease_held(
        name, lease, hint="Wait until it has finished, or stop it; a process that dies loses it within about a minute."
    )
