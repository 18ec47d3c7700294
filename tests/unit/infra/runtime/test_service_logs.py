"""What CloudWatch has of a step, on moto's log groups."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from millrace.errors import ServiceRefused
from millrace.infra.runtime.service_logs import MOST_LINES, CloudWatchLogs
from tests.contracts import aws
from tests.doubles.spy import Spy, answer

BEGAN = datetime.now(UTC).replace(microsecond=0)
ENDED = BEGAN + timedelta(minutes=5)
RUN = "20240530T160000-1a2b"


@pytest.fixture
def logs() -> Iterator[CloudWatchLogs]:
    """Of a stage whose groups are there, but that of Glue's standard error."""
    client = aws.clients().client("logs")
    made = CloudWatchLogs(client, f"s{uuid4().hex[:12]}")
    for group in made.groups[:2]:
        client.create_log_group(logGroupName=group)
    yield made
    for group in made.groups[:2]:
        client.delete_log_group(logGroupName=group)


def put(logs: CloudWatchLogs, group: str, stream: str, *lines: tuple[timedelta, str]) -> None:
    logs.client.create_log_stream(logGroupName=group, logStreamName=stream)
    events = [{"timestamp": int((BEGAN + at).timestamp() * 1000), "message": text} for at, text in lines]
    logs.client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def begun(run_id: str = RUN) -> tuple[timedelta, str]:
    return timedelta(), json.dumps({"event": "step.begun", "run_id": run_id, "job": "crawl"})


def texts(logs: CloudWatchLogs, run_id: str = RUN) -> list[str]:
    return [line.text for line in logs.of_step(run_id, BEGAN, ENDED).lines]


def test_all_lines_of_the_container_that_made_the_step_are_found_and_no_others(logs: CloudWatchLogs) -> None:
    function, glue, _ = logs.groups
    minute = timedelta(minutes=1)
    put(
        logs,
        function,
        "ours",
        (-minute, "before it"),
        begun(),
        (minute, "REPORT out of memory\n"),
        (9 * minute, "later"),
    )
    put(logs, function, "theirs", begun("20240530T160000-ffff"), (minute, "another run"))
    put(logs, glue, "jr_1-driver", (2 * minute, f"of {RUN}"), (3 * minute, "Traceback"))
    assert texts(logs) == [begun()[1], "REPORT out of memory", f"of {RUN}", "Traceback"]
    found = logs.of_step(RUN, BEGAN, ENDED)
    assert [line.place for line in found.lines] == [*[f"{function} ours"] * 2, *[f"{glue} jr_1-driver"] * 2]
    assert found.lines[2].at == BEGAN + 2 * minute
    assert not found.is_cut


def test_of_very_many_lines_the_last_are_shown(logs: CloudWatchLogs) -> None:
    moments = [(timedelta(milliseconds=number), f"line {number}") for number in range(MOST_LINES + 50)]
    put(logs, logs.groups[0], "ours", begun(), *moments)
    found = logs.of_step(RUN, BEGAN, ENDED)
    assert (len(found.lines), found.lines[-1].text, found.is_cut) == (MOST_LINES, moments[-1][1], True)


def test_without_a_line_of_the_run_there_is_nothing(logs: CloudWatchLogs) -> None:
    put(logs, logs.groups[0], "theirs", begun("20240530T160000-ffff"))
    assert texts(logs) == []
    assert CloudWatchLogs(logs.client, "nowhere").of_step(RUN, BEGAN, ENDED).lines == ()


def test_a_permission_that_is_missing_is_named_with_the_group(logs: CloudWatchLogs) -> None:
    def refused(*_: Any, **__: Any) -> Any:
        raise answer("AccessDeniedException", operation="FilterLogEvents")

    class Refusing:
        def get_paginator(self, name: str) -> Any:
            return Spy(logs.client.get_paginator(name), {"paginate": refused})

    with pytest.raises(ServiceRefused, match=rf"permission logs:FilterLogEvents is missing for {logs.groups[0]}"):
        CloudWatchLogs(Refusing(), logs.stage).of_step(RUN, BEGAN, ENDED)
