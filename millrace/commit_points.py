"""Every place where a crash leaves work half done, by name, so that tests can kill a process at each of them.

Code that has such a place is given a `Reached` and calls it there. In production nothing listens.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from enum import StrEnum

from millrace.errors import SettingError


class CommitPoint(StrEnum):
    SPOOL_BEFORE_COMMIT = "spool.before_commit"
    SPOOL_COMMITTED = "spool.committed"
    FLUSH_PLANNED = "flush.planned"
    FLUSH_WRITTEN = "flush.written"
    FLUSH_COMMITTED = "flush.committed"
    QUARANTINE_WRITTEN = "quarantine.written"
    RUN_STARTED = "run.started"
    CRAWL_REGISTERED = "crawl.registered"
    DELETE_DONE = "delete.done"
    STAGING_WRITTEN = "staging.written"
    STAGING_REGISTERED = "staging.registered"
    QUALITY_STORED = "quality.stored"
    PROD_WRITTEN = "prod.written"
    FLIP_BEFORE_COMMIT = "flip.before_commit"
    FLIP_COMMITTED = "flip.committed"
    PENDING_CLEARED = "pending.cleared"
    RUN_FINISHED = "run.finished"


Reached = Callable[[CommitPoint], None]


def nobody_listens(_: CommitPoint) -> None:
    """The listener of production."""


def kill_at(setting: str) -> Reached:
    """A listener that ends this process by SIGKILL: `flush.written` at the first time, `flush.written:3` at the third."""
    name, _, nth = setting.partition(":")
    try:
        target, remaining = CommitPoint(name), int(nth or 1)
    except ValueError:
        known = ", ".join(CommitPoint)
        raise SettingError(f"unknown commit point {setting!r}.", hint=f"There is: {known}.") from None

    def listener(point: CommitPoint) -> None:
        nonlocal remaining
        if point is target:
            remaining -= 1
            if remaining == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return listener
