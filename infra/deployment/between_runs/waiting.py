"""Waiting for the end of runs: a deployment asks for their workflows' leases again and again, for ten minutes."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from itertools import count

from millrace.errors import RetryLater

_TRIES, _SECONDS = 120, 5.0


def pause() -> None:
    time.sleep(_SECONDS)


def until_done(
    names: Collection[str],
    done: Callable[[str], bool],
    waits: Callable[[str], None],
    pause: Callable[[], None],
    too_long: Callable[[str], RetryLater],
) -> None:
    """Does something for each workflow whose lease is to be had, until it is done for all.

    `done`: tries it for one, and gives whether the lease was to be had. `waits` and `too_long` are given the names of
    those that wait: at the first pause, and as what is raised where a run goes on for longer than is waited for.
    """
    waiting = list(names)
    for tried in count(1):
        waiting = [name for name in waiting if not done(name)]
        if not waiting:
            return
        told = ", ".join(waiting)
        if tried == _TRIES:
            raise too_long(told)
        if tried == 1:
            waits(told)
        pause()
