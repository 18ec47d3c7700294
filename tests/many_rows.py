"""Many rows without a table: a sequence has at most 10,000 entries."""

from __future__ import annotations


def numbers_to(count: int, name: str = "i") -> str:
    """A table of the numbers from 1 to `count`, which is a multiple of 1,000, for a FROM; it needs an alias."""
    return (
        f"(SELECT (thousand - 1) * 1000 + one AS {name} FROM UNNEST(sequence(1, {count // 1000})) AS p (thousand)"
        " CROSS JOIN UNNEST(sequence(1, 1000)) AS q (one))"
    )
