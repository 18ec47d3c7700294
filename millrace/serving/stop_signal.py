"""The signal to end a service: SIGTERM, as service managers send it, or Ctrl-C."""

from __future__ import annotations

import select
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager


class StopSignal:
    """Whether this process was asked to end.

    Python runs a signal's handler only when its main thread is awake, and a signal that arrives just before that thread
    sleeps on a lock does not wake it. The byte that the interpreter writes to a socket for each signal
    (`signal.set_wakeup_fd`) wakes every thread that waits for the socket, whenever the signal arrived. The byte is
    never read, so the socket stays readable. The interpreter writes it for signals that have a handler: SIGTERM and
    SIGINT.
    """

    def __init__(self, received: socket.socket) -> None:
        self._received = received

    def fileno(self) -> int:
        """For `select`: readable once the process was asked to end."""
        return self._received.fileno()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the signal, at most `seconds` (None: without limit); returns whether it came."""
        return bool(select.select([self], [], [], seconds)[0])


@contextmanager
def stop_signal() -> Iterator[StopSignal]:
    """A StopSignal that notes signals from here on, in place of their handlers. Only for the main thread."""
    received, wakeup = socket.socketpair()
    with received, wakeup:
        wakeup.setblocking(False)
        before_fd = signal.set_wakeup_fd(wakeup.fileno(), warn_on_full_buffer=False)
        before = {number: signal.signal(number, _noted) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield StopSignal(received)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(before_fd)


def _noted(*_: object) -> None:
    """A handler that does nothing: the byte is enough, but without a handler the process would end at once."""
