"""The time limit of what an engine is asked: it is interrupted then, until its caller has given up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from millrace.retry_policy import RetryState, exponential

_PAUSE = exponential(0.05, 5.0)  # between two interrupts


@contextmanager
def time_limit(seconds: float, interrupt: Callable[[], None]) -> Iterator[Event]:
    """The event that says whether the time is over.

    An interrupt meets only the statement that runs at that moment, so it is repeated: one that falls between two
    statements, or while one is translated, would be lost. None comes after the context, where others' statements run.
    """
    left, over = Event(), Event()

    def watch() -> None:
        wait, number = seconds, 0
        while not left.wait(wait):
            over.set()
            interrupt()
            number += 1
            wait = _PAUSE(RetryState(number, 0.0))

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield over
    finally:
        left.set()
        watcher.join()
