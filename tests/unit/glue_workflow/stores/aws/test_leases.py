"""What is special to leases on DynamoDB: which holder counts as dead, and what such a holder may still do."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from millrace.errors import LeaseHeld, LeaseLost
from millrace.glue_workflow.ports import RunRecord, RunState
from millrace.glue_workflow.stores.aws.leases import (
    BEAT_SECONDS,
    CHECK_SECONDS,
    UNCHANGED_CHECKS,
    DynamoLeases,
    SystemTimer,
)
from millrace.glue_workflow.stores.aws.runs import DynamoRunStore
from millrace.pending.dynamo import DynamoPendingList
from millrace.state.dynamo import StateTable
from tests.contracts import aws
from tests.doubles.manual_timer import ManualTimer
from tests.doubles.spy import Spy, answer

AT = datetime(2024, 5, 30, tzinfo=UTC)
RUN = RunRecord("r", "taxi", 1, RunState.RUNNING, AT, AT)


class Process:
    """One process: its view of the table, its leases, its time."""

    def __init__(self, place: aws.AwsPlace, timer: ManualTimer, name: str, client: Any = None) -> None:
        self.table: StateTable = place.state(client)
        self.leases = DynamoLeases(self.table, timer=timer, holder=name)
        self.runs = DynamoRunStore(self.table)


@pytest.fixture
def place() -> aws.AwsPlace:
    return aws.new_place()


@pytest.fixture
def timer() -> ManualTimer:
    return ManualTimer()


def test_a_living_holder_is_recognised_by_its_next_beat(place: aws.AwsPlace, timer: ManualTimer) -> None:
    with Process(place, timer, "one").leases.hold("w"):
        began = timer.slept
        with (
            pytest.raises(LeaseHeld, match=r"w is held by process one\."),
            Process(place, timer, "two").leases.hold("w"),
        ):
            pass
        assert timer.slept - began <= BEAT_SECONDS + CHECK_SECONDS


def test_a_free_lease_is_taken_at_once(place: aws.AwsPlace, timer: ManualTimer) -> None:
    with Process(place, timer, "one").leases.hold("w"), Process(place, timer, "one").leases.hold("v"):
        pass
    with Process(place, timer, "two").leases.hold("w"):
        assert timer.slept == 0


def test_a_silent_holder_loses_its_lease_after_a_while_and_its_later_writes_are_refused(
    place: aws.AwsPlace, timer: ManualTimer, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = Process(place, timer, "one"), Process(place, timer, "two")
    with one.leases.hold("w"):
        one.runs.save_run(RUN)
        timer.stopped = True  # the machine sleeps, or the process is suspended, unknown to itself
        with two.leases.hold("w"):
            assert timer.slept == CHECK_SECONDS * UNCHANGED_CHECKS
            timer.stopped = False
            two.runs.save_run(RunRecord("s", "taxi", 1, RunState.RUNNING, AT, AT))
            writes: list[Callable[[], None]] = [
                lambda: one.runs.save_run(RUN),
                lambda: one.runs.save_run(RunRecord("new", "taxi", 1, RunState.RUNNING, AT, AT)),
                one.table.check_fences,
            ]
            for write in writes:
                with pytest.raises(LeaseLost, match="the lease w was lost"):
                    write()
            one.runs.save_quality([])  # writes nothing, so nothing is refused
            DynamoPendingList(one.table).add("taxi", "2024-05-30", AT)  # written without a look at the lease
            assert [run.run_id for run in two.runs.runs()] == ["s", "r"]
            two.table.check_fences()
    assert "process one, sent no heartbeat" in caplog.text
    one.runs.save_run(RUN)  # outside the context it holds no lease, so nothing fences it


def test_a_holder_that_was_shut_out_does_not_release_the_lease_of_its_successor(
    place: aws.AwsPlace, timer: ManualTimer, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = Process(place, timer, "one"), Process(place, timer, "two")
    with ExitStack() as second:
        with one.leases.hold("w"):
            timer.stopped = True
            second.enter_context(two.leases.hold("w"))
            timer.stopped = False
        assert "the lease w belonged to another process when this one released it" in caplog.text
        two.table.check_fences()
        with pytest.raises(LeaseHeld, match="process two"), one.leases.hold("w"):
            pass


def test_a_heartbeat_after_the_lease_was_taken_over_is_logged_once_and_stops(
    place: aws.AwsPlace, timer: ManualTimer, caplog: pytest.LogCaptureFixture
) -> None:
    with Process(place, timer, "one").leases.hold("w"):
        timer.stopped = True
        with Process(place, timer, "two").leases.hold("w"):
            timer.stopped = False
            timer.sleep(BEAT_SECONDS)
            timer.sleep(BEAT_SECONDS)
    assert [one.levelno for one in caplog.records if "was suspended" in one.message] == [logging.ERROR]


def test_one_failed_beat_does_not_lose_the_lease(
    place: aws.AwsPlace, timer: ManualTimer, caplog: pytest.LogCaptureFixture
) -> None:
    spy = Spy(aws.one_at_a_time())
    one = Process(place, timer, "one", spy)

    def fail(*_: Any, **__: Any) -> Any:
        raise answer("InternalServerError", "Sorry")

    with one.leases.hold("w"):
        spy.instead["transact_write_items"] = fail
        timer.sleep(BEAT_SECONDS)
        assert "no heartbeat for the lease w" in caplog.text
        del spy.instead["transact_write_items"]
        with pytest.raises(LeaseHeld), Process(place, timer, "two").leases.hold("w"):
            pass


def test_of_two_processes_that_find_a_dead_holder_one_gets_the_lease(place: aws.AwsPlace, timer: ManualTimer) -> None:
    """Both have waited long enough; the slower one's condition fails."""
    slow, fast = Spy(aws.one_at_a_time()), Process(place, timer, "fast")

    with ExitStack() as dead, ExitStack() as held:
        dead.enter_context(Process(place, timer, "dead").leases.hold("w"))
        timer.stopped = True

        def after_the_fast_one(real: Any, **arguments: Any) -> Any:
            del slow.instead["transact_write_items"]
            held.enter_context(fast.leases.hold("w"))
            return real(**arguments)

        slow.instead["transact_write_items"] = after_the_fast_one
        with pytest.raises(LeaseHeld, match="process fast"), Process(place, timer, "slow", slow).leases.hold("w"):
            pass


def test_no_item_of_a_lease_holds_a_time(place: aws.AwsPlace, timer: ManualTimer) -> None:
    """So a wrong clock does no harm."""
    with Process(place, timer, "one").leases.hold("w"):
        timer.sleep(BEAT_SECONDS)
        items = [data for pk in ("lease", "beat") for _, data in place.state().items(pk)]
        assert items == [b'{"holder":"one","number":1}', b"1"]


def test_the_system_timer_calls_the_action_until_it_returns_false() -> None:
    acted, seen = threading.Event(), []

    def act() -> bool:
        seen.append(timedelta())
        acted.set()
        return len(seen) < 2

    with SystemTimer().every(0.001, act):
        assert acted.wait(10)
    assert len(seen) <= 2
