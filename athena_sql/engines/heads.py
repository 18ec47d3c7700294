"""The first rows of a query, and how many there are in all."""

from __future__ import annotations

from collections.abc import Callable

from millrace.athena_sql.ports import Result


def head_of(
    rows: int, limit: int | None, fetch: Callable[[int], Result], count: Callable[[], int]
) -> tuple[Result, int]:
    """`fetch` gives at most so many of the first rows, `count` the number of all of them, up to `limit`.

    One row more shows whether there are more. Only then are they counted: that computes the query again.
    """
    some = fetch(rows + 1 if limit is None else min(rows + 1, limit))
    total = len(some.rows) if len(some.rows) <= rows else count()
    return Result(some.columns, some.rows[:rows]), total
