"""Compiled workflows, executed by an interpreter: each task is the packaged function in a container, on a real lake.

The local endpoint stands for Athena; prod must have the rows of a local run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from millrace.glue_workflow.compilers.step_functions import StepFunctions
from millrace.glue_workflow.ports import RunState
from millrace.infra.packaging.artefacts import job_zip
from millrace.settings import EngineName
from tests.doubles.lambda_runtime import LambdaAnswer, LambdaFailed, LambdaProcess
from tests.end_to_end.aws.aws_jobs import (
    SLOTS,
    STAGE,
    Evening,
    ledgers,
    on_athena,
    poll_rain,
    rain,
    rain_of_a_local_run,
)
from tests.end_to_end.aws.aws_lake import AwsLake, aws_lake, environment
from tests.end_to_end.aws.packaged.functions import PackagedFunction, built
from tests.end_to_end.aws.state_machines.moto_interpreter import Orchestration, moto_interpreter
from tests.shipped import PIPELINES

HANDLER = "millrace.infra.entrypoints.job.handler"
RAINFALL = PIPELINES.workflow("rainfall")
COMPILED = StepFunctions().compile(RAINFALL)
InPlaceOf = Callable[[Mapping[str, Any]], LambdaAnswer | None]
DIED = LambdaAnswer(True, {"errorType": "Runtime.ExitError", "errorMessage": "the process ended"})


@dataclass
class JobContainers:
    """The function of jobs: a container for each call that is made, `fault` first. `calls`: what was called."""

    function: PackagedFunction
    environ: dict[str, str]
    fault: InPlaceOf = lambda call: None
    calls: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _kept: list[LambdaProcess] = field(default_factory=list)

    def __call__(self, event: Mapping[str, Any]) -> LambdaAnswer:
        self.calls.append(str(event.get("job") or event["call"]))
        found = self.fault(event)
        if found is not None:
            return found
        with self._lock:  # of what is unpacked
            container = self._kept.pop() if self._kept else self.function.started(self.environ)
        try:
            answer = container.invoke(event)
        except LambdaFailed:
            container.__exit__()
            return DIED
        self._kept.append(container)
        return answer

    def close(self) -> None:
        for one in self._kept:
            one.__exit__()


@dataclass(frozen=True)
class DeployedMachine:
    lake: AwsLake
    containers: JobContainers
    orchestration: Orchestration
    local: list[tuple[Any, ...]]

    def published(self) -> list[tuple[Any, ...]]:
        with self.lake.runtime() as runtime:
            ledgers(runtime)
            return rain(runtime)

    def runs(self) -> list[Any]:
        with self.lake.runtime() as runtime:
            return runtime.runs.runs("rainfall")


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory) -> PackagedFunction:
    return PackagedFunction(built(job_zip), HANDLER, tmp_path_factory.mktemp("job"))


@pytest.fixture(scope="module")
def local(feeds: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    return rain_of_a_local_run(feeds, tmp_path_factory.mktemp("local"), SLOTS[:2])


@pytest.fixture
def deployed(
    function: PackagedFunction, feeds: dict[str, str], local: list[tuple[Any, ...]], tmp_path: Path
) -> Iterator[DeployedMachine]:
    with aws_lake(tmp_path, feeds, Evening(), stage=STAGE) as made, on_athena(made) as lake:
        with lake.runtime() as runtime:
            for slot in SLOTS[:2]:
                poll_rain(runtime, slot)
        lake.double.deliver(everything=True)
        containers = JobContainers(function, environment(lake, EngineName.ATHENA))
        with moto_interpreter(containers) as orchestration:
            try:
                yield DeployedMachine(lake, containers, orchestration, local)
            finally:
                containers.close()


def once(job: str, answer: LambdaAnswer) -> InPlaceOf:
    """The first call of a job is answered so, in place of its container."""
    left = [answer]
    return lambda call: left.pop() if call.get("job") == job and left else None


def always(job: str, answer: LambdaAnswer) -> InPlaceOf:
    return lambda call: answer if call.get("job") == job else None


def test_a_run_publishes_what_a_local_run_publishes(deployed: DeployedMachine) -> None:
    """And its execution is on its record. A second start with the key makes none."""
    ended = deployed.orchestration.executed(COMPILED, {"key": "2024-05-30T16:00:00Z"})
    again = deployed.orchestration.executed(COMPILED, {"key": "2024-05-30T16:00:00Z"})

    assert (ended.status, again.status) == ("SUCCEEDED", "SUCCEEDED"), ended
    assert deployed.containers.calls == ["begin", *(job.name for job in RAINFALL.in_order()), "end", "begin"]
    [run] = deployed.runs()
    assert (run.state, run.execution) == (RunState.SUCCEEDED, ended.arn)
    assert deployed.published() == deployed.local
    assert deployed.orchestration.told == []


def test_where_nothing_waits_the_first_job_ends_the_run(deployed: DeployedMachine) -> None:
    deployed.orchestration.executed(COMPILED)
    deployed.containers.calls.clear()

    assert deployed.orchestration.executed(COMPILED).status == "SUCCEEDED"
    assert deployed.containers.calls == ["begin", "crawl", "end"]


def test_two_starts_at_once_make_one_run(deployed: DeployedMachine) -> None:
    started = [deployed.orchestration.started(COMPILED, {"key": "2024-05-30T16:00:00Z"}) for _ in range(2)]

    assert [deployed.orchestration.ended(one).status for one in started] == ["SUCCEEDED"] * 2
    assert len(deployed.runs()) == 1
    assert deployed.published() == deployed.local
    assert deployed.orchestration.told == []


def test_a_process_that_dies_is_called_again(deployed: DeployedMachine) -> None:
    deployed.containers.fault = once("prod", DIED)

    assert deployed.orchestration.executed(COMPILED).status == "SUCCEEDED"
    assert deployed.containers.calls.count("prod") == 2
    assert len(deployed.orchestration.waits) == 1
    assert deployed.published() == deployed.local


def test_a_step_that_asks_for_more_time_is_called_again(deployed: DeployedMachine) -> None:
    asks = LambdaAnswer(False, {"run_id": "r", "job": "create_parquet", "state": "running", "ends_run": False})
    deployed.containers.fault = once("create_parquet", asks)

    assert deployed.orchestration.executed(COMPILED).status == "SUCCEEDED"
    assert deployed.containers.calls.count("create_parquet") == 2
    assert deployed.published() == deployed.local


def test_a_step_that_never_comes_to_its_end_is_given_up(deployed: DeployedMachine) -> None:
    asks = LambdaAnswer(False, {"run_id": "r", "job": "create_parquet", "state": "running", "ends_run": False})
    deployed.containers.fault = always("create_parquet", asks)

    ended = deployed.orchestration.executed(COMPILED)

    assert (ended.status, ended.error) == ("FAILED", "RunFailed")
    assert "more often than its time limit allows" in ended.cause
    assert deployed.containers.calls.count("create_parquet") == 5
    assert len(deployed.orchestration.told) == 1


JOB_NAMES = [
    pytest.param(job.name, marks=() if job.name == "quality_check" else pytest.mark.soak) for job in RAINFALL.in_order()
]


@pytest.mark.parametrize("job", JOB_NAMES)
def test_a_job_that_fails_for_good_fails_the_run_is_told_once_and_is_made_good_by_the_next(
    deployed: DeployedMachine, job: str
) -> None:
    """Readers see nothing of the run that failed."""
    broken = LambdaAnswer(True, {"errorType": "ServiceRefused", "errorMessage": "the key is not there"})
    deployed.containers.fault = always(job, broken)

    ended = deployed.orchestration.executed(COMPILED)

    assert (ended.status, ended.error) == ("FAILED", "RunFailed")
    [told] = deployed.orchestration.told
    assert "the key is not there" in told
    assert "the key is not there" in ended.cause
    assert ended.arn in told
    assert [run.state for run in deployed.runs()] == [RunState.FAILED]
    deployed.containers.fault = lambda call: None
    assert deployed.orchestration.executed(COMPILED).status == "SUCCEEDED"
    assert deployed.published() == deployed.local


@pytest.mark.parametrize("job", JOB_NAMES)
def test_a_job_that_fails_once_is_tried_again(deployed: DeployedMachine, job: str) -> None:
    busy = LambdaAnswer(True, {"errorType": "ServiceBusy", "errorMessage": "slow down"})
    deployed.containers.fault = once(job, busy)

    assert deployed.orchestration.executed(COMPILED).status == "SUCCEEDED"
    assert deployed.containers.calls.count(job) == 2
    assert deployed.published() == deployed.local
