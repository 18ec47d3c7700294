"""How a feed is doing from poll to poll: streaks, and the newest snapshot.

Each `millrace poll` is a process of its own, so this outlives processes. The port is here, with its fake; the adapter
is `ingestors.sqlite_health`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import msgspec


class Streak(msgspec.Struct, frozen=True):
    """Polls in a row that gave no snapshot. `kind` and `reason` are the last one's; `warned`: the kinds told of."""

    kind: str
    since: datetime
    polls: int
    reason: str
    warned: tuple[str, ...]


class Health(msgspec.Struct, frozen=True):
    """One source. `slot`: the newest `requested_at`; older ones (a backfill's) say nothing about the feed as it is now.

    `observed_at`: the last snapshot's, given by `still` polls in a row since `still_since`. `newest`: the newest
    observed_at ever delivered. `fields`: the undeclared ones that were reported.
    """

    slot: datetime | None = None
    observed_at: datetime | None = None
    still: int = 0
    still_since: datetime | None = None
    still_slot: datetime | None = None
    stale: bool = False
    trouble: Streak | None = None
    newest: datetime | None = None
    fields: tuple[str, ...] = ()


class HealthStore(Protocol):
    def update(self, source: str, step: Callable[[Health], Health]) -> tuple[Health, Health]:
        """Replace one source's health by `step` of it, with nothing between; what it was, and what it is.

        `step` may be called again when another process was faster. Raises LakeError.
        """
        ...

    def read(self, source: str) -> Health:
        """Of a source that was never polled: `Health()`. Raises LakeError."""
        ...


class MemoryHealth:
    """A fake, and the store of whoever needs none that lasts."""

    def __init__(self) -> None:
        self._health: dict[str, Health] = {}
        self._lock = threading.Lock()

    def update(self, source: str, step: Callable[[Health], Health]) -> tuple[Health, Health]:
        with self._lock:
            before = self._health.get(source, Health())
            after = self._health[source] = step(before)
            return before, after

    def read(self, source: str) -> Health:
        return self._health.get(source, Health())
