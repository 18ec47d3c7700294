"""The time limit of what an engine is asked."""

from __future__ import annotations

import threading

from millrace.time_limit import time_limit


def test_the_engine_is_interrupted_until_its_caller_has_given_up() -> None:
    """The first interrupt falls between two statements, where it meets nothing."""
    met, count = threading.Event(), 0

    def interrupt() -> None:
        nonlocal count
        count += 1
        if count == 3:
            met.set()

    with time_limit(0.001, interrupt) as over:
        assert met.wait(10)

    assert over.is_set()
    assert count == 3


def test_what_ends_in_time_is_left_alone() -> None:
    count = 0

    def interrupt() -> None:
        nonlocal count
        count += 1

    with time_limit(60, interrupt) as over:
        pass

    assert (count, over.is_set()) == (0, False)
