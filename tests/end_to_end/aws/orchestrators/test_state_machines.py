"""What only a state machine does: it tries again, calls again what asks for more time, and tells of a failure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import pytest

from millrace.glue_workflow.ports import RunState
from tests.doubles.lambda_runtime import LambdaAnswer
from tests.end_to_end.aws.aws_jobs import ledgers, rain
from tests.end_to_end.aws.aws_lake import AwsLake
from tests.end_to_end.aws.orchestrators.job_containers import InPlaceOf, JobContainers
from tests.end_to_end.aws.orchestrators.orchestrators import COMPILED, INTERPRETERS, RAINFALL
from tests.end_to_end.aws.orchestrators.state_machines import CalledServices, EndedExecution, StateMachines
from tests.end_to_end.aws.orchestrators.trouble import Trouble
from tests.end_to_end.aws.packaged.functions import PackagedFunction

OFTEN = "quality_check"  # the job whose trouble is tried outside of `make soak`
EACH_JOB = [pytest.param(job.name, marks=() if job.name == OFTEN else pytest.mark.soak) for job in RAINFALL.in_order()]
ASKS = LambdaAnswer(False, {"run_id": "r", "job": "create_parquet", "state": "running", "ends_run": False})


@dataclass(frozen=True)
class DeployedMachine:
    lake: AwsLake
    containers: JobContainers
    machines: StateMachines

    def executed(self, start: Mapping[str, Any] | None = None) -> EndedExecution:
        return self.machines.ended(self.machines.started(COMPILED, start or {}))

    def published(self) -> list[tuple[Any, ...]]:
        with self.lake.runtime() as runtime:
            ledgers(runtime)
            return rain(runtime)

    def runs(self) -> list[Any]:
        with self.lake.runtime() as runtime:
            return list(runtime.runs.runs(RAINFALL.name))


@pytest.fixture(params=["npm", pytest.param("moto", marks=pytest.mark.soak)])
def deployed(
    request: pytest.FixtureRequest, job_function: PackagedFunction, lake: AwsLake
) -> Iterator[DeployedMachine]:
    with ExitStack() as closing_all:
        containers = closing_all.enter_context(closing(JobContainers(job_function, lake, Trouble())))
        machines = closing_all.enter_context(INTERPRETERS[request.param](CalledServices(containers)))
        yield DeployedMachine(lake, containers, machines)


def once(job: str, answer: LambdaAnswer) -> InPlaceOf:
    """The first call of a job is answered so, in place of its container."""
    left = [answer]
    return lambda call: left.pop() if call.get("job") == job and left else None


def always(job: str, answer: LambdaAnswer) -> InPlaceOf:
    def instead(call: Mapping[str, Any]) -> LambdaAnswer | None:
        return answer if call.get("job") == job else None

    return instead


def test_its_execution_is_on_the_record_of_the_run(deployed: DeployedMachine, local: list[tuple[Any, ...]]) -> None:
    """A step that asks for more time is called again on the way."""
    deployed.containers.instead = once("create_parquet", ASKS)

    ended = deployed.executed()

    assert ended.status == "SUCCEEDED", ended
    [run] = deployed.runs()
    assert (run.state, run.execution) == (RunState.SUCCEEDED, ended.arn)
    jobs = [job.name for job in RAINFALL.in_order()]
    again = jobs.index("create_parquet")
    assert deployed.containers.calls == ["begin", *jobs[:again], jobs[again], *jobs[again:], "end"]
    assert deployed.published() == local
    assert deployed.machines.told == []


def test_a_step_that_never_comes_to_its_end_is_given_up(deployed: DeployedMachine) -> None:
    deployed.containers.instead = always("create_parquet", ASKS)

    ended = deployed.executed()

    assert (ended.status, ended.error) == ("FAILED", "RunFailed")
    assert "more often than its time limit allows" in ended.cause
    assert deployed.containers.calls.count("create_parquet") == 5
    assert len(deployed.machines.told) == 1


@pytest.mark.parametrize("job", EACH_JOB)
def test_an_error_outside_of_a_step_is_on_record_and_is_told_once(deployed: DeployedMachine, job: str) -> None:
    """Such as the service's, for a key that the function cannot use."""
    broken = LambdaAnswer(True, {"errorType": "ServiceRefused", "errorMessage": "the key is not there"})
    deployed.containers.instead = always(job, broken)

    ended = deployed.executed()

    assert (ended.status, ended.error) == ("FAILED", "RunFailed")
    [told] = deployed.machines.told
    assert "the key is not there" in told
    assert "the key is not there" in ended.cause
    assert ended.arn in told
    assert [run.state for run in deployed.runs()] == [RunState.FAILED]


def test_a_run_that_failed_is_gone_on_with_by_another_execution(
    deployed: DeployedMachine, local: list[tuple[Any, ...]]
) -> None:
    """Steps that are done are not made again, and a second start of the same finds nothing to resume."""
    broken = LambdaAnswer(True, {"errorType": "ServiceRefused", "errorMessage": "the key is not there"})
    deployed.containers.instead = always(OFTEN, broken)
    assert deployed.executed().status == "FAILED"
    [failed] = deployed.runs()
    deployed.containers.instead = lambda call: None

    with deployed.lake.runtime() as runtime:
        steps_before = {job.job: job.finished_at for job in runtime.runs.jobs(failed.run_id)}
    resumed = deployed.executed({"resume": failed.run_id})

    assert resumed.status == "SUCCEEDED", resumed
    [run] = deployed.runs()
    assert (run.run_id, run.attempt, run.state) == (failed.run_id, 2, RunState.SUCCEEDED)
    assert run.execution == resumed.arn != failed.execution
    with deployed.lake.runtime() as runtime:
        records = runtime.runs.jobs(failed.run_id)
    again = [job.job for job in records if job.attempt == 2]
    assert again == [job.name for job in RAINFALL.in_order()][len(steps_before) :]
    assert deployed.published() == local
    assert deployed.executed({"resume": failed.run_id}).status == "FAILED"


@pytest.mark.soak
@pytest.mark.parametrize("error", ["Runtime.ExitError", "ServiceBusy"])
@pytest.mark.parametrize("job", EACH_JOB)
def test_what_passes_by_itself_is_tried_again(
    deployed: DeployedMachine, local: list[tuple[Any, ...]], job: str, error: str
) -> None:
    deployed.containers.instead = once(job, LambdaAnswer(True, {"errorType": error, "errorMessage": "for a moment"}))

    assert deployed.executed().status == "SUCCEEDED"
    assert deployed.containers.calls.count(job) == 2
    assert deployed.published() == local
