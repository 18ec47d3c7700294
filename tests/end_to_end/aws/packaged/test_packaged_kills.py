"""The packaged functions as processes that die before any call that changes something, and are called again.

Every service has a proxy before it, so the calls are enumerated as they come, whichever client makes them. Nothing may
be lost or stand twice: prod has the rows of a local run, and the audit balances after each death.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from millrace.infra.packaging.artefacts import job_zip, poll_zip
from millrace.settings import EngineName
from tests.doubles.aws_proxy import AwsProxy, AwsRequest
from tests.doubles.faults import Fault
from tests.doubles.lambda_runtime import LambdaFailed, LambdaProcess
from tests.doubles.simulated_feeds import shipped_feeds
from tests.end_to_end.aws.aws_jobs import (
    FIVE,
    STAGE,
    START,
    Evening,
    ledgers,
    on_athena,
    poll_rain,
    rain,
    rain_of_a_local_run,
    run_rain,
)
from tests.end_to_end.aws.aws_lake import AwsLake, aws_lake, environment, forget_copies
from tests.end_to_end.aws.packaged.functions import PackagedFunction, built
from tests.end_to_end.aws.packaged.glue_jobs import JOBS, GlueJobs
from tests.shipped import PROJECT

POLL, JOB = "millrace.infra.entrypoints.poll.handler", "millrace.infra.entrypoints.job.handler"
FEWEST_OF_A_POLL, FEWEST_OF_A_RUN = 2, 105  # kill points: there were as many, and may be more


class Changes:
    """A plan of faults that counts the calls that change something, in the order in which they come, and lets the
    process die before the n-th; 0: before none."""

    def __init__(self, dies_before: int = 0) -> None:
        self.seen: list[str] = []
        self._nth, self._lock = dies_before, threading.Lock()

    def __call__(self, request: AwsRequest) -> Fault:
        if not request.changes:
            return Fault.NONE
        with self._lock:
            self.seen.append(request.operation)
            return Fault.KILLED if len(self.seen) == self._nth else Fault.NONE

    @property
    def reached(self) -> bool:
        return 0 < self._nth <= len(self.seen)


@dataclass(frozen=True)
class Front:
    """A lake with a proxy before each of its services."""

    lake: AwsLake
    proxies: tuple[AwsProxy, ...]

    def kill_by(self, kill: Callable[[], None]) -> None:
        for proxy in self.proxies:
            proxy.kill = kill


@contextmanager
def before_all(lake: AwsLake, plan: Changes) -> Iterator[Front]:
    at = lake.settings.aws
    with ExitStack() as closing_all:

        def front(url: str) -> AwsProxy:
            return closing_all.enter_context(closing(AwsProxy(url, plan)))

        others = {service: front(url) for service, url in at.endpoints.items()}
        aws_itself = front(at.endpoint_url)
        through = replace(
            at, endpoint_url=aws_itself.url, endpoints={service: one.url for service, one in others.items()}
        )
        yield Front(replace(lake, settings=replace(lake.settings, aws=through)), (aws_itself, *others.values()))


def hidden_messages_come_again() -> None:
    """As after the visibility timeout: moto's clock cannot be set, so its messages are."""
    from moto.sqs.models import sqs_backends

    for regions in sqs_backends.values():
        for backend in regions.values():
            for queue in backend.queues.values():
                for message in queue._messages:
                    message.visible_at = 0


class ProcessDied(Exception):
    """The process died."""


# What an orchestrator or a schedule does, and does again after a death. Raises ProcessDied, by the front's kill.
Deed = Callable[[AwsLake, Front | None], None]


def survived(deed: Deed, lake: AwsLake, nth: int) -> Changes:
    """The deed, in processes that die before the n-th change, and once more where one died."""
    plan = Changes(nth)
    try:
        with before_all(lake, plan) as front:
            deed(lake, front)
    except ProcessDied:
        assert plan.reached, "the process ended by itself"
        hidden_messages_come_again()
        deed(lake, None)
    else:
        assert not plan.reached
    return plan


def in_a_container(function: PackagedFunction, calls: Callable[[LambdaProcess], None]) -> Deed:
    def deed(lake: AwsLake, front: Front | None) -> None:
        with function.started(environment(front.lake if front else lake, EngineName.ATHENA)) as container:
            if front:
                front.kill_by(container.kill)
            try:
                calls(container)
            except LambdaFailed as ended:
                raise ProcessDied from ended

    return deed


def in_five_glue_jobs(jobs: GlueJobs, run: str) -> Deed:
    """Glue starts no later job of a run whose job died; the next run of the workflow has another id."""

    def deed(lake: AwsLake, front: Front | None) -> None:
        settings = environment(front.lake if front else lake, EngineName.ATHENA)
        for job in JOBS:
            with jobs.process(job, settings, "rainfall", run if front else f"{run}_again") as process:
                if front:
                    front.kill_by(process.kill)
                _, trouble = process.communicate(timeout=600)
            if process.returncode < 0:
                raise ProcessDied
            assert process.returncode == 0, trouble

    return deed


