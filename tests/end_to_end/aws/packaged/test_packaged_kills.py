"""The packaged functions as processes that die before any call that changes something, and are called again.

Nothing may be lost or stand twice: prod has the rows of a local run, and the audit balances after each death.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from millrace.infra.packaging.artefacts import poll_zip
from millrace.settings import EngineName
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
from tests.end_to_end.aws.aws_lake import AwsLake, aws_lake, environment
from tests.end_to_end.aws.packaged.deaths import (
    Changes,
    Deed,
    Front,
    ProcessDied,
    at,
    everywhere,
    of_each_kind,
    survived,
)
from tests.end_to_end.aws.packaged.functions import PackagedFunction, built
from tests.end_to_end.aws.packaged.glue_jobs import JOBS, ForkedGlueJobs
from tests.shipped import PROJECT

POLL, JOB = "millrace.infra.entrypoints.poll.handler", "millrace.infra.entrypoints.job.handler"

# Kill points, of a run by its parts: there were as many, and may be more.
FEWEST_OF_A_POLL = 2
FEWEST_IN_LAMBDA = {
    "begin": 4,
    "crawl": 9,
    "delete": 4,
    "create_parquet": 25,
    "quality_check": 21,
    "prod": 39,
    "end": 3,
}
FEWEST_IN_GLUE = {"crawl": 13, "delete": 5, "create_parquet": 26, "quality_check": 22, "prod": 43}
KINDS_IN_GLUE = 24

Enter = Callable[[str], None]  # is told which part of the deed begins


class Containers(ExitStack):
    """A function's: a new one for each deed that may end in its death, and one that waits for all others."""

    def __init__(self, function: PackagedFunction) -> None:
        super().__init__()
        self._function = function
        self._waiting: LambdaProcess | None = None

    @contextmanager
    def one(self, lake: AwsLake, front: Front[Changes] | None) -> Iterator[LambdaProcess]:
        if front:
            with self._function.started(environment(front.lake, EngineName.ATHENA)) as new:
                front.kill_by(new.kill)
                yield new
            return
        if self._waiting is None:
            self._waiting = self.enter_context(self._function.started(environment(lake, EngineName.ATHENA)))
        yield self._waiting


def in_a_container(containers: Containers, calls: Callable[[LambdaProcess, Enter], None]) -> Deed:
    def deed(lake: AwsLake, front: Front[Changes] | None) -> None:
        with containers.one(lake, front) as container:
            try:
                calls(container, front.plan.enter if front else lambda part: None)
            except LambdaFailed as ended:
                raise ProcessDied from ended

    return deed


def in_five_glue_jobs(jobs: ForkedGlueJobs, run: str) -> Deed:
    """Glue starts no later job of a run whose job died; the next run of the workflow has another id."""

    def deed(lake: AwsLake, front: Front[Changes] | None) -> None:
        settings = environment(front.lake if front else lake, EngineName.ATHENA)
        for job in JOBS:
            if front:
                front.plan.enter(job)
            code, said = jobs.start(
                job, settings, run if front else f"{run}_again", front.kill_by if front else lambda kill: None
            )
            if code < 0:
                raise ProcessDied
            assert code == 0, said

    return deed


def run_of(execution: str) -> Callable[[LambdaProcess, Enter], None]:
    """The calls of one execution of the rainfall workflow, each a part, a step by its job's name; they are made again
    as a state machine's Retry does.
    """
    of = {"workflow": "rainfall", "execution": f"arn:aws:states:eu-west-1:123456789012:execution:rainfall:{execution}"}

    def answered(container: LambdaProcess, call: Mapping[str, Any]) -> Any:
        answer = container.invoke({**call, **of})
        assert not answer.failed, answer.body
        return answer.body

    def make(container: LambdaProcess, enter: Enter) -> None:
        enter("begin")
        begun = answered(container, {"call": "begin"})
        for job in begun["jobs"]:
            enter(job)
            step = answered(container, {"call": "step", "run_id": begun["run_id"], "job": job})
            assert step["state"] == "succeeded", step
            if step["ends_run"]:
                break
        enter("end")
        assert answered(container, {"call": "end", "run_id": begun["run_id"]})["state"] == "succeeded"

    return make


