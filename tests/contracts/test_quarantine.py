"""The contract of the quarantine. A new adapter is one entry in ADAPTERS."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millrace.errors import UsageError
from millrace.firehose.object_quarantine import ObjectQuarantine
from millrace.firehose.ports import Quarantine, QuarantinedItem, QuarantineState
from millrace.lake.local import LocalStorage
from tests.contracts import aws

# Each makes a lake, and gives a function that opens its quarantine as a new process does.
ADAPTERS: dict[str, Callable[[Path], Callable[[], Quarantine]]] = {
    "local": lambda folder: lambda: ObjectQuarantine(LocalStorage(folder)),
    "s3": lambda folder: partial(ObjectQuarantine, aws.new_storage()),
}
AT = datetime(2024, 5, 30, 4, 30, tzinfo=UTC)


@pytest.fixture(params=ADAPTERS)
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Quarantine]:
    return ADAPTERS[request.param](tmp_path)


def item(item_id: str, source: str = "taxi", dt: str = "2024-05-30", **others: Any) -> QuarantinedItem:
    fields = {"code": "empty", "reason": "no taxis", "quarantined_at": AT, "body": b"{}", "attempt": {"status": 200}}
    return QuarantinedItem(item_id, source, dt, **{**fields, **others})


def test_the_next_process_finds_an_item(reopen: Callable[[], Quarantine]) -> None:
    kept = item(
        "a", body=bytes(range(256)) * 40, attempt={"status": 200, "nested": {"list": [1, None, "x"]}}, part="page 2"
    )
    reopen().add(kept)
    assert list(reopen().items()) == [kept]


def test_keeping_an_item_again_changes_nothing(reopen: Callable[[], Quarantine]) -> None:
    quarantine = reopen()
    quarantine.add(item("a"))
    quarantine.add(item("a", quarantined_at=AT + timedelta(minutes=1)))
    assert list(quarantine.items()) == [item("a")]


def test_items_of_one_source_or_of_all_come_in_order(reopen: Callable[[], Quarantine]) -> None:
    quarantine = reopen()
    kept = [item("b"), item("a"), item("c", dt="2024-05-29"), item("d", source="taxi_stand"), item("e", source="bus")]
    for each in kept:
        quarantine.add(each)
    assert [found.item_id for found in quarantine.items("taxi")] == ["c", "a", "b"], "and none of taxi_stand"
    assert [found.item_id for found in quarantine.items()] == ["e", "c", "a", "b", "d"]
    assert list(quarantine.items("ferry")) == []


def test_an_items_new_state_replaces_the_old_one(reopen: Callable[[], Quarantine]) -> None:
    reopen().add(item("a"))
    reopen().add(item("b"))
    state: dict[str, Any] = {"state": QuarantineState.DROPPED, "note": "known outage", "noted_at": AT, "sha256": "00ff"}
    reopen().replace(item("a", body=b"", **state))
    reopen().add(item("a"))
    assert list(reopen().items()) == [item("a", body=b"", **state), item("b")]
    assert reopen().item("a").state is QuarantineState.DROPPED


def test_an_item_is_found_by_its_id(reopen: Callable[[], Quarantine]) -> None:
    reopen().add(item("ab"))
    reopen().add(item("b", source="bus"))
    assert reopen().item("b").source == "bus"
    with pytest.raises(UsageError, match="no item 'a'"):
        reopen().item("a")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=st.binary(), reason=st.text(), attempt=st.dictionaries(st.text(), json_values, max_size=4))
def test_everything_in_an_item_comes_back(
    reopen: Callable[[], Quarantine], body: bytes, reason: str, attempt: dict[str, Any]
) -> None:
    quarantine = reopen()
    kept = item(uuid.uuid4().hex, body=body, reason=reason, attempt=attempt)
    quarantine.add(kept)
    assert quarantine.item(kept.item_id) == kept
