"""Nodes of an orchestrator that neither begins nor ends runs, over a lake in which nothing waits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.errors import UsageError
from millrace.glue_workflow.ports import RunRecord, RunState
from millrace.infra.entrypoints.node import ALL, make_node, make_step
from millrace.infra.entrypoints.protocol_calls import AskedStart, ProtocolCalls
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings


@pytest.fixture
def calls(tmp_path: Path) -> Iterator[ProtocolCalls]:
    with LocalRuntime(Settings(tmp_path)) as runtime:
        yield ProtocolCalls(runtime, write=lambda _: None)


def node(calls: ProtocolCalls, job: str, execution: str = "A") -> RunRecord:
    return make_node(calls, "rainfall", execution, job)


def test_a_run_with_nothing_to_do_ends_with_its_first_node_and_the_others_do_nothing(calls: ProtocolCalls) -> None:
    first = node(calls, "crawl")
    assert first.state is RunState.SUCCEEDED
    assert [node(calls, job) for job in ("delete", "create_parquet", "prod")] == [first] * 3
    assert len(calls.runtime.runs.jobs(first.run_id)) == 1


def test_one_node_can_make_all_jobs(calls: ProtocolCalls) -> None:
    assert node(calls, ALL).state is RunState.SUCCEEDED


def test_each_execution_has_a_run_of_its_own(calls: ProtocolCalls) -> None:
    assert node(calls, "crawl").run_id != node(calls, "crawl", "B").run_id


def test_a_node_that_fails_ends_the_run_with_its_error(calls: ProtocolCalls) -> None:
    with pytest.raises(UsageError, match="comes after"):
        node(calls, "prod")
    (run,) = calls.runtime.runs.runs("rainfall", limit=9)
    assert run.state is RunState.FAILED
    assert "comes after quality_check" in run.error
    assert node(calls, "crawl", "B").state is RunState.SUCCEEDED, "the lease is free"


def test_two_executions_with_one_key_are_one_run(calls: ProtocolCalls) -> None:
    first = make_node(calls, "rainfall", "A", "crawl", lambda: AskedStart(key="2026-11-30T06:30:00Z"))
    late = make_node(calls, "rainfall", "B", "crawl", lambda: AskedStart(key="2026-11-30T06:30:00Z"))
    assert (late.run_id, late.state) == (first.run_id, RunState.SKIPPED)


def test_an_execution_goes_on_with_a_run_that_failed_and_its_later_nodes_find_it_done(calls: ProtocolCalls) -> None:
    with pytest.raises(UsageError, match="comes after"):
        node(calls, "prod")
    (failed,) = calls.runtime.runs.runs("rainfall", limit=9)

    def again() -> AskedStart:
        return AskedStart(resume=failed.run_id)

    first = make_node(calls, "rainfall", "B", "crawl", again)
    assert (first.run_id, first.attempt, first.state) == (failed.run_id, 2, RunState.SUCCEEDED)
    assert make_node(calls, "rainfall", "B", "delete", again) == first
    with pytest.raises(UsageError, match="has succeeded already"):
        make_node(calls, "rainfall", "C", "crawl", again)


def test_a_process_that_makes_one_job_of_a_run_neither_begins_nor_ends_it(calls: ProtocolCalls) -> None:
    begun = calls.runtime.execution("rainfall", "A").begin()

    record = make_step(calls, "rainfall", "A", begun.run_id, "crawl")
    assert (record.state, record.ends_run) == (RunState.SUCCEEDED, True)
    assert [run.state for run in calls.runtime.runs.runs("rainfall")] == [RunState.RUNNING]
