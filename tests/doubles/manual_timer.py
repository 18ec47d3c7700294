"""Time for leases in tests: it passes only when a test sleeps, and due heartbeats of other processes then happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class ManualTimer:
    """A clock with repeated actions, such as heartbeats. `stopped`: all processes are paused, so none happens."""

    def __init__(self) -> None:
        self.slept = 0.0
        self.stopped = False
        self._beats: list[tuple[float, Callable[[], bool], list[float]]] = []

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        for beat in list(self._beats):
            every, action, last = beat
            if not self.stopped and self.slept - last[0] >= every:
                last[0] = self.slept
                if not action():
                    self._beats.remove(beat)

    @contextmanager
    def every(self, seconds: float, action: Callable[[], bool]) -> Iterator[None]:
        beat = (seconds, action, [self.slept])
        self._beats.append(beat)
        try:
            yield
        finally:
            if beat in self._beats:
                self._beats.remove(beat)
