"""The lease port, in which somebody else holds leases for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from millrace.errors import LeaseHeld


class LeasesInTurn:
    """`held`: how often each is refused before it is to be had; `now`: those that are held here."""

    def __init__(self, **held: int) -> None:
        self.held, self.now = held, list[str]()

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        if self.held.get(name, 0):
            self.held[name] -= 1
            raise LeaseHeld(name)
        self.now.append(name)
        try:
            yield
        finally:
            self.now.remove(name)
