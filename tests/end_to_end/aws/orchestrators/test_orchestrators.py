"""One workflow, on each orchestrator: the same trouble leads to the same runs, jobs, rows and messages.

Outside of `make soak` one job fails for good, and the next run makes it good. State machines are in `make soak`, and
in `test_state_machines`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from typing import Any

import pytest

from millrace.glue_workflow.ports import RunRecord, RunState
from millrace.notify.ports import EventKind
from millrace.service.tend import LambdaDuties
from millrace.settings import Secret
from millrace.usecases.runs import resume_by_orchestrator
from tests.contracts import aws
from tests.doubles.faults import Fault
from tests.doubles.loopback_server import LoopbackRequest, LoopbackResponse, LoopbackServer
from tests.end_to_end.aws.aws_jobs import ledgers, rain
from tests.end_to_end.aws.aws_lake import AwsLake
from tests.end_to_end.aws.orchestrators.event_chain import DeliveredBy
from tests.end_to_end.aws.orchestrators.event_driven import event_driven
from tests.end_to_end.aws.orchestrators.job_containers import JobContainers
from tests.end_to_end.aws.orchestrators.orchestrators import (
    INTERPRETERS,
    RAINFALL,
    GlueWorkflow,
    LocalRunner,
    Machines,
    WorkflowOrchestrator,
)
from tests.end_to_end.aws.orchestrators.state_machines import CalledServices
from tests.end_to_end.aws.orchestrators.trouble import Trouble
from tests.end_to_end.aws.packaged.functions import PackagedFunction
from tests.end_to_end.aws.packaged.glue_jobs import ForkedGlueJobs

JOBS = [job.name for job in RAINFALL.in_order()]
OFTEN = "quality_check"  # the job that fails outside of `make soak`
EACH_JOB = [pytest.param(job, marks=() if job == OFTEN else pytest.mark.soak) for job in JOBS]
BETWEEN_AND_INSIDE = [
    pytest.param("prod", 9, id="inside prod"),
    *(pytest.param(job, 1, id=f"before {job}") for job in JOBS),
    *(pytest.param(job, 3, id=f"inside {job}") for job in JOBS),
]


@dataclass(frozen=True)
class Orchestrated:
    """A lake, what runs its workflow, and the events that its notifier was sent."""

    lake: AwsLake
    orchestrator: WorkflowOrchestrator
    events: list[dict[str, Any]]

    def run(self, key: str) -> RunRecord:
        """The newest run, once what was started has ended."""
        self.orchestrator.start(key)()
        return self.runs()[0]

    def runs(self) -> Sequence[RunRecord]:
        with self.lake.runtime() as runtime:
            return runtime.runs.runs(RAINFALL.name)

    def jobs(self, run: RunRecord) -> list[tuple[str, str]]:
        """Each job of a run, with the state that it ended in."""
        with self.lake.runtime() as runtime:
            return [(job.job, str(job.state)) for job in sorted(runtime.runs.jobs(run.run_id), key=_when)]

    def published(self) -> list[tuple[Any, ...]]:
        """The rows that readers see; each snapshot is in one place."""
        with self.lake.runtime() as runtime:
            ledgers(runtime)
            return rain(runtime)

    def failures_told(self) -> list[str]:
        return [event["text"] for event in self.events if event["event"] == EventKind.RUN_FAILED]


def _when(job: Any) -> tuple[Any, int]:
    return (job.started_at, JOBS.index(job.job))


EVENTS = {
    "events": DeliveredBy(),
    "events that come twice and in another order": DeliveredBy(copies=2, shuffled=True),
    "events that never come": DeliveredBy(copies=0),
}


def _soak(*names: str) -> list[Any]:
    return [pytest.param(name, marks=pytest.mark.soak) for name in names]


@pytest.fixture
def workflow_of_glue() -> Iterator[None]:
    """In moto, by the name that the jobs are given."""
    client = aws.clients().glue
    client.create_workflow(Name=RAINFALL.name)
    yield
    client.delete_workflow(Name=RAINFALL.name)


@pytest.fixture(params=["local", *_soak("moto", "npm"), "glue", "events", *_soak(*[*EVENTS][1:])])
def on(request: pytest.FixtureRequest, lake: AwsLake) -> Iterator[Orchestrated]:
    events: list[dict[str, Any]] = []

    def received(asked: LoopbackRequest) -> LoopbackResponse:
        events.append(json.loads(asked.body))
        return LoopbackResponse(200, b"ok")

    with ExitStack() as closing_all:
        webhook = closing_all.enter_context(closing(LoopbackServer(received)))
        told = replace(lake, settings=replace(lake.settings, notify=(Secret(f"{webhook.url}/hook"),)))
        yield Orchestrated(told, _orchestrator(request, told, closing_all), events)


def _orchestrator(request: pytest.FixtureRequest, lake: AwsLake, closing_all: ExitStack) -> WorkflowOrchestrator:
    trouble = Trouble()
    if request.param == "local":
        return LocalRunner(lake, trouble)
    if request.param == "glue":
        jobs: ForkedGlueJobs = request.getfixturevalue("forked_glue_jobs")
        return GlueWorkflow(lake, trouble, jobs)
    function: PackagedFunction = request.getfixturevalue("job_function")
    if request.param in EVENTS:
        return closing_all.enter_context(event_driven(lake, trouble, function, EVENTS[request.param]))
    containers = closing_all.enter_context(closing(JobContainers(function, lake, trouble)))
    return Machines(closing_all.enter_context(INTERPRETERS[request.param](CalledServices(containers))), trouble)


@pytest.mark.soak
def test_a_run_publishes_and_the_next_one_finds_nothing(on: Orchestrated, local: list[tuple[Any, ...]]) -> None:
    first = on.run("2024-05-30T16:00:00Z")
    assert (first.state, on.jobs(first)) == (RunState.SUCCEEDED, [(job, "succeeded") for job in JOBS])
    assert on.published() == local

    second = on.run("2024-05-30T16:15:00Z")
    assert second.run_id != first.run_id
    assert (second.state, on.jobs(second)) == (RunState.SUCCEEDED, [("crawl", "succeeded")])
    assert on.published() == local
    assert on.failures_told() == []


@pytest.mark.soak
def test_two_starts_at_once_are_one_run(on: Orchestrated, local: list[tuple[Any, ...]]) -> None:
    both = threading.Barrier(2)
    ended = []

    def start() -> None:
        both.wait()
        ended.append(on.orchestrator.start("2024-05-30T16:00:00Z"))

    threads = [threading.Thread(target=start) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for wait in ended:
        wait()

    [run] = on.runs()
    assert (run.state, on.jobs(run)) == (RunState.SUCCEEDED, [(job, "succeeded") for job in JOBS])
    assert on.published() == local
    assert on.failures_told() == []


@pytest.mark.parametrize("job", EACH_JOB)
def test_a_job_that_fails_for_good_ends_its_run_and_the_next_one_makes_it_good(
    on: Orchestrated, local: list[tuple[Any, ...]], job: str
) -> None:
    """Readers see nothing of the run that failed, and one message tells of it."""
    trouble = on.orchestrator.trouble
    trouble.job, trouble.fault = job, Fault.REFUSED

    run = on.run("2024-05-30T16:00:00Z")

    before = [(one, "succeeded") for one in JOBS[: JOBS.index(job)]]
    assert (run.state, on.jobs(run)) == (RunState.FAILED, [*before, (job, "failed")])
    assert run.error.startswith("permission ")
    [told] = on.failures_told()
    assert run.error in told

    trouble.end()
    good = on.run("2024-05-30T16:15:00Z")
    assert (good.state, on.jobs(good)) == (RunState.SUCCEEDED, [(job, "succeeded") for job in JOBS])
    assert on.published() == local
    assert [event["event"] for event in on.events] == [EventKind.RUN_FAILED, EventKind.RUN_RECOVERED]


@pytest.mark.parametrize("on", ["glue"], indirect=True)
def test_a_run_whose_execution_died_is_ended_and_told_of_by_the_duty_and_gone_on_with_by_another(
    on: Orchestrated, workflow_of_glue: None, local: list[tuple[Any, ...]]
) -> None:
    """Glue has nothing that runs at the end: its job was killed, and no later one is started."""
    trouble = on.orchestrator.trouble
    trouble.job, trouble.fault, trouble.before = OFTEN, Fault.KILLED, 6
    assert on.run("2024-05-30T16:00:00Z").state is RunState.RUNNING

    run_died = "Command failed with exit code 137"
    for _ in range(2):  # an event may come twice
        with on.lake.runtime() as runtime:
            detail = {"jobName": OFTEN, "jobRunId": "jr_1", "state": "FAILED", "message": run_died}
            event = {"duty": "runs", "after": detail}
            assert LambdaDuties(runtime, lambda _: None).tend(event, lambda: 900.0)["found"] == {}

    [run] = on.runs()
    before = [(job, "succeeded") for job in JOBS[: JOBS.index(OFTEN)]]
    assert (run.state, on.jobs(run)) == (RunState.FAILED, [*before, (OFTEN, "interrupted")])
    assert "wr_1 ended before the run did" in run.error
    [told] = on.failures_told()
    assert run.error in told

    with on.lake.runtime() as runtime:
        execution = resume_by_orchestrator(runtime, run.run_id)
    assert isinstance(on.orchestrator, GlueWorkflow)
    on.orchestrator.go_on(execution)

    [resumed] = on.runs()
    assert (resumed.state, resumed.attempt, resumed.execution) == (RunState.SUCCEEDED, 2, execution), resumed.error
    assert [one[1] for one in on.jobs(resumed)] == ["succeeded"] * 3 + ["interrupted"] + ["succeeded"] * 2
    assert on.published() == local


@pytest.mark.soak
@pytest.mark.parametrize(("job", "before"), BETWEEN_AND_INSIDE)
def test_what_dies_is_made_good_by_whoever_comes_next(
    on: Orchestrated, local: list[tuple[Any, ...]], job: str, before: int
) -> None:
    """A state machine calls the step again; what begins no run again leaves it to the next start."""
    trouble = on.orchestrator.trouble
    trouble.job, trouble.fault, trouble.before = job, Fault.KILLED, before

    run = on.run("2024-05-30T16:00:00Z")
    assert trouble.fault is Fault.NONE, "nothing died"
    if run.state is not RunState.SUCCEEDED:
        run = on.run("2024-05-30T16:15:00Z")

    assert run.state is RunState.SUCCEEDED, run.error
    assert {one.state for one in on.runs()} <= {RunState.SUCCEEDED, RunState.INTERRUPTED}
    assert on.published() == local
