"""Items that are written by compare and swap, and the fences that other writes are conditional on.

Leases, claims of steps, keys of starts and ids of queries under way are such items. A process that holds a lease or a
claim notes the item's bytes in `fences`; each fenced write of the same state is refused when one of these items has
changed, however late it comes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from millrace.errors import LeaseLost
from millrace.state.dynamo_keys import CLAIM, Key


class ConditionalItems(Protocol):
    """The items of one lake's state. `fences`: the items that this process holds, by key."""

    @property
    def fences(self) -> dict[Key, bytes]: ...

    def get(self, key: Key) -> bytes | None: ...

    def swap(self, key: Key, before: bytes | None, after: bytes, *, fenced: bool = True) -> bool:
        """Write `after` in place of `before` (None: no item); returns False, and writes nothing, if it is another.

        Raises LeaseLost if it is fenced, and this process has lost what it holds.
        """
        ...


@dataclass(frozen=True)
class MemoryItems:
    """The port for a dry run, which leaves nothing behind: items of this process alone."""

    fences: dict[Key, bytes] = field(default_factory=dict)
    items: dict[Key, bytes] = field(default_factory=dict)

    def get(self, key: Key) -> bytes | None:
        return self.items.get(key)

    def swap(self, key: Key, before: bytes | None, after: bytes, *, fenced: bool = True) -> bool:
        lost = [held for held, data in self.fences.items() if fenced and self.items.get(held) != data]
        if lost:
            raise lost_error(lost[0])
        if self.items.get(key) != before:
            return False
        self.items[key] = after
        return True


def lost_error(held: Key) -> LeaseLost:
    """The refusal of a write by a process that has lost a lease or a claim."""
    if held.pk == CLAIM:
        return LeaseLost(
            f"the claim {held.sk} was lost: another invocation of this step has begun since.",
            hint="The later invocation does the work.",
        )
    return LeaseLost(
        f"the lease {held.sk} was lost: this process was paused for too long, and another process took the lease.",
        hint="The process that has the lease now completes the work.",
    )
