"""The contract of the schedule switches. A new adapter is one entry in ADAPTERS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from millrace.schedules.dynamo import DynamoScheduleSwitches
from millrace.schedules.ports import ScheduleSwitches
from millrace.schedules.sqlite import SqliteScheduleSwitches
from millrace.state.sqlite import StateFile
from tests.contracts import aws

ADAPTERS: dict[str, Callable[[Path], ScheduleSwitches]] = {
    "local": lambda folder: SqliteScheduleSwitches(StateFile(folder / "state.db")),
    "dynamo": lambda folder: DynamoScheduleSwitches(aws.new_place().state()),
}


@pytest.fixture(params=ADAPTERS)
def switches(request: pytest.FixtureRequest, tmp_path: Path) -> ScheduleSwitches:
    return ADAPTERS[request.param](tmp_path)


def test_a_schedule_that_was_never_switched_is_on(switches: ScheduleSwitches) -> None:
    assert switches.is_on("taxi")


def test_a_switch_stays_as_set_and_changes_no_other(switches: ScheduleSwitches) -> None:
    for _ in range(2):
        switches.switch("taxi", on=False)
        assert not switches.is_on("taxi")
        assert switches.is_on("polls")
    for _ in range(2):
        switches.switch("taxi", on=True)
        assert switches.is_on("taxi")
