"""The stop signal ends a wait, whenever the signal comes and whichever thread gets it."""

from __future__ import annotations

import select
import signal
import threading
import time

import pytest

from millrace.serving.stop_signal import stop_signal

SIGNALS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)


@SIGNALS
def test_a_signal_that_came_before_the_wait(number: signal.Signals) -> None:
    with stop_signal() as stop:
        assert not stop.wait(0)
        signal.raise_signal(number)
        assert stop.wait(20)
        assert stop.wait()  # once received, the signal stays
        assert select.select([stop], [], [], 0)[0] == [stop]


@SIGNALS
def test_a_signal_that_does_not_wake_the_main_thread(number: signal.Signals) -> None:
    """As when it comes just before the thread sleeps: the handler in C has run, Python's waits for the thread."""

    def send() -> None:
        time.sleep(0.1)  # the main thread sleeps by then; if it does not, the test only proves less
        signal.pthread_kill(threading.get_ident(), number)

    with stop_signal() as stop:
        sender = threading.Thread(target=send)
        began = time.monotonic()
        sender.start()
        assert stop.wait(30)
        assert time.monotonic() - began < 15
        sender.join()


def test_handlers_are_restored_afterwards() -> None:
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with stop_signal():
        assert signal.getsignal(signal.SIGTERM) != handlers[1]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers
    found = signal.set_wakeup_fd(-1)
    assert found == -1
