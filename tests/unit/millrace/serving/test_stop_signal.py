"""Who waits for the end of the process hears of it, whenever the signal comes and whichever thread gets it."""

from __future__ import annotations

import select
import signal
import threading
import time

import pytest

from millrace.serving.stop_signal import stop_signal

SIGNALS = pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM], ids=lambda told: told.name)


@SIGNALS
def test_a_signal_that_came_before_the_wait(told: signal.Signals) -> None:
    with stop_signal() as stop:
        assert not stop.wait(0)
        signal.raise_signal(told)
        assert stop.wait(20)
        assert stop.wait()  # told once, told for good
        assert select.select([stop], [], [], 0)[0] == [stop]


@SIGNALS
def test_a_signal_that_does_not_wake_the_main_thread(told: signal.Signals) -> None:
    """As one does that comes just before the thread sleeps: the handler in C has run, Python's waits for the thread."""

    def tell() -> None:
        time.sleep(0.1)  # the main thread sleeps by then; if it does not, the test only proves less
        signal.pthread_kill(threading.get_ident(), told)

    with stop_signal() as stop:
        teller = threading.Thread(target=tell)
        began = time.monotonic()
        teller.start()
        assert stop.wait(30)
        assert time.monotonic() - began < 15
        teller.join()


def test_all_is_as_before_afterwards() -> None:
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with stop_signal():
        assert signal.getsignal(signal.SIGTERM) != handlers[1]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers
    found = signal.set_wakeup_fd(-1)
    assert found == -1
