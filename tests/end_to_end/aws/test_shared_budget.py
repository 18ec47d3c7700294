"""Two functions that poll one host keep to its budget together, though each is a process of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from millrace.clock import ManualClock
from millrace.infra.entrypoints.poll import LambdaPolls
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.aws_clients import AwsClients
from millrace.ingestors.http.rate_budget import MemoryReservations
from millrace.ingestors.ports import RateReservations
from tests.doubles.simulated_feeds import SERVED, shipped_feeds
from tests.end_to_end.aws.aws_lake import KEYS, AwsLake, aws_lake


class NotingClock(ManualClock):
    """It notes how long it was slept on."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self.sleeps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)


class FunctionByItself(AwsRuntime):
    """One that shares nothing."""

    @property
    def reservations(self) -> RateReservations:
        return MemoryReservations()


def waits(lake: AwsLake, made: Sequence[type[AwsRuntime]], now: datetime) -> list[float]:
    """How long four polls of each of two functions wait: the host may be asked six times in ten seconds."""
    clock = NotingClock(now)
    runtimes = [
        one(lake.settings, clients=AwsClients(lake.settings.aws, KEYS), clock=clock, feed_clock=ManualClock(now))
        for one in made
    ]
    functions = [LambdaPolls(one, lambda _: None) for one in runtimes]
    for number in range(4):
        for function in functions:
            slot = now - timedelta(minutes=number)
            assert function.poll({"source": SERVED[0], "scheduled_time": slot.isoformat()})["outcome"] == "delivered"
    for one in runtimes:
        one.__exit__()
    return clock.sleeps


@pytest.mark.parametrize(("made", "number"), [(AwsRuntime, 2), (FunctionByItself, 0)])
def test_functions_share_the_budget_of_a_host(made: type[AwsRuntime], number: int, tmp_path: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    with (
        shipped_feeds(ManualClock(now)) as simulator,
        aws_lake(tmp_path, simulator.urls, ManualClock(now)) as deployed,
    ):
        lake = replace(deployed, settings=replace(deployed.settings, feed="live"))
        found = waits(lake, [made, made], now)
    assert len(found) == number
    assert all(0 < one <= 10.2 for one in found)
