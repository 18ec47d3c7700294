"""What the router is invoked with, over a lake in which nothing waits: a run has one job to make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from millrace.clock import ManualClock
from millrace.errors import UsageError
from millrace.glue_workflow.compilers.event_rules import INVOCATION_FAILED, OBJECT_CREATED
from millrace.glue_workflow.external.crawlers import Crawlers, CrawlerState
from millrace.glue_workflow.pipelines import Pipelines
from millrace.glue_workflow.ports import JobRecord, RunState
from millrace.glue_workflow.routing.eventbridge import GLUE_JOB_CHANGED, JOB_CHANGED, SOURCE
from millrace.glue_workflow.routing.glue_jobs import EndedJobRun
from millrace.glue_workflow.routing.job_calls import JobCalls
from millrace.glue_workflow.routing.ports import RoutedCall
from millrace.glue_workflow.routing.routed_job import RoutedJobs
from millrace.glue_workflow.routing.router import Router
from millrace.infra.entrypoints.router import RouterEvents
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.runs import end_dead_run
from tests.unit.glue_workflow.routing.routing_bench import StartedCalls, ToldChanges

START = {"workflow": "rainfall", "start": {"key": "2026-11-30T06:30:00Z"}}


class RoutedRuntime(LocalRuntime):
    """A lake whose runs are driven by events, which the test delivers. `minutes`: of the window of objects."""

    minutes = 0
    starter: StartedCalls
    changes: ToldChanges

    @property
    def pipelines(self) -> Pipelines:
        shipped = super().pipelines
        rain = replace(shipped.refinements["rainfall"], on_objects_every_minutes=self.minutes)
        return replace(shipped, workflows={**shipped.workflows, rain.name: rain})

    @property
    def calls(self) -> JobCalls:
        return JobCalls(self.items, self.clock)

    @property
    def router(self) -> Router:
        return Router(self.runs, self.calls, self.starter, self.changes, self.execution, self.clock)


@dataclass(frozen=True)
class Routed:
    runtime: RoutedRuntime

    @property
    def waiting(self) -> list[RoutedCall]:
        return self.runtime.starter.waiting

    def sent(self, event: Any) -> dict[str, str]:
        return RouterEvents(self.runtime, self.runtime.router, lambda: 60.0).handle(event)

    def made(self) -> dict[str, Any]:
        """Makes the call that was started, and gives the event of its end."""
        told = RoutedJobs(self.runtime.calls, self.runtime.changes, self._step).make(self.waiting.pop(0))
        return {"source": SOURCE, "detail-type": JOB_CHANGED, "detail": msgspec.to_builtins(told)}

    def _step(self, call: RoutedCall) -> JobRecord:
        return self.runtime.execution(call.workflow, call.execution).step(call.run_id, call.job)


@pytest.fixture
def routed(tmp_path: Path) -> Iterator[Routed]:
    with RoutedRuntime(Settings(tmp_path)) as runtime:
        runtime.starter, runtime.changes = StartedCalls(), ToldChanges()
        yield Routed(runtime)


def given_up(call: RoutedCall) -> dict[str, Any]:
    """As Lambda tells of an invocation."""
    detail = {
        "version": "1.0",
        "requestContext": {"functionArn": "arn:function:jobs:1", "condition": "RetriesExhausted"},
        "requestPayload": msgspec.to_builtins(call),
        "responsePayload": {"errorType": "Runtime.ExitError", "errorMessage": "the process ended"},
    }
    return {"source": "lambda", "detail-type": INVOCATION_FAILED, "detail": detail}


def test_a_start_begins_a_run_and_the_end_of_its_job_ends_it(routed: Routed) -> None:
    begun = routed.sent(START)
    assert (begun["state"], [one.job for one in routed.waiting]) == ("running", ["crawl"])

    ended = routed.sent(routed.made())

    assert ended == {"run_id": begun["run_id"], "state": "succeeded"}
    assert routed.runtime.runs.run(begun["run_id"]).execution == "events:rainfall/2026-11-30T06:30:00Z"


@pytest.mark.parametrize(("error", "state"), [("TIMEOUT: it took too long", "failed"), ("", "running")])
def test_a_run_of_a_job_of_glue_that_ended_without_an_answer_ends_the_run(
    routed: Routed, error: str, state: str
) -> None:
    """One that succeeded has answered itself, or its event is on its way."""
    begun = routed.sent(START)
    [call] = routed.waiting
    asked: list[tuple[str, str]] = []

    def job_run(job: str, run_id: str) -> EndedJobRun:
        asked.append((job, run_id))
        return EndedJobRun(call, error)

    detail = {"jobName": "millrace_uat_crawl", "jobRunId": "jr_1", "state": "TIMEOUT"}
    event = {"source": "aws.glue", "detail-type": GLUE_JOB_CHANGED, "detail": detail}
    router = routed.runtime.router
    found = RouterEvents(routed.runtime, router, lambda: 60.0, job_run).handle(event)

    assert asked == [("millrace_uat_crawl", "jr_1")]
    assert found == {"run_id": begun["run_id"], "state": state}
    assert error in routed.runtime.runs.run(begun["run_id"]).error
    assert RouterEvents(routed.runtime, router, lambda: 60.0).handle(event) == {"state": "nobody's"}


def test_a_start_that_comes_twice_is_one_run(routed: Routed) -> None:
    assert routed.sent(START) == routed.sent(START)
    routed.sent(routed.made())

    assert routed.sent(START)["state"] == "succeeded"
    assert len(routed.runtime.runs.runs()) == 1
    assert routed.waiting == []


def test_a_start_while_a_run_is_under_way_leaves_its_data_to_the_next_one(routed: Routed) -> None:
    routed.sent(START)

    later = routed.sent({"workflow": "rainfall", "start": {"key": "2026-11-30T06:45:00Z"}})

    assert later["state"] == "held"
    assert len(routed.runtime.runs.runs()) == 1


def test_an_invocation_that_was_given_up_ends_the_run_with_its_error(routed: Routed) -> None:
    routed.sent(START)
    [call] = routed.waiting

    ended = routed.sent(given_up(call))

    assert ended["state"] == RunState.FAILED
    assert routed.runtime.runs.run(ended["run_id"]).error == "Runtime.ExitError: the process ended"


def test_a_run_that_failed_is_gone_on_with_once(routed: Routed) -> None:
    routed.sent(START)
    run_id = routed.sent(given_up(routed.waiting.pop()))["run_id"]
    resume = {"workflow": "rainfall", "start": {"key": f"resume-{run_id}-2", "resume": run_id}}

    assert [routed.sent(resume)["state"] for _ in range(2)] == ["running", "running"]

    assert [(one.attempt, one.job) for one in routed.waiting] == [(2, "crawl")]
    assert routed.sent(routed.made())["state"] == "succeeded"
    assert routed.sent(resume)["state"] == "succeeded"


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ({"workflow": "rainfall"}, "cannot be read"),
        ({"workflow": "rainfall", "start": {}}, "has no key"),
        ({"detail-type": "Scheduled Event"}, "knows no event 'Scheduled Event'"),
    ],
)
def test_an_event_of_another_form_is_refused(routed: Routed, event: Any, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        routed.sent(event)


def test_the_duty_goes_on_with_what_an_event_missed(routed: Routed) -> None:
    """An event of the end of the first job was lost; then one of a process that died before the lease was free."""
    run_id = routed.sent(START)["run_id"]
    routed.made()
    workflow = routed.runtime.pipelines.workflow("rainfall")

    assert end_dead_run(routed.runtime, workflow) is None
    assert routed.runtime.runs.run(run_id).state is RunState.SUCCEEDED
    assert end_dead_run(routed.runtime, workflow) is None


def test_the_duty_tells_of_a_run_that_it_had_to_end(routed: Routed) -> None:
    run_id = routed.sent(START)["run_id"]
    routed.runtime.calls.answer(routed.waiting.pop(), RunState.FAILED, "its process died")

    ended = end_dead_run(routed.runtime, routed.runtime.pipelines.workflow("rainfall"))

    assert ended is not None
    assert (ended.run_id, ended.state, ended.error) == (run_id, RunState.FAILED, "its process died")


class CountedLooks:
    """A crawler that is ready again after so many `looks`."""

    def __init__(self, looks: int) -> None:
        self.left = looks

    def start(self, name: str) -> bool:
        raise AssertionError(f"{name} is started")

    def state(self, name: str) -> CrawlerState:
        self.left -= 1
        return CrawlerState(running=self.left >= 0)


class CrawlingRuntime(RoutedRuntime):
    """A stage whose refinements begin with a crawl of raw."""

    looks = CountedLooks(2)

    @property
    def crawlers(self) -> Crawlers:
        return self.looks

    @property
    def pipelines(self) -> Pipelines:
        rain = super().pipelines.refinements["rainfall"].with_raw_crawl()
        return replace(super().pipelines, workflows={rain.name: rain})


@pytest.mark.parametrize(("looks", "seconds"), [(0, 0), (2, 10), (1000, 30)])
def test_the_end_of_a_crawl_advances_the_run_once_its_crawler_is_ready_again(
    tmp_path: Path, looks: int, seconds: int
) -> None:
    """For half a minute, after which the sweep looks at it."""
    noon = datetime(2026, 11, 30, 12, tzinfo=UTC)
    with CrawlingRuntime(Settings(tmp_path), clock=ManualClock(noon)) as runtime:
        runtime.starter, runtime.changes, runtime.looks = StartedCalls(), ToldChanges(), CountedLooks(looks)
        routed = Routed(runtime)
        assert routed.sent({"crawl_of": "rainfall"}) == {"state": "nobody's"}
        runtime.looks, began = CountedLooks(looks), runtime.clock.now()
        begun = routed.sent(START)

        assert routed.sent({"crawl_of": "rainfall"}) == begun
        assert [one.job for one in routed.waiting] == ["crawler"]
        assert (runtime.clock.now() - began).total_seconds() == seconds


def object_created(key: str) -> dict[str, Any]:
    detail = {"bucket": {"name": "lake"}, "object": {"key": key}}
    return {"source": "aws.s3", "detail-type": OBJECT_CREATED, "detail": detail}


RAW = "raw/rainfall/dt=2026-11-30/hour=14/one.json.gz"


@pytest.fixture
def by_objects(tmp_path: Path) -> Iterator[Routed]:
    """The shipped project, whose rainfall is refined as its objects come."""
    with RoutedRuntime(Settings(tmp_path), clock=ManualClock(datetime(2026, 11, 30, 6, 31, tzinfo=UTC))) as runtime:
        runtime.starter, runtime.changes = StartedCalls(), ToldChanges()
        runtime.minutes = 15
        yield Routed(runtime)


def test_an_object_starts_a_run_and_the_next_one_waits_for_the_clock(by_objects: Routed) -> None:
    first = by_objects.sent(object_created(RAW))
    assert first["state"] == "begun"
    by_objects.sent(by_objects.made())
    assert by_objects.sent(object_created(RAW))["run_id"] == ""

    clock: Any = by_objects.runtime.clock
    clock.set(datetime(2026, 11, 30, 6, 45, tzinfo=UTC))
    second = by_objects.sent({"objects_of": "rainfall", "at": "2026-11-30T06:45:00Z"})

    assert second["state"] == "begun"
    assert second["run_id"] != first["run_id"]
    execution = by_objects.runtime.runs.run(second["run_id"]).execution
    assert execution == "events:rainfall/objects-2026-11-30T06:45:00.000000Z"


@pytest.mark.parametrize("key", ["staging/rainfall/run=1/dt=2026-11-30/one.parquet", "raw/unknown/dt=1/hour=2/x"])
def test_an_object_of_no_source_is_refused(by_objects: Routed, key: str) -> None:
    with pytest.raises(UsageError, match="no workflow is started by the object"):
        by_objects.sent(object_created(key))


def test_an_object_of_a_workflow_that_objects_do_not_start_is_refused(routed: Routed) -> None:
    with pytest.raises(UsageError, match="objects start no run of rainfall"):
        routed.sent(object_created(RAW))
