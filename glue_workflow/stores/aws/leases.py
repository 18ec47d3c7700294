"""The lease port on DynamoDB. No clock is compared with another one, so a clock that jumps does no harm.

The holder changes a heartbeat item every few seconds. Whoever wants its lease looks at that item again and again, and
takes the lease only when it has not changed for a number of looks of its own. A holder that merely stood still is then
shut out: each of its writes is fenced by the lease item, which carries the number of the taking.
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
        """While inside, do this again and again beside what goes on, until it says False."""
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
    """`holder` is empty when nobody has it. `number`: of the taking; no two are alike."""

    holder: str
    number: int


_FREE = _Lease("", 0)


class DynamoLeases:
    """`look_seconds` times `looks` is how long a holder may be silent; many times `beat_seconds`."""

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
        """As the port says. A lease whose holder has died, or is slow to answer, takes a while to be had or refused."""
        key, beat = Key(LEASE, name), Key(BEAT, name)
        mine = self._take(name)
        beats = iter(range(1, 1 << 62))

        def still_alive() -> bool:
            try:
                self._table.write([ConditionCheck(key, mine), Put(beat, str(next(beats)).encode())], fenced=False)
            except ConditionFailed:
                _log.error("the lease %s was lost: this process stood still, and another took it.", name)
                return False
            except LakeError as error:
                _log.warning("no heartbeat for the lease %s: %s", name, error)
            return True

        self._table.fences[key] = mine
        try:
            with self._timer.every(self._beat_seconds, still_alive):
                yield
        finally:
            del self._table.fences[key]
            self._let_go(key, mine)

    def _take(self, name: str) -> bytes:
        """The lease item, once it is this process's."""
        key, beat = Key(LEASE, name), Key(BEAT, name)
        if key in self._table.fences:
            raise _held(name, _decoded(self._table.fences[key]))
        seen, silent = self._look(name), 0
        while (lease := _decoded(seen.get(key))).holder and silent < self._looks:
            self._timer.sleep(self._look_seconds)
            before, seen, silent = seen, self._look(name), silent + 1
            if (now := _decoded(seen.get(key))).holder and seen != before:
                raise _held(name, now)
        if lease.holder:
            _log.warning("%s: process %s has been silent; its lease is taken.", name, lease.holder)
        mine = msgspec.json.encode(_Lease(self._holder, lease.number + 1))
        try:
            self._table.write([replaced(key, seen.get(key), mine), Put(beat, b"0")], fenced=False)
        except ConditionFailed:
            raise _held(name, _decoded(self._table.get(key))) from None
        return mine

    def _look(self, name: str) -> dict[Key, bytes]:
        return self._table.get_many([Key(LEASE, name), Key(BEAT, name)])

    def _let_go(self, key: Key, mine: bytes) -> None:
        """Not an error of what was done under the lease: all that it wrote was fenced."""
        free = msgspec.json.encode(_Lease("", _decoded(mine).number))
        try:
            self._table.write([Replace(key, mine, free)], fenced=False)
        except ConditionFailed:
            _log.warning("the lease %s was another's when it was let go.", key.sk)
        except LakeError as error:
            _log.warning("the lease %s could not be let go, and ends by itself: %s", key.sk, error)


def _decoded(data: bytes | None) -> _Lease:
    return msgspec.json.decode(data, type=_Lease) if data else _FREE


def _held(name: str, lease: _Lease) -> LeaseHeld:
    return LeaseHeld(
        f"{name} is held by process {lease.holder or '(unknown)'}.",
        hint="Wait until it has finished, or stop it; one that dies loses it within about a minute.",
    )
