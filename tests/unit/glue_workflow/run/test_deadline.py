"""The deadline of a job: its own timeout, or the end of its process."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest

from millrace.errors import JobTimeout, LakeError
from millrace.glue_workflow.run.deadline import deadline
from millrace.glue_workflow.workflow import Job

HOUR = timedelta(hours=1)


def gives_up(stopped: Event) -> None:
    """A statement that runs until it is stopped."""
    stopped.wait(30)
    raise LakeError("the query was stopped.")


@pytest.mark.parametrize(
    ("timeout", "seconds", "told"),
    [
        (timedelta(0), None, "ran longer than 0:00:00"),
        (timedelta(0), 600.0, "ran longer than 0:00:00"),
        (HOUR, 30.0, "ran until the end of its process, 0:00:00"),
        (HOUR, 5.0, "ran until the end of its process, 0:00:00"),
    ],
)
def test_the_engine_is_stopped_at_whichever_comes_first(timeout: timedelta, seconds: float | None, told: str) -> None:
    stopped = Event()
    time_left = None if seconds is None else lambda: seconds
    with pytest.raises(JobTimeout, match=told), deadline(Job("crawl", timeout=timeout), stopped.set, time_left):
        gives_up(stopped)


def test_an_error_before_the_deadline_is_the_job_s_own() -> None:
    stopped = Event()
    stopped.set()
    with pytest.raises(LakeError, match="was stopped"), deadline(Job("crawl"), lambda: None, lambda: 600.0):
        gives_up(stopped)
