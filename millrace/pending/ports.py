"""The pending list port: partitions touched since a run last saw them.

The list is written as data arrives (locally by the delivery stream, in its own transaction). `prod` clears the touches
that its run had seen, so that what arrives meanwhile stays on the list. The list keeps the cost of a micro-batch
independent of the length of history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TouchedPartition:
    """`sequence`: number of the last touch. `since`: time of the first touch that no run has seen."""

    source: str
    dt: str
    sequence: int
    since: datetime


class PendingList(Protocol):
    def touched(self, source: str) -> list[TouchedPartition]:
        """The partitions of one source that are on the list, in the order of their dates."""
        ...

    def clear(self, touches: Sequence[TouchedPartition]) -> None:
        """Take these touches off the list; a partition touched again since then (a higher number) stays on it."""
        ...

    def add(self, source: str, dt: str, now: datetime) -> None:
        """Touch a partition, so that the next run builds it again, whether or not data arrived."""
        ...
