"""The slots of a stage's queries: how many its jobs may have under way at once, in all their processes together.

An account may run so many queries at once, in all its workgroups (Athena user guide, "Service Quotas"). A slot is a
lease: whoever has it renews it while its query runs, and that of a process that died is free a while later. The query
of such a process is stopped by the step's next invocation.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

import msgspec

from millrace.state.dynamo import StateTable
from millrace.state.dynamo_keys import SLOTS, Key

LASTS = 90.0  # seconds, from when a slot is taken or renewed
RENEWED_AFTER = 30.0
_OF_JOBS = Key(SLOTS, "jobs")


class QuerySlots(Protocol):
    """The slots that all processes of a stage share."""

    def take(self, holder: str) -> bool:
        """Whether this holder has a slot from now on; it is renewed if it had one. Raises LakeError, ServiceBusy."""
        ...

    def free(self, holder: str) -> None:
        """Raises LakeError and ServiceBusy."""
        ...


class DynamoQuerySlots:
    """As the port says, `most` of them, in one item under an optimistic lock. `timer`: seconds since 1970; clocks of
    processes differ by less than a slot lasts.
    """

    def __init__(self, table: StateTable, most: int, timer: Callable[[], float] = time.time) -> None:
        self._table, self._most, self._timer = table, most, timer

    def take(self, holder: str) -> bool:
        taken: list[bool] = []

        def changed(held: dict[str, float]) -> dict[str, float]:
            taken.append(holder in held or len(held) < self._most)
            return held | ({holder: self._timer() + LASTS} if taken[-1] else {})

        self._change(changed)
        return taken[-1]

    def free(self, holder: str) -> None:
        self._change(lambda held: {one: until for one, until in held.items() if one != holder})

    def _change(self, changed: Callable[[dict[str, float]], dict[str, float]]) -> None:
        """`changed` is given those who have a slot, until when each, and is called again if another wrote first."""

        def step(data: bytes | None) -> bytes:
            held = msgspec.json.decode(data, type=dict[str, float]) if data else {}
            now = self._timer()
            return msgspec.json.encode(changed({one: until for one, until in held.items() if until > now}))

        self._table.update(_OF_JOBS, step, fenced=False)
