"""Nodes of an orchestrator that neither begins nor ends runs, over a lake in which nothing waits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.errors import UsageError
from millrace.glue_workflow.ports import RunRecord, RunState
from millrace.infra.entrypoints.node import ALL, make_node
from millrace.infra.entrypoints.protocol_calls import ProtocolCalls
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