def run_of(execution: str) -> Callable[[LambdaProcess], None]:
    """The calls of one execution of the rainfall workflow; they are made again as a state machine's Retry does."""
    of = {"workflow": "rainfall", "execution": f"arn:aws:states:eu-west-1:123456789012:execution:rainfall:{execution}"}

    def answered(container: LambdaProcess, call: Mapping[str, Any]) -> Any:
        answer = container.invoke({**call, **of})
        assert not answer.failed, answer.body
        return answer.body

    def make(container: LambdaProcess) -> None:
        begun = answered(container, {"call": "begin"})
        for job in begun["jobs"]:
            step = answered(container, {"call": "step", "run_id": begun["run_id"], "job": job})
            assert step["state"] == "succeeded", step
            if step["ends_run"]:
                break
        assert answered(container, {"call": "end", "run_id": begun["run_id"]})["state"] == "succeeded"

    return make


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> PackagedFunction:
    return PackagedFunction(built(job_zip), JOB, tmp_path_factory.mktemp("job"))


def run_survives(
    deed: Callable[[int], Deed], places: Iterable[int], feeds: dict[str, str], home: Path
) -> Iterator[str]:
    """The operations before which a process died: at these places, until a run makes no further change. Each run has a
    snapshot of its own to refine."""
    slots: list[datetime] = []
    with aws_lake(home / "aws", feeds, Evening(), stage=STAGE) as deployed, on_athena(deployed) as lake:
        for nth in places:
            slots.append(START - len(slots) * FIVE)
            with lake.runtime() as runtime:
                poll_rain(runtime, slots[-1])
            lake.double.deliver(everything=True)
            plan = survived(deed(nth), lake, nth)
            with lake.runtime() as runtime:
                assert len(rain(runtime)) == len(slots), f"{nth}: {plan.seen[-1]}"
                ledgers(runtime)
            if not plan.reached:
                break
            yield plan.seen[-1]
            forget_copies()
        with lake.runtime() as runtime:
            found = rain(runtime)
    assert found == rain_of_a_local_run(feeds, home / "local", slots)


def test_a_run_survives_the_death_of_its_function_at_some_places(
    job: PackagedFunction, feeds: dict[str, str], tmp_path: Path
) -> None:
    some = (7, 52)
    died = run_survives(lambda nth: in_a_container(job, run_of(f"run-{nth}")), some, feeds, tmp_path)
    assert len(list(died)) == len(some)


@pytest.mark.soak
def test_a_run_survives_the_death_of_its_function_anywhere(
    job: PackagedFunction, feeds: dict[str, str], tmp_path: Path
) -> None:
    died = list(run_survives(lambda nth: in_a_container(job, run_of(f"run-{nth}")), count(1), feeds, tmp_path))
    print(f"{len(died)} kill points of a run in Lambda: {' '.join(died)}")
    assert len(died) >= FEWEST_OF_A_RUN


@pytest.mark.soak
def test_a_run_survives_the_death_of_any_of_its_glue_jobs(feeds: dict[str, str], tmp_path: Path) -> None:
    jobs = GlueJobs(tmp_path)
    died = list(run_survives(lambda nth: in_five_glue_jobs(jobs, f"wr_{nth}"), count(1), feeds, tmp_path))
    print(f"{len(died)} kill points of a run in Glue: {' '.join(died)}")
    assert len(died) >= FEWEST_OF_A_RUN


@pytest.mark.soak
def test_a_poll_survives_the_death_of_its_function(tmp_path: Path) -> None:
    """Before each call of a poll; the schedule's second attempt polls again."""
    function = PackagedFunction(built(poll_zip), POLL, tmp_path / "poll")
    clock = Evening()
    clock.set(datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3))
    died: list[str] = []
    with (
        shipped_feeds(clock) as simulator,
        aws_lake(tmp_path / "aws", simulator.urls, clock, stage=STAGE) as deployed,
        on_athena(deployed) as lake,
    ):
        for nth in count():  # the first, which makes what a new lake lacks, is left alone
            clock.set(clock.now() + PROJECT.source("rainfall").interval)
            event = {"source": "rainfall", "scheduled_time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}

            def poll(container: LambdaProcess, event: Mapping[str, str] = event) -> None:
                answer = container.invoke(event)
                assert not answer.failed, answer.body

            plan = survived(in_a_container(function, poll), lake, nth)
            with lake.runtime() as runtime:
                run_rain(runtime, lake)
                assert len(rain(runtime)) == nth + 1, plan.seen
                ledgers(runtime)
            if nth and not plan.reached:
                break
            died += plan.seen[-1:] if nth else []
    print(f"{len(died)} kill points of a poll: {' '.join(died)}")
    assert len(died) >= FEWEST_OF_A_POLL
