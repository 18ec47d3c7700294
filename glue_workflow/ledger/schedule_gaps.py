"""The slots of a schedule that nobody polled for: a poll that left no record shows here, and only here.

Attempts are counted from their own records, so an attempt that was never recorded is missing on both sides of every
equation. Against the schedule it shows. It is a reported gap and no imbalance: a machine that was off, a schedule that
was switched off, and a backfill of every fifth slot leave the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise


def unattempted(attempts: Iterable[tuple[datetime, int]]) -> int:
    """The number of slots without an attempt between the first and the last of a partition.

    `attempts`: the time that each asked for, and its schedule's interval in seconds. A gap that begins or ends in
    another partition is not counted.
    """
    slots = sorted(attempts)
    return sum(
        max(0, round((later - earlier) / timedelta(seconds=interval)) - 1)
        for (earlier, interval), (later, _) in pairwise(slots)
        if interval > 0
    )
