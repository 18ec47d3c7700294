"""The contract of leases of executions, beside those of processes. A new adapter is one entry in ADAPTERS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from millrace.clock import ManualClock
from millrace.errors import LeaseHeld, LeaseLost
from millrace.glue_workflow.ports import RunRecord, RunState, RunStore
from millrace.glue_workflow.stores.aws.leases import DynamoLeases
from millrace.glue_workflow.stores.aws.runs import DynamoRunStore
from millrace.glue_workflow.stores.local.leases import FileLeases, LocalLeases
from millrace.glue_workflow.stores.local.runs import SqliteRunStore
from millrace.state.dynamo_keys import LEASE, Key
from millrace.state.sqlite import StateFile
from millrace.state.sqlite_items import SqliteItems
from tests.contracts import aws
from tests.doubles.manual_timer import ManualTimer

NOON = datetime(2024, 5, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class OneProcess:
    leases: LocalLeases | DynamoLeases
    runs: RunStore

    def write(self) -> None:
        self.runs.save_run(RunRecord("r", "w", 1, RunState.RUNNING, NOON, NOON))


@dataclass
class LeaseHolders:
    """`process` gives one more process; `ended`: the executions that their service no longer knows."""

    make: Callable[[ManualClock, Callable[[str], bool]], OneProcess]
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    ended: set[str] = field(default_factory=set)

    def process(self) -> OneProcess:
        return self.make(self.clock, self.ended.__contains__)


def local(folder: Path) -> LeaseHolders:
    def make(clock: ManualClock, has_ended: Callable[[str], bool]) -> OneProcess:
        state = StateFile(folder / "state.db")
        leases = LocalLeases(FileLeases(folder / "leases"), SqliteItems(state), clock, has_ended)
        return OneProcess(leases, SqliteRunStore(state))

    return LeaseHolders(make)


def dynamo(folder: Path) -> LeaseHolders:
    place, timer = aws.new_place(), ManualTimer()

    def make(clock: ManualClock, has_ended: Callable[[str], bool]) -> OneProcess:
        table = place.state()
        leases = DynamoLeases(table, timer=timer, clock=clock, has_ended=has_ended)
        return OneProcess(leases, DynamoRunStore(table))

    return LeaseHolders(make)


ADAPTERS: dict[str, Callable[[Path], LeaseHolders]] = {"local": local, "dynamo": dynamo}


@pytest.fixture(params=ADAPTERS)
def holders(request: pytest.FixtureRequest, tmp_path: Path) -> LeaseHolders:
    return ADAPTERS[request.param](tmp_path)


def test_it_outlives_its_processes_and_is_renewed_by_each(holders: LeaseHolders) -> None:
    for _ in range(3):
        one = holders.process()
        with one.leases.hold_for("w", "A", HOUR):
            one.write()
        holders.clock.sleep(0.9 * HOUR.total_seconds())
        with pytest.raises(LeaseHeld, match="w is held by execution A"), holders.process().leases.hold("w"):
            pass
        with (
            pytest.raises(LeaseHeld, match="w is held by execution A"),
            holders.process().leases.hold_for("w", "B", HOUR),
        ):
            pass


def test_two_processes_of_one_execution_hold_it_together(holders: LeaseHolders) -> None:
    one, two = holders.process(), holders.process()
    with one.leases.hold_for("w", "A", HOUR), two.leases.hold_for("w", "A", HOUR):
        one.write()
        two.write()


def test_it_is_free_once_released_and_only_its_execution_releases_it(holders: LeaseHolders) -> None:
    one = holders.process()
    with one.leases.hold_for("w", "A", HOUR):
        pass
    one.leases.release_for("w", "B")
    with pytest.raises(LeaseHeld), one.leases.hold("w"):
        pass
    one.leases.release_for("w", "A")
    with one.leases.hold("w"):
        pass
    with holders.process().leases.hold_for("w", "B", HOUR):
        pass


@pytest.mark.parametrize("by", ["process", "execution"])
@pytest.mark.parametrize("why", ["its deadline is over", "its service does not know it"])
def test_an_execution_that_is_over_loses_it_and_its_later_writes_are_refused(
    holders: LeaseHolders, by: str, why: str
) -> None:
    one, two = holders.process(), holders.process()
    with one.leases.hold_for("w", "A", HOUR):
        one.write()
        if why == "its deadline is over":
            holders.clock.sleep(1.1 * HOUR.total_seconds())
        else:
            holders.ended.add("A")
        with two.leases.hold("w") if by == "process" else two.leases.hold_for("w", "B", HOUR):
            two.write()
            with pytest.raises(LeaseLost, match="the lease w was lost"):
                one.write()
            two.write()


class DiedAtOnce(BaseException):
    """Of the process that has just taken a lease."""


class DiesOnceItHasTheLease(SqliteItems):
    def swap(self, key: Key, before: bytes | None, after: bytes, *, fenced: bool = True) -> bool:
        assert super().swap(key, before, after, fenced=fenced)
        if key.pk == LEASE:
            raise DiedAtOnce
        return True


def test_a_holder_that_dies_at_once_does_not_have_the_deadline_of_the_one_before(tmp_path: Path) -> None:
    holders = local(tmp_path)
    one = holders.process()
    with one.leases.hold_for("w", "A", HOUR):
        pass
    one.leases.release_for("w", "A")
    holders.clock.sleep(2 * HOUR.total_seconds())
    items = DiesOnceItHasTheLease(StateFile(tmp_path / "state.db"))
    dies = LocalLeases(FileLeases(tmp_path / "leases"), items, holders.clock)
    with pytest.raises(DiedAtOnce), dies.hold_for("w", "B", HOUR):
        pass

    with pytest.raises(LeaseHeld, match="w is held by execution B"), one.leases.hold_for("w", "C", HOUR):
        pass
    holders.clock.sleep(1.1 * HOUR.total_seconds())
    with one.leases.hold_for("w", "C", HOUR):
        one.write()


def test_who_waits_is_told_the_deadline(holders: LeaseHolders) -> None:
    one = holders.process()
    with one.leases.hold_for("w", "A", HOUR):
        pass
    with (
        pytest.raises(LeaseHeld, match="after its deadline, 2024-05-30 13:00:00 UTC, another may"),
        one.leases.hold("w"),
    ):
        pass


def test_a_living_process_keeps_its_lease_from_executions(holders: LeaseHolders) -> None:
    with holders.process().leases.hold("w"):
        holders.ended.add("A")
        holders.clock.sleep(10 * HOUR.total_seconds())
        with pytest.raises(LeaseHeld, match="w is held by process"), holders.process().leases.hold_for("w", "A", HOUR):
            pass
    with holders.process().leases.hold_for("w", "A", HOUR):
        pass


def test_a_deadline_only_permits(holders: LeaseHolders) -> None:
    one = holders.process()
    with one.leases.hold_for("w", "A", HOUR):
        holders.clock.sleep(10 * HOUR.total_seconds())
        one.write()  # nobody has taken it
