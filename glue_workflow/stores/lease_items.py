"""The item of a lease, of both kinds, and what both adapters do with the lease of an execution.

A lease is held by a process, whose life the adapter watches, or by an execution (such as a state machine execution's
ARN), which outlives each of its processes. An execution that its service no longer knows has ended; otherwise its
deadline permits another to take the lease. The deadline only permits: safety is the item itself, whose bytes fence
every write, so clocks that disagree do no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from millrace.clock import Clock
from millrace.errors import LeaseHeld
from millrace.state.conditional_items import ConditionalItems
from millrace.state.dynamo_keys import BEAT, LEASE, Key
from millrace.state.instants import instant_of, text_of

HasEnded = Callable[[str], bool]
"""Whether an execution is known to have ended; False also where nobody can tell."""


class Lease(msgspec.Struct, frozen=True, omit_defaults=True):
    """`holder` is empty when the lease is free. `number` of the acquisition: unique, it is the fencing token.

    `execution`: the id of the execution that holds it; empty when a process does.
    """

    holder: str
    number: int
    execution: str = ""


FREE = Lease("", 0)


def never_known(_: str) -> bool:
    """Of executions whose service cannot be asked."""
    return False


def decoded(data: bytes | None) -> Lease:
    return msgspec.json.decode(data, type=Lease) if data else FREE


def encoded(lease: Lease) -> bytes:
    return msgspec.json.encode(lease)


def lease_held(name: str, lease: Lease, *, hint: str) -> LeaseHeld:
    kind = "" if lease.execution else "process "
    return LeaseHeld(f"{name} is held by {kind}{lease.holder or '(unknown)'}.", hint=hint)


@dataclass(frozen=True)
class ExecutionLeaseItems:
    """The port ExecutionLeases over the items.

    `wait_for_process` returns when the process that holds a lease is dead, and raises LeaseHeld while it lives.
    """

    items: ConditionalItems
    clock: Clock
    wait_for_process: Callable[[str], None]
    has_ended: HasEnded = never_known

    @contextmanager
    def hold_for(self, name: str, execution: str, lasts: timedelta) -> Iterator[None]:
        """As the port says."""
        key, mine = Key(LEASE, name), self._taken(name, execution, lasts)
        self.items.fences[key] = mine
        try:
            yield
        finally:
            del self.items.fences[key]

    def release_for(self, name: str, execution: str) -> None:
        """As the port says."""
        key = Key(LEASE, name)
        before = self.items.get(key)
        if decoded(before).execution == execution:
            self.items.swap(key, before, encoded(Lease("", decoded(before).number)), fenced=False)

    def refuse_execution(self, name: str, lease: Lease) -> None:
        """Raise LeaseHeld when an execution has the lease and may go on."""
        if lease.execution and not self._is_over(name, lease):
            raise self._held(name, lease)

    def _taken(self, name: str, execution: str, lasts: timedelta) -> bytes:
        key = Key(LEASE, name)
        before = self.items.get(key)
        lease = decoded(before)
        if lease.execution != execution:
            if lease.execution:
                self.refuse_execution(name, lease)
            elif lease.holder:
                self.wait_for_process(name)
        self._renew(name, lasts)  # first: a new holder never has the deadline of the one before
        if lease.execution == execution and before is not None:
            return before
        mine = encoded(Lease(f"execution {execution}", lease.number + 1, execution))
        if self.items.swap(key, before, mine, fenced=False):
            return mine
        now = self.items.get(key)
        if decoded(now).execution == execution and now is not None:  # by another process of the same execution
            return now
        raise self._held(name, decoded(now))

    def _renew(self, name: str, lasts: timedelta) -> None:
        """Move the deadline. When another process moves it meanwhile, that one counts."""
        key = Key(BEAT, name)
        until = text_of(self.clock.now() + lasts).encode()
        self.items.swap(key, self.items.get(key), until, fenced=False)

    def _is_over(self, name: str, lease: Lease) -> bool:
        until = self._deadline(name)
        return self.has_ended(lease.execution) or (until is not None and self.clock.now() > until)

    def _deadline(self, name: str) -> datetime | None:
        """None where a process has written its heartbeat over it."""
        try:
            return instant_of((self.items.get(Key(BEAT, name)) or b"").decode())
        except ValueError:
            return None

    def _held(self, name: str, lease: Lease) -> LeaseHeld:
        until = self._deadline(name)
        after = f"its deadline, {until:%Y-%m-%d %H:%M:%S} UTC" if until else "its deadline"
        return lease_held(
            name, lease, hint=f"Wait until the execution has ended; after {after}, another may take the lease."
        )
