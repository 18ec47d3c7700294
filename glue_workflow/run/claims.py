"""The claim of a step's invocation: numbered, taken by a conditional write, and a condition of all writes under it.

An orchestrator may invoke a step more than once: after an answer that was lost, or while it takes a slow invocation for
a dead one. The last invocation counts: taking its claim shuts out earlier ones, whose writes are refused from then on.
A retry in the same process is a further invocation, but only where no other process has begun one.
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
def claimed(items: ConditionalItems, run: RunRecord, job: str, *, after: int | None = None) -> Iterator[int]:
    """Hold the claim of a step inside the context; gives its number.

    `after`: the number of the invocation that is tried again, which must still be the last one. Raises LeaseLost when
    it is not, and when others keep claiming the step.
    """
    key = Key(CLAIM, f"{run.workflow}#{job}")
    number, mine = _take(items, key, run, after)
    items.fences[key] = mine
    try:
        yield number
    finally:
        del items.fences[key]


def _take(items: ConditionalItems, key: Key, run: RunRecord, after: int | None) -> tuple[int, bytes]:
    for _ in range(_TRIES):
        before = items.get(key)
        last = msgspec.json.decode(before, type=_Claim) if before else None
        is_again = last is not None and (last.run_id, last.attempt) == (run.run_id, run.attempt)
        number = last.number if last is not None and is_again else 0
        if after is not None and number != after:
            break
        mine = msgspec.json.encode(_Claim(run.run_id, run.attempt, number + 1, uuid.uuid4().hex))
        if items.swap(key, before, mine):
            return number + 1, mine
    raise lost_error(key)
