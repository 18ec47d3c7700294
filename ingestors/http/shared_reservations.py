"""The rate reservations on DynamoDB, which the functions that poll share: each is a process of its own, on one host."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from millrace.ingestors.http.rate_budget import MOST_REMEMBERED, next_free
from millrace.state.dynamo import StateTable
from millrace.state.dynamo_keys import RATE, Key


class _Reserved(msgspec.Struct, frozen=True):
    """The times of requests to one host, in seconds since 1970, as far back as the longest window so far."""

    window: float = 0.0
    times: tuple[float, ...] = ()


class DynamoReservations:
    """As the port says, under an optimistic lock. `timer`: seconds since 1970; clocks of functions agree well enough,
    within the margin that a window has.
    """

    def __init__(self, table: StateTable, timer: Callable[[], float] = time.time) -> None:
        self._table, self._timer = table, timer

    def reserve(self, host: str, requests: int, per: float) -> float:
        """Raises LakeError and ServiceBusy, as all state does."""
        waits: list[float] = []

        def reserved(data: bytes | None) -> bytes:
            before = msgspec.json.decode(data, type=_Reserved) if data else _Reserved()
            now, window = self._timer(), max(per, before.window)
            at = next_free(before.times, now, requests, per)
            waits.append(at - now)
            kept = tuple(one for one in before.times if one > now - window)
            return msgspec.json.encode(_Reserved(window, (*kept, at)[-MOST_REMEMBERED:]))

        self._table.update(Key(RATE, host), reserved, fenced=False)
        return waits[-1]
