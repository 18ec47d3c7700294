"""How what serves is told to end: SIGTERM, as service managers send, and Ctrl-C."""

from __future__ import annotations

import select
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager


class StopSignal:
    """Whether this process was told to end.

    Python runs a signal's handler only once its main thread is awake, and a signal that comes just before that thread
    falls asleep on a lock wakes nobody. The byte that the interpreter writes to a socket for each signal
    (`signal.set_wakeup_fd`) wakes whoever waits for the socket, whenever it came. It is never read, so it stays. The
    interpreter writes one for each signal that has a handler: there are those two.
    """

    def __init__(self, told: socket.socket) -> None:
        self._told = told

    def fileno(self) -> int:
        """For `select`: readable when told."""
        return self._told.fileno()

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it was told, after at most `seconds`; None: not before."""
        return bool(select.select([self], [], [], seconds)[0])


@contextmanager
def stop_signal() -> Iterator[StopSignal]:
    """Told when this process is to end, from here on. Only for its main thread."""
    told, teller = socket.socketpair()
    with told, teller:
        teller.setblocking(False)
        before_fd = signal.set_wakeup_fd(teller.fileno(), warn_on_full_buffer=False)
        before = {number: signal.signal(number, _noted) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield StopSignal(told)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(before_fd)


def _noted(*_: object) -> None:
    """The byte is all that is needed; without a handler the process would end here and now."""
