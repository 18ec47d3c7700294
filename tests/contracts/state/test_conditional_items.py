"""The contract of conditional items: compare and swap, and fences. A new adapter is one entry in ADAPTERS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from millrace.errors import LeaseLost
from millrace.state.conditional_items import ConditionalItems, MemoryItems
from millrace.state.dynamo_keys import CLAIM, LEASE, Key
from millrace.state.sqlite import StateFile
from millrace.state.sqlite_items import SqliteItems
from tests.contracts import aws

A, B = Key("counter", "a"), Key("counter", "b")


def memory(folder: Path) -> Callable[[], ConditionalItems]:
    shared: dict[Key, bytes] = {}
    return lambda: MemoryItems(items=shared)


def dynamo(folder: Path) -> Callable[[], ConditionalItems]:
    place = aws.new_place()
    return lambda: place.state()


ADAPTERS: dict[str, Callable[[Path], Callable[[], ConditionalItems]]] = {
    "memory": memory,
    "sqlite": lambda folder: lambda: SqliteItems(StateFile(folder / "state.db")),
    "dynamo": dynamo,
}


@pytest.fixture(params=ADAPTERS)
def process(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], ConditionalItems]:
    """Gives the items as one more process sees them."""
    return ADAPTERS[request.param](tmp_path)


def test_an_item_is_swapped_by_whoever_knows_it(process: Callable[[], ConditionalItems]) -> None:
    one, two = process(), process()
    assert one.get(A) is None
    assert one.swap(A, None, b"1")
    assert not two.swap(A, None, b"2")
    assert not two.swap(A, b"0", b"2")
    assert two.swap(A, b"1", b"2")
    assert (one.get(A), one.get(B)) == (b"2", None)


@pytest.mark.parametrize(("held", "message"), [(Key(LEASE, "w"), "the lease w"), (Key(CLAIM, "w#j"), "the claim w#j")])
def test_with_a_fence_that_changed_nothing_is_written(
    process: Callable[[], ConditionalItems], held: Key, message: str
) -> None:
    one, two = process(), process()
    one.swap(held, None, b"mine")
    one.fences[held] = b"mine"
    assert one.swap(A, None, b"1")
    assert two.swap(held, b"mine", b"another's")
    with pytest.raises(LeaseLost, match=f"{message} was lost"):
        one.swap(A, b"1", b"2")
    assert two.get(A) == b"1"
    assert one.swap(B, None, b"1", fenced=False)
    del one.fences[held]
    assert one.swap(A, b"1", b"2")
