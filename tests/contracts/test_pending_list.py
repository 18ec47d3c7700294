"""The contract of the pending list. A new adapter is one entry in ADAPTERS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from millrace.pending.dynamo import DynamoPendingList
from millrace.pending.ports import PendingList
from millrace.pending.sqlite import SqlitePendingList
from millrace.state.sqlite import StateFile
from tests.contracts import aws

AT = datetime(2024, 5, 30, 4, 30, tzinfo=UTC)


@dataclass
class Listed:
    """A pending list. `touch` touches a partition as arriving data does."""

    pending: PendingList
    touch: Callable[[str, str, datetime], None]
    close: Callable[[], None]


def local(folder: Path) -> Listed:
    state = StateFile(folder / "state.db")
    pending = SqlitePendingList(state)

    def touch(source: str, dt: str, now: datetime) -> None:
        with state.transaction() as connection:
            pending.touch(connection, source, dt, now)

    return Listed(pending, touch, state.close)


def dynamo(folder: Path) -> Listed:
    pending = DynamoPendingList(aws.new_place().state())
    return Listed(pending, pending.add, lambda: None)


ADAPTERS = {"local": local, "dynamo": dynamo}


@pytest.fixture(params=ADAPTERS)
def listed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Listed]:
    made = ADAPTERS[request.param](tmp_path)
    yield made
    made.close()


def dates(listed: Listed, source: str = "taxi") -> list[str]:
    return [touch.dt for touch in listed.pending.touched(source)]


def top(listed: Listed) -> int:
    return max(touch.sequence for touch in listed.pending.touched("taxi"))


def test_a_partition_is_listed_once_in_the_order_of_dates(listed: Listed) -> None:
    assert listed.pending.touched("taxi") == []
    for dt in ("2024-05-30", "2024-05-29", "2024-05-30"):
        listed.touch("taxi", dt, AT)
    assert dates(listed) == ["2024-05-29", "2024-05-30"]


def test_sources_are_separate(listed: Listed) -> None:
    listed.touch("taxi", "2024-05-30", AT)
    listed.touch("polls", "2024-05-30", AT)
    listed.pending.clear(listed.pending.touched("taxi"))
    assert dates(listed) == []
    assert dates(listed, "polls") == ["2024-05-30"]


def test_what_arrives_during_a_run_stays_on_the_list(listed: Listed) -> None:
    listed.touch("taxi", "2024-05-29", AT)
    listed.touch("taxi", "2024-05-30", AT)
    seen = listed.pending.touched("taxi")
    listed.touch("taxi", "2024-05-30", AT)
    listed.touch("taxi", "2024-05-31", AT)
    listed.pending.clear(seen)
    assert dates(listed) == ["2024-05-30", "2024-05-31"]
    listed.pending.clear(seen)
    assert dates(listed) == ["2024-05-30", "2024-05-31"], "clearing again changes nothing"


def test_since_is_the_first_touch_that_no_run_saw(listed: Listed) -> None:
    """Otherwise a partition that is touched during every run would look as old as its first touch."""
    for minutes in range(3):
        listed.touch("taxi", "2024-05-30", AT + timedelta(minutes=minutes))
    assert listed.pending.touched("taxi")[0].since == AT
    seen = listed.pending.touched("taxi")
    listed.touch("taxi", "2024-05-30", AT + timedelta(minutes=10))
    listed.touch("taxi", "2024-05-30", AT + timedelta(minutes=11))
    listed.pending.clear(seen)
    assert listed.pending.touched("taxi")[0].since == AT + timedelta(minutes=10)


def test_a_run_of_one_partition_leaves_the_others_on_the_list(listed: Listed) -> None:
    listed.touch("taxi", "2024-05-29", AT)
    listed.touch("taxi", "2024-05-30", AT)
    listed.pending.clear([touched for touched in listed.pending.touched("taxi") if touched.dt == "2024-05-30"])
    assert dates(listed) == ["2024-05-29"]


def test_a_sequence_number_is_never_reused(listed: Listed) -> None:
    """A late `clear` of a dead run must not take a newer touch off the list."""
    listed.touch("taxi", "2024-05-30", AT)
    first = listed.pending.touched("taxi")
    listed.pending.clear(first)
    listed.touch("taxi", "2024-05-30", AT)
    assert top(listed) > first[0].sequence
    listed.pending.clear(first)
    assert dates(listed) == ["2024-05-30"]
