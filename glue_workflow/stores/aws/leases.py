"""The lease port on DynamoDB: heartbeats, and a fencing token on every write.

No two clocks are compared, so a clock that jumps does no harm. The holder changes a heartbeat item every few seconds.
A process that wants the lease looks at that item repeatedly, and takes the lease only when the item has not changed
over a number of its own looks. A holder that was only suspended is then shut out: each of its writes is conditional on
the lease item, which carries the number of the acquisition (the fencing token).
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

import msgspec

from millrace.errors import LakeError, LeaseHeld
from millrace.state.dynamo import ConditionFailed, StateTable
from millrace.state.dynamo_items import ConditionCheck, Put, Replace, replaced
from millrace.state.dynamo_keys import BEAT, LEASE, Key

_log = logging.getLogger(__name__)

BEAT_SECONDS = 10.0
LOOK_SECONDS = 2.0
LOOKS = 30  # six beats


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


class _Lease(msgspec.Struct, frozen=True):
    """`holder` is empty when the lease is free. `number` of the acquisition: unique, it is the fencing token."""

    holder: str
    number: int


_FREE = _Lease("", 0)


class DynamoLeases:
    """A holder may be silent for `look_seconds` times `looks`, which has to be many times `beat_seconds`."""

    def __init__(
        self,
        table: StateTable,
        *,
        timer: Timer | None = None,
        holder: str = "",
        beat_seconds: float = BEAT_SECONDS,
        look_seconds: float = LOOK_SECONDS,
        looks: int = LOOKS,
    ) -> None:
        self._table, self._timer = table, timer or SystemTimer()
        self._holder = holder or f"{os.getpid()} on {socket.gethostname()}"
        self._beat_seconds, self._look_seconds, self._looks = beat_seconds, look_seconds, looks

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
            raise _lease_held(name, _decoded(self._table.fences[key]))
        seen, silent = self._look(name), 0
        while (lease := _decoded(seen.get(key))).holder and silent < self._looks:
            self._timer.sleep(self._look_seconds)
            before, seen, silent = seen, self._look(name), silent + 1
            if (now := _decoded(seen.get(key))).holder and seen != before:
                raise _lease_held(name, now)
        if lease.holder:
            message = "the lease %s is taken over: its holder, process %s, has been silent."
            _log.warning(message, name, lease.holder, extra={"event": "lease.taken_over", "lease": name})
        mine = msgspec.json.encode(_Lease(self._holder, lease.number + 1))
        try:
            self._table.write([replaced(key, seen.get(key), mine), Put(beat, b"0")], fenced=False)
        except ConditionFailed:
            raise _lease_held(name, _decoded(self._table.get(key))) from None
        return mine

    def _look(self, name: str) -> dict[Key, bytes]:
        return self._table.get_many([Key(LEASE, name), Key(BEAT, name)])

    def _release(self, key: Key, mine: bytes) -> None:
        """A failure here is only logged: all that was written under the lease was fenced."""
        free = msgspec.json.encode(_Lease("", _decoded(mine).number))
        try:
            self._table.write([Replace(key, mine, free)], fenced=False)
        except ConditionFailed:
            message = "the lease %s belonged to another process when this one released it."
            _log.warning(message, key.sk, extra={"event": "lease.lost", "lease": key.sk})
        except LakeError as error:
            message = "the lease %s could not be released, and ends by itself: %s"
            _log.warning(message, key.sk, error, extra={"event": "lease.unreleased", "lease": key.sk})


def _decoded(data: bytes | None) -> _Lease:
    return msgspec.json.decode(data, type=_Lease) if data else _FREE


def _lease_held(name: str, lease: _Lease) -> LeaseHeld:
    return LeaseHeld(
        f"{name} is held by process {lease.holder or '(unknown)'}.",
        hint="Wait until it has finished, or stop it; a process that dies loses it within about a minute.",
    )
