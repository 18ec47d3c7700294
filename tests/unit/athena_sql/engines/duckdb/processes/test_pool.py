"""The pool of worker processes: which process a query gets, and when a process is replaced."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from millrace.athena_sql.engines.duckdb.processes.pool import ProcessPool, Replacement
from millrace.athena_sql.engines.duckdb.processes.process import QueryProcess


@dataclass(eq=False)
class FakeProcess:
    number: int
    asked: int = 0
    resident: int = 0
    is_usable: bool = True
    done: list[str] = field(default_factory=list)

    @property
    def has_ended(self) -> bool:
        return bool(self.done)

    def end(self) -> None:
        self.done.append("ended")

    def join(self) -> None:
        self.done.append("joined")

    def kill(self) -> None:
        self.done.append("killed")


class Pools:
    """A pool over fake processes, numbered in the order in which they were started."""

    def __init__(self) -> None:
        self.started: list[FakeProcess] = []
        self.pool = ProcessPool(self._start, Replacement(calls=3, resident=100))

    def _start(self) -> QueryProcess:
        self.started.append(FakeProcess(len(self.started)))
        return cast(QueryProcess, self.started[-1])

    def query(self, asked: int = 1, resident: int = 0, is_usable: bool = True) -> int:
        with self.pool.process() as process:
            fake = cast(FakeProcess, process)
            fake.asked, fake.resident, fake.is_usable = fake.asked + asked, resident, is_usable
            return fake.number


def test_as_many_processes_as_queries_at_once_and_the_latest_used_first() -> None:
    pools = Pools()
    assert len(pools.started) == 1  # before any query
    with pools.pool.process() as one, pools.pool.process() as other:
        assert one is not other
    assert [pools.query(), pools.query()] == [0, 0]
    assert len(pools.started) == 2


def test_a_process_is_replaced_at_once_after_its_calls_when_it_has_grown_and_when_it_is_spoilt() -> None:
    pools = Pools()
    assert [pools.query(asked=2), pools.query(asked=1)] == [0, 0]
    assert len(pools.started) == 2  # the next is there before the next query
    assert pools.query(resident=101) == 1
    assert pools.query(is_usable=False) == 2
    assert pools.query(resident=100) == 3
    assert pools.query() == 3
    assert [fake.done for fake in pools.started] == [["ended"], ["ended"], ["ended"], []]


def test_an_idle_process_that_has_died_is_not_used() -> None:
    pools = Pools()
    pools.started[0].is_usable = False
    assert pools.query() == 1


def test_close_ends_the_idle_and_kills_what_is_at_work() -> None:
    pools = Pools()
    with pools.pool.process():
        pools.query()
        pools.pool.close()
    assert [fake.done for fake in pools.started] == [["killed", "joined", "ended"], ["ended", "joined"]]
    assert len(pools.started) == 2
