"""The claim of a step's invocation: numbered, taken by a conditional write, and a condition of all writes under it.

An orchestrator may invoke a step more than once: after an answer that was lost, or while it takes a slow invocation for
a dead one. The last invocation counts: taking its claim shuts out earlier ones, whose writes are refused from then on.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from millrace.glue_workflow.ports import RunRecord
from millrace.state.conditional_items import ConditionalItems, lost_error
from millrace.state.dynamo_keys import CLAIM, Key

_TRIES = 5


class _Claim(msgspec.Struct, frozen=True):
    """`number` counts the invocations of one attempt's step from 1; `token` makes the bytes of each unique."""

    run_id: str
    attempt: int
    number: int
    token: str


@contextmanager
def claimed(items: ConditionalItems, run: RunRecord, job: str) -> Iterator[int]:
    """Hold the claim of a step inside the context; gives its number. Raises LeaseLost when others keep claiming it."""
    key = Key(CLAIM, f"{run.workflow}#{job}")
    number, mine = _take(items, key, run)
    items.fences[key] = mine
    try:
        yield number
    finally:
        del items.fences[key]


def _take(items: ConditionalItems, key: Key, run: RunRecord) -> tuple[int, bytes]:
    for _ in range(_TRIES):
        before = items.get(key)
        last = msgspec.json.decode(before, type=_Claim) if before else None
        is_again = last is not None and (last.run_id, last.attempt) == (run.run_id, run.attempt)
        number = last.number + 1 if last is not None and is_again else 1
        mine = msgspec.json.encode(_Claim(run.run_id, run.attempt, number, uuid.uuid4().hex))
        if items.swap(key, before, mine):
            return number, mine
    raise lost_error(key)
