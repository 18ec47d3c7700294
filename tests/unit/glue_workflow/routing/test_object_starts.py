"""Runs that raw objects start: one at once, then one in a window at most, and the last object is in some run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from millrace.clock import ManualClock
from millrace.glue_workflow.ports import RunRecord, RunState
from millrace.glue_workflow.routing.object_starts import ObjectStarts
from millrace.state.conditional_items import MemoryItems

BEGAN = datetime(2026, 11, 30, 6, 2, tzinfo=UTC)
FIVE = timedelta(minutes=5)


@dataclass
class Objects:
    """A workflow with a window of five minutes. `begun`: the keys of its runs; `held`: another run is under way."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(BEGAN))
    items: MemoryItems = field(default_factory=MemoryItems)
    begun: list[str] = field(default_factory=list)
    held: bool = False

    @property
    def starts(self) -> ObjectStarts:
        return ObjectStarts(self.items, self.clock, "rainfall", FIVE)

    def begin(self, key: str) -> str:
        """As a router does: a key that comes again is the same run."""
        if self.held:
            return ""
        if key not in self.begun:
            self.begun.append(key)
        return f"run of {key}"

    def object_comes(self) -> str:
        self.starts.note()
        return self.starts.start(self.begin)

    def tick(self) -> str:
        """The clock looks at the begin of the next window."""
        now = self.clock.now()
        self.clock.set(now + FIVE - timedelta(minutes=now.minute % 5))
        return self.starts.start(self.begin)

    def ends(self, run_id: str, state: RunState = RunState.SUCCEEDED, *, found: bool = True) -> None:
        partitions = ("2026-11-30",) if found else ()
        self.starts.ended(RunRecord(run_id, "rainfall", 1, state, BEGAN, BEGAN, partitions))


def test_the_first_object_starts_a_run_at_once_by_the_begin_of_its_window() -> None:
    objects = Objects()

    assert objects.object_comes() == "run of objects-2026-11-30T06:00:00.000000Z"


def test_what_comes_in_the_same_window_is_in_one_run_at_the_begin_of_the_next() -> None:
    objects = Objects()
    objects.ends(objects.object_comes())
    assert [objects.object_comes() for _ in range(3)] == ["", "", ""]

    assert objects.tick() != ""
    assert objects.tick() == ""
    assert len(objects.begun) == 2


def test_without_an_object_the_clock_starts_nothing() -> None:
    objects = Objects()
    assert objects.tick() == ""
    objects.ends(objects.object_comes())

    assert [objects.tick() for _ in range(3)] == ["", "", ""]


def test_what_comes_while_a_run_is_under_way_is_not_lost() -> None:
    objects = Objects(held=True)
    assert objects.object_comes() == ""
    assert [objects.tick(), objects.tick()] == ["", ""]
    objects.held = False

    assert objects.tick() != ""
    assert objects.tick() == ""


def test_an_object_that_comes_between_the_claim_and_the_begin_waits_for_the_next_window() -> None:
    """The run may have looked before it came."""
    objects = Objects()
    objects.starts.note()

    def begin(key: str) -> str:
        assert objects.object_comes() != "", "the same run"
        return objects.begin(key)

    objects.starts.start(begin)

    assert len(objects.begun) == 1
    assert objects.tick() != ""


def test_a_start_whose_process_died_is_made_by_the_next_event() -> None:
    objects = Objects()
    objects.starts.note()

    def dies(_: str) -> str:
        raise RuntimeError("the process died")

    with pytest.raises(RuntimeError):
        objects.starts.start(dies)

    assert objects.tick() != ""


def test_a_run_that_found_nothing_is_followed_by_one_more_look() -> None:
    """The event came before the message that names the object."""
    objects = Objects()
    objects.ends(objects.object_comes(), found=False)
    again = objects.tick()
    assert again != ""

    objects.ends(again, found=False)

    assert objects.tick() == ""


def test_a_run_that_failed_is_tried_again_as_by_a_schedule() -> None:
    objects = Objects()
    objects.ends(objects.object_comes(), RunState.FAILED)
    again = objects.tick()

    assert again != ""
    objects.ends(again)
    assert objects.tick() == ""
