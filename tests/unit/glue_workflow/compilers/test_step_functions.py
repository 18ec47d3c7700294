"""Workflows as state machines: what their definitions have. `tests/end_to_end/aws/state_machines` executes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from millrace import errors
from millrace.errors import DefinitionError, LeaseHeld, RetryLater
from millrace.glue_workflow.compilers import step_functions
from millrace.glue_workflow.compilers.step_functions import StepFunctions, usual_states
from millrace.glue_workflow.refinement import with_scripts
from millrace.glue_workflow.workflow import Job
from tests.shipped import PIPELINES
from tests.unit.glue_workflow.compilers.golden_files import FILES, compiled

RAINFALL = PIPELINES.workflow("rainfall")
MOST_PAYLOAD = 262_144  # bytes between two states
# Errors that may pass by themselves, and that no call of a run raises.
_OF_OTHERS = {errors.NotificationFailed, errors.FeedUnavailable, errors.ResponseTooLarge}


def states(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = StepFunctions().compile(replace(RAINFALL, **changes))["States"]
    return found


def tasks() -> Iterator[tuple[str, dict[str, Any]]]:
    return ((name, state) for name, state in states().items() if state["Type"] == "Task")


@pytest.mark.parametrize(("workflow", "orchestrator"), FILES)
def test_a_workflow_is_compiled_as_it_was(workflow: str, orchestrator: str) -> None:
    """`python -m tests.unit.glue_workflow.compilers.golden_files` writes the files anew."""
    assert compiled(workflow, orchestrator) == FILES[workflow, orchestrator].read_text()


def test_the_usual_way_makes_every_job_between_begin_and_end() -> None:
    way = [name for name, _ in usual_states(StepFunctions().compile(RAINFALL))]

    assert [name for name in way if not name.startswith(("Is ", "Did "))] == [
        "Begin the run",
        *(job.name for job in RAINFALL.in_order()),
        "End the run",
        "Done",
    ]
    assert len(way) == 12, "each costs a transition"


def test_every_task_is_caught_limited_and_tried_again() -> None:
    for name, state in tasks():
        assert state["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name
        assert state["TimeoutSeconds"] > 0, name
        for retrier in state["Retry"]:
            assert (retrier["JitterStrategy"], retrier["BackoffRate"]) == ("FULL", 2), name


def test_whatever_fails_ends_in_one_notification_and_a_failed_execution() -> None:
    made = states()
    for name, state in tasks():
        seen, at = [], state["Catch"][-1]["Next"]
        while at:
            seen.append(at)
            at = made[at].get("Next", "")
        assert seen.count("Tell of the failure") == (name != "Tell of the failure"), (name, seen)
        assert seen[-1] == "Failed", name


def test_where_the_end_of_a_run_tells_of_it_the_state_machine_tells_of_what_could_not_be_ended() -> None:
    made = StepFunctions(told_by_end=True).compile(RAINFALL)["States"]

    assert made["End the failed run"]["Next"] == "Failed"
    assert made["End the failed run"]["Catch"][-1]["Next"] == "Take the failure as it is"
    assert made["Take the failure as it is"]["Next"] == "Tell of the failure"
    ended = made["Did the run succeed?"]
    by_state = {one["StringEquals"]: one["Next"] for one in ended["Choices"]}
    assert (by_state, ended["Default"]) == ({"succeeded": "Done", "failed": "Failed"}, "Tell of the failure")


def test_what_passes_by_itself_is_tried_again_and_a_lease_that_another_holds_is_left_to_it() -> None:
    tried = {error for _, state in tasks() for one in state["Retry"] for error in one["ErrorEquals"]}
    passing = {one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, RetryLater)}

    held = {one for one in passing if issubclass(one, LeaseHeld)}
    assert {one.__name__ for one in passing - held - _OF_OTHERS} <= tried
    assert {one.__name__ for one in held} & tried == set()
    assert states()["Begin the run"]["Catch"][0] == {
        "ErrorEquals": ["LeaseHeld"],
        "ResultPath": "$.failure",
        "Next": "Nothing to run",
    }


@pytest.mark.parametrize(("minutes", "invocation", "most"), [(30, 15, 4), (30, 5, 9), (5, 15, 2)])
def test_a_step_is_called_again_as_often_as_its_time_limit_needs(minutes: int, invocation: int, most: int) -> None:
    jobs = tuple(replace(job, timeout=timedelta(minutes=minutes)) for job in RAINFALL.jobs)

    made = StepFunctions(timedelta(minutes=invocation)).compile(replace(RAINFALL, jobs=jobs))["States"]

    assert made["Is create_parquet done?"]["Choices"][1]["NumericGreaterThanEquals"] == most
    assert made["Call create_parquet again"]["Next"] == "create_parquet"


def test_only_kinds_that_may_answer_more_are_looked_at() -> None:
    assert {name for name in states() if name.startswith("Is ")} == {
        "Is there a run to make?",
        "Is crawl done?",
        "Is create_parquet done?",
    }


def test_payloads_hold_what_the_calls_need_and_no_output_of_jobs() -> None:
    """The run's id, the last answer, how often: nothing grows with the data. Texts of errors are Lambda's to limit."""
    kept = {key for _, state in tasks() for key in state.get("ResultSelector", {})}

    assert kept == {"run_id.$", "state.$", "calls_again", "ends_run.$", "error.$"}
    assert len(json.dumps(StepFunctions().compile(RAINFALL))) < MOST_PAYLOAD


def test_a_job_that_needs_duckdb_is_refused_with_those_that_can_run_it() -> None:
    with pytest.raises(DefinitionError, match="runs a script, which needs DuckDB") as refused:
        StepFunctions().compile(replace(RAINFALL, jobs=with_scripts({"clusters": "prod.clusters"})))
    assert "Glue" in str(refused.value)


def test_a_name_that_makes_no_state_is_refused() -> None:
    with pytest.raises(DefinitionError, match="too long a name for a state"):
        StepFunctions().compile(replace(RAINFALL, jobs=(Job("c" * 70, "crawl"),)))
    assert max(map(len, states())) <= step_functions._MOST_NAME
