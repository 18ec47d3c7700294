"""The packaged function of the duties, alone in a folder, in Lambda's runtime: each duty in one container."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from millrace.clock import ManualClock
from millrace.infra.packaging.artefacts import job_zip
from millrace.infra.stack.packaged.artefacts import TEND_HANDLER
from millrace.schedules.names import Duty
from millrace.settings import EngineName
from tests.doubles.simulated_feeds import SERVED, shipped_feeds
from tests.end_to_end.aws.aws_jobs import STAGE, ledgers, on_athena, run_rain
from tests.end_to_end.aws.aws_lake import aws_lake, environment
from tests.end_to_end.aws.packaged.functions import PackagedFunction, built
from tests.shipped import PROJECT


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory) -> PackagedFunction:
    return PackagedFunction(built(job_zip), TEND_HANDLER, tmp_path_factory.mktemp("tend"))


def test_the_duties_keep_a_lake_in_order(function: PackagedFunction, tmp_path: Path) -> None:
    """The polls of a quarter of an hour are missing, and no run was made yet."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    clock = ManualClock(now)
    with (
        shipped_feeds(clock) as simulator,
        aws_lake(tmp_path, simulator.urls, clock, stage=STAGE) as deployed,
        on_athena(deployed) as lake,
    ):
        with lake.runtime() as runtime:
            handler = runtime.poll_handler()
            for minutes in (20, 4):
                for name in SERVED:
                    handler.poll(PROJECT.source(name), now - timedelta(minutes=minutes), historical=True)
        lake.double.deliver(everything=True)
        before = sum(lake.double.calls)
        with function.started(environment(lake, EngineName.ATHENA)) as container:
            answers = {duty: container.invoke({"duty": duty}, seconds=900) for duty in Duty}
            refused = container.invoke({"duty": "nothing"})
            said = container.said
        found: dict[str, Any] = {duty: answer.body for duty, answer in answers.items()}
        assert found == {duty: {"duty": duty, "finished": True, "found": {}} for duty in Duty}, said
        assert (refused.failed, refused.body["errorType"]) == (True, "UsageError")
        assert sum(lake.double.calls) - before >= 2 * 17, "a snapshot and an attempt of each minute"
        with lake.runtime() as runtime:
            run_rain(runtime, lake)
            ledgers(runtime)
    metrics = [json.loads(line) for line in said.splitlines() if "_aws" in line]
    assert [(one["Stage"], one["Duty"], one["Findings"]) for one in metrics] == [(STAGE, duty, 0) for duty in Duty]
