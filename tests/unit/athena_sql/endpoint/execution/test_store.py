"""The store of executions: who waits for the end of an execution hears of it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from millrace.athena_sql.endpoint.execution.executions import Execution, ExecutionState
from millrace.athena_sql.endpoint.execution.store import ExecutionStore
from millrace.state.sqlite import StateFile

_NEVER = 60.0  # seconds: longer than the test may take


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ExecutionStore]:
    state = StateFile(tmp_path / "executions.db", durable=False)
    yield ExecutionStore(state)
    state.close()


def queued(store: ExecutionStore) -> Execution:
    return store.add(
        Execution(
            id="one",
            sql="SELECT 1",
            workgroup="primary",
            catalog="",
            database="",
            statement_type="DML",
            substatement="SELECT",
            submitted=0.0,
            identity="one",
        ),
        None,
    )


def states(*found: Execution | None) -> list[ExecutionState | None]:
    return [one.state if one else None for one in found]


@pytest.mark.parametrize("end", [ExecutionState.SUCCEEDED, ExecutionState.FAILED, ExecutionState.CANCELLED])
def test_who_waits_is_told_of_the_end_when_it_comes(store: ExecutionStore, end: ExecutionState) -> None:
    execution = queued(store)
    with ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(store.ended, "one", _NEVER) for _ in range(2)]
        store.change(msgspec.structs.replace(execution, state=ExecutionState.RUNNING))
        assert not any(one.done() for one in waiting)
        store.change(msgspec.structs.replace(execution, state=end))
        assert states(*(one.result(timeout=_NEVER / 2) for one in waiting)) == [end, end]


def test_what_has_not_ended_in_that_time_is_told_as_it_is(store: ExecutionStore) -> None:
    execution = queued(store)
    assert states(store.ended("one", 0.0)) == [ExecutionState.QUEUED]
    store.change(msgspec.structs.replace(execution, state=ExecutionState.RUNNING))
    assert states(store.ended("one", 0.001)) == [ExecutionState.RUNNING]


def test_nobody_waits_for_what_has_ended_or_never_was(store: ExecutionStore) -> None:
    store.change(msgspec.structs.replace(queued(store), state=ExecutionState.SUCCEEDED))
    assert states(store.ended("one", _NEVER), store.ended("nobody", _NEVER)) == [ExecutionState.SUCCEEDED, None]