def run_survives(deed: Callable[[str], Deed], plans: Iterable[Changes], feeds: dict[str, str], home: Path) -> list[str]:
    """The operations before which a process died, by these plans. `deed` is given a run's name; each run has a snapshot
    of its own to refine.
    """
    slots: list[datetime] = []
    died: list[str] = []
    with aws_lake(home / "aws", feeds, Evening(), stage=STAGE) as deployed, on_athena(deployed) as lake:
        for plan in plans:
            slots.append(START - len(slots) * FIVE)
            with lake.runtime() as runtime:
                poll_rain(runtime, slots[-1])
            lake.double.deliver(everything=True)
            survived(deed(f"run_{len(slots)}"), lake, plan)
            with lake.runtime() as runtime:
                assert len(rain(runtime)) == len(slots), plan.seen
                ledgers(runtime)
            if plan.reached:
                died.append(plan.seen[-1])
                print(f"survived a death before {died[-1]}", flush=True)
        with lake.runtime() as runtime:
            found = rain(runtime)
    assert found == rain_of_a_local_run(feeds, home / "local", slots)
    return died


@pytest.mark.soak
def test_a_run_survives_the_death_of_its_function_at_some_places(
    job_function: PackagedFunction, feeds: dict[str, str], tmp_path: Path
) -> None:
    some = (7, 52)
    with Containers(job_function) as containers:
        died = run_survives(lambda name: in_a_container(containers, run_of(name)), at(some), feeds, tmp_path)
    assert len(died) == len(some)


@pytest.mark.soak
@pytest.mark.parametrize(("part", "fewest"), FEWEST_IN_LAMBDA.items())
def test_a_run_survives_the_death_of_its_function_anywhere(
    job_function: PackagedFunction, feeds: dict[str, str], tmp_path: Path, part: str, fewest: int
) -> None:
    with Containers(job_function) as containers:
        died = run_survives(lambda name: in_a_container(containers, run_of(name)), everywhere(part), feeds, tmp_path)
    print(f"{len(died)} kill points of {part} in Lambda: {', '.join(died)}")
    assert len(died) >= fewest


@pytest.mark.soak
def test_a_run_survives_the_death_of_any_of_its_glue_jobs_before_each_kind_of_call(
    forked_glue_jobs: ForkedGlueJobs, feeds: dict[str, str], tmp_path: Path
) -> None:
    died = run_survives(lambda name: in_five_glue_jobs(forked_glue_jobs, name), of_each_kind(), feeds, tmp_path)
    print(f"{len(died)} kinds of calls of a run in Glue: {', '.join(died)}")
    assert len(died) >= KINDS_IN_GLUE


@pytest.mark.marathon
@pytest.mark.parametrize(("part", "fewest"), FEWEST_IN_GLUE.items())
def test_a_run_survives_the_death_of_any_of_its_glue_jobs_anywhere(
    forked_glue_jobs: ForkedGlueJobs, feeds: dict[str, str], tmp_path: Path, part: str, fewest: int
) -> None:
    died = run_survives(lambda name: in_five_glue_jobs(forked_glue_jobs, name), everywhere(part), feeds, tmp_path)
    print(f"{len(died)} kill points of {part} in Glue: {', '.join(died)}")
    assert len(died) >= fewest


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
        Containers(function) as containers,
    ):
        # The first, which makes what a new lake lacks, is left alone.
        for polled, plan in enumerate(chain([Changes()], everywhere()), 1):
            clock.set(clock.now() + PROJECT.source("rainfall").interval)
            event = {"source": "rainfall", "scheduled_time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}

            def poll(container: LambdaProcess, enter: Enter, event: Mapping[str, str] = event) -> None:
                answer = container.invoke(event)
                assert not answer.failed, answer.body

            survived(in_a_container(containers, poll), lake, plan)
            with lake.runtime() as runtime:
                run_rain(runtime, lake)
                assert len(rain(runtime)) == polled, plan.seen
                ledgers(runtime)
            died += plan.seen[-1:] if plan.reached else []
    print(f"{len(died)} kill points of a poll: {', '.join(died)}")
    assert len(died) >= FEWEST_OF_A_POLL
