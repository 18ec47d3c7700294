"""Sequences in batches: most AWS calls take only so many things at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def in_batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of `size` things, the last one perhaps shorter; none of nothing."""
    remaining = iter(things)
    while batch := list(islice(remaining, size)):
        yield batch
