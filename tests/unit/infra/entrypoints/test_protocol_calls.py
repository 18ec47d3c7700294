"""The calls of a run that an orchestrator sends, over a lake in which nothing waits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from millrace.errors import LeaseHeld, UnknownName, UsageError
from millrace.glue_workflow.run_request import UNBOUNDED, Bounds
from millrace.infra.entrypoints.protocol_calls import DEFAULT_BOUNDS, ProtocolCalls, protocol_call
from millrace.infra.project.project import Project
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.runs import resume_by_orchestrator
from tests.end_to_end.project.bikes import FILES, write_project

OF = {"workflow": "rainfall", "execution": "A"}


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[LocalRuntime]:
    with LocalRuntime(Settings(tmp_path)) as made:
        yield made


def made(runtime: LocalRuntime, **event: Any) -> dict[str, Any]:
    return ProtocolCalls(runtime, write=lambda _: None).make(protocol_call({**OF, **event}))


def test_a_run_is_begun_stepped_and_ended(runtime: LocalRuntime) -> None:
    begun = made(runtime, call="begin")
    assert begun["state"] == "running"
    assert begun["jobs"] == ["crawl", "delete", "create_parquet", "quality_check", "prod"]
    step = made(runtime, call="step", run_id=begun["run_id"], job="crawl")
    assert (step["state"], step["ends_run"]) == ("succeeded", True), "nothing waits"
    assert made(runtime, call="end", run_id=begun["run_id"])["state"] == "succeeded"


def test_calls_that_are_repeated_do_their_work_once(runtime: LocalRuntime) -> None:
    begun = [made(runtime, call="begin", start={"key": "k"}) for _ in range(2)]
    assert begun[0] == begun[1]
    of = {"run_id": begun[0]["run_id"]}
    assert made(runtime, call="step", job="crawl", **of) == made(runtime, call="step", job="crawl", **of)
    assert made(runtime, call="end", **of) == made(runtime, call="end", **of)
    assert made(runtime, call="begin", execution="B", start={"key": "k"})["state"] == "skipped"


def test_what_went_wrong_outside_of_the_steps_fails_the_run(runtime: LocalRuntime) -> None:
    run_id = made(runtime, call="begin")["run_id"]
    ended = made(runtime, call="end", run_id=run_id, error="Lambda.Unknown: the function was ended")
    assert (ended["state"], ended["error"]) == ("failed", "Lambda.Unknown: the function was ended")


def test_a_run_that_failed_is_gone_on_with_once_by_an_execution(runtime: LocalRuntime) -> None:
    run_id = made(runtime, call="begin")["run_id"]
    with pytest.raises(UsageError, match="is under way, in the execution A"):
        resume_by_orchestrator(runtime, run_id)
    made(runtime, call="end", run_id=run_id, error="Lambda.Unknown: the function was ended")
    assert resume_by_orchestrator(runtime, run_id) == "", "no state machine made it"

    again = [made(runtime, call="begin", execution="B", start={"resume": run_id}) for _ in range(2)]

    assert again[0] == again[1]
    run = runtime.runs.run(run_id)
    assert (run.attempt, run.execution, again[0]["state"]) == (2, "B", "running")
    with pytest.raises(UnknownName):
        made(runtime, call="begin", start={"resume": "20240530T160000-1a2b"})


def test_what_is_wanted_is_on_the_run(runtime: LocalRuntime) -> None:
    run_id = made(runtime, call="begin", start={"partitions": ["2024-05-30"]})["run_id"]
    assert runtime.runs.run(run_id).partitions == ("2024-05-30",)


@pytest.mark.parametrize(
    ("event", "seconds", "bounds"),
    [
        ({}, 900.0, DEFAULT_BOUNDS),
        ({}, None, UNBOUNDED),
        ({"start": {"full": True}}, 900.0, UNBOUNDED),
        ({"start": {"partitions": ["2024-05-30"]}}, 900.0, UNBOUNDED),
    ],
    ids=["touched", "no end", "full", "partitions"],
)
def test_a_run_of_processes_that_are_ended_is_bounded(
    runtime: LocalRuntime, event: dict[str, Any], seconds: float | None, bounds: Bounds
) -> None:
    time_left = None if seconds is None else lambda: seconds
    calls = ProtocolCalls(runtime, time_left, write=lambda _: None)
    run_id = calls.make(protocol_call({**OF, "call": "begin", **event}))["run_id"]
    assert runtime.runs.run(run_id).asked.bounds == bounds


def test_bounds_of_the_workflow_s_own_stay(tmp_path: Path) -> None:
    root = write_project(tmp_path / "bikes", {**FILES, "workflows/bikes.toml": "[bounds]\npartitions = 7\n"})
    with LocalRuntime(Settings(tmp_path / "lake"), project=Project.find(root)) as runtime:
        calls = ProtocolCalls(runtime, lambda: 900.0, write=lambda _: None)
        begun = calls.make(protocol_call({"workflow": "bikes", "execution": "A", "call": "begin"}))
        assert runtime.runs.run(begun["run_id"]).asked.bounds == Bounds(partitions=7)


def test_another_execution_has_to_wait(runtime: LocalRuntime) -> None:
    made(runtime, call="begin")
    with pytest.raises(LeaseHeld, match="execution A"):
        made(runtime, call="begin", execution="B")


def test_a_step_is_told_as_metrics_also_when_it_fails(runtime: LocalRuntime) -> None:
    run_id = made(runtime, call="begin")["run_id"]
    lines: list[dict[str, Any]] = []
    calls = ProtocolCalls(runtime, write=lambda line: lines.append(json.loads(line)))
    calls.make(protocol_call({**OF, "call": "step", "run_id": run_id, "job": "crawl"}))
    with pytest.raises(UnknownName):
        calls.make(protocol_call({**OF, "call": "step", "run_id": run_id, "job": "no such job"}))
    assert [line["run_id"] for line in lines] == [run_id] * 2
    assert [line.get("StepsFailed", 0) for line in lines] == [0, 1]
    assert lines[0]["BytesScanned"] == 0
    assert {(line["Stage"], line["Workflow"]) for line in lines} == {("dev", "rainfall")}


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"call": "begins"}, "cannot be read"),
        ({"call": "begin", "when": "now"}, "cannot be read"),
        ({"call": "step", "job": "crawl"}, "the call step has no run_id"),
        ({"call": "step", "run_id": "r"}, "the call step has no job"),
        ({"call": "end"}, "the call end has no run_id"),
        ({"call": "begin", "start": {"full": True, "resume": "r"}}, "asks for full and resume, which exclude"),
        ({"call": "begin", "start": {"full": True, "partitions": ["2024-05-30"]}}, "asks for full and partitions"),
    ],
)
def test_a_call_that_is_none_is_refused(event: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        protocol_call({**OF, **event})


def test_a_look_makes_nothing_and_says_whether_the_step_is_done(runtime: LocalRuntime) -> None:
    of = {"run_id": made(runtime, call="begin")["run_id"], "job": "crawl"}

    assert made(runtime, call="step", look=True, **of)["state"] == "running"
    assert runtime.runs.jobs(of["run_id"]) == []
    done = made(runtime, call="step", **of)
    assert made(runtime, call="step", look=True, **of) == done
