"""The health of a feed: its streak of polls without a snapshot, and its newest snapshot.

Each `millrace poll` is a process of its own, so the health is stored. This module has the port and its fake; the
adapters are `sqlite` and `dynamo` beside it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import msgspec


class Streak(msgspec.Struct, frozen=True):
    """Polls in a row that gave no snapshot.

    `kind` and `reason` are those of the last poll; `warned` are the kinds that alerts were sent for.
    """

    kind: str
    since: datetime
    polls: int
    reason: str
    warned: tuple[str, ...]


class Health(msgspec.Struct, frozen=True):
    """The health of one source's feed.

    `slot`: the newest `requested_at`; polls for older slots (a backfill's) say nothing about the feed as it is now.
    `newest_observed_at`: the newest ever delivered. `unchanged_polls`: the polls that delivered since it last changed,
    the one that changed it included, whether they returned it again or an older one; `unchanged_since` and
    `last_counted_slot` are their first and last slot. `streak`: the current one. `reported_fields`: the undeclared
    fields that were already reported. A store holds each field under its first name (`name=`).
    """

    slot: datetime | None = None
    unchanged_polls: int = msgspec.field(name="still", default=0)
    unchanged_since: datetime | None = msgspec.field(name="still_since", default=None)
    last_counted_slot: datetime | None = msgspec.field(name="still_slot", default=None)
    stale: bool = False
    streak: Streak | None = msgspec.field(name="trouble", default=None)
    newest_observed_at: datetime | None = msgspec.field(name="newest", default=None)
    reported_fields: tuple[str, ...] = msgspec.field(name="fields", default=())


class _StoredHealth(Health, frozen=True):
    """As older versions stored it: `observed_at` is that of the last snapshot, and the newest one may be missing."""

    observed_at: datetime | None = None


def decode_health(data: bytes) -> Health:
    """The health that a store holds, of this version or an older one. Raises msgspec.DecodeError."""
    found = msgspec.structs.asdict(msgspec.json.decode(data, type=_StoredHealth))
    newest = (found["newest_observed_at"], found.pop("observed_at"))
    found["newest_observed_at"] = max(filter(None, newest), default=None)
    return Health(**found)


class HealthStore(Protocol):
    def update(self, source: str, step: Callable[[Health], Health]) -> tuple[Health, Health]:
        """Replace one source's health by `step` of it, atomically; returns the health before and after.

        `step` may be called again when another process changed the health first. Raises LakeError.
        """
        ...

    def read(self, source: str) -> Health:
        """The health of a source, `Health()` if it was never polled. Raises LakeError."""
        ...


class MemoryHealth:
    """A store in memory: the fake, and the default where nothing needs to last."""

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
