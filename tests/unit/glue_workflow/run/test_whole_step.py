"""A step that is called again in one process, until its time is too short."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from millrace.glue_workflow.job_options import Until
from millrace.glue_workflow.ports import JobRecord, RunState
from millrace.glue_workflow.run.job_context import STOP_SECONDS
from millrace.glue_workflow.run.whole_step import call_until

AT = datetime(2026, 11, 30, tzinfo=UTC)


def called(until: Until | None, seconds: float, answers: list[RunState]) -> tuple[RunState, list[float], int]:
    """How the step ended, the pauses, and how many of its answers are left; `seconds`: those of the process."""
    pauses = list[float]()

    def step() -> JobRecord:
        return JobRecord("r", 1, "wait", answers.pop(0), AT)

    record = call_until(step, until, pauses.append, lambda: STOP_SECONDS + seconds - sum(pauses))
    return record.state, pauses, len(answers)


def test_it_is_called_as_often_as_its_job_says_until_it_is_done() -> None:
    rounds = [RunState.RUNNING, RunState.RUNNING, RunState.SUCCEEDED]

    assert called(Until(timedelta(seconds=5), 9), 100, rounds) == (RunState.SUCCEEDED, [5, 5], 0)


@pytest.mark.parametrize(("seconds", "pauses"), [(12, [5, 5, 2]), (3, [3]), (-9, [0])])
def test_it_stops_where_no_time_is_left_for_another_call(seconds: float, pauses: list[float]) -> None:
    """What is called next does not come at once."""
    state, paused, left = called(Until(timedelta(seconds=5), 9), seconds, [RunState.RUNNING] * 9)

    assert (state, paused, left) == (RunState.RUNNING, pauses, 9 - len(pauses))


def test_a_job_that_asks_for_more_time_gets_another_process() -> None:
    assert called(None, 100, [RunState.RUNNING]) == (RunState.RUNNING, [], 0)
