"""The calls that polls, runs and duties really make, recorded once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from millrace.clock import ManualClock, SystemClock
from millrace.glue_workflow.ports import JobRecord
from millrace.glue_workflow.routing.job_calls import JobCalls
from millrace.glue_workflow.routing.ports import RoutedCall
from millrace.glue_workflow.routing.routed_job import RoutedJobs
from millrace.glue_workflow.routing.router import Router
from millrace.infra.entrypoints.poll import LambdaPolls
from millrace.infra.entrypoints.router import RouterEvents
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.aws_clients import AwsClients
from millrace.lake.keys import EXPORTS, STATE_OBJECTS
from millrace.schedules.names import Duty
from millrace.service.tend import LambdaDuties
from millrace.usecases.runs import run_workflow
from tests.doubles.simulated_feeds import shipped_feeds
from tests.end_to_end.aws.aws_jobs import SLOTS, STAGE, Evening, on_athena
from tests.end_to_end.aws.aws_lake import KEYS, AwsLake, aws_lake, make_databases
from tests.end_to_end.aws.permissions.recorded_calls import ActionRecording, NeededAction
from tests.unit.glue_workflow.routing.routing_bench import StartedCalls, ToldChanges

SOURCE = "rainfall"


@pytest.fixture(scope="package")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, set[NeededAction]]]:
    """The calls of two polls by the function, each followed by a run on Athena, and of all duties."""
    home = tmp_path_factory.mktemp("permissions")
    with shipped_feeds(Evening()) as simulator, aws_lake(home, simulator.urls, Evening(), stage=STAGE) as deployed:
        make_databases(STAGE)
        with on_athena(deployed) as lake:
            polls, runs = ActionRecording(), ActionRecording()
            for slot in SLOTS[:2]:
                with lake.runtime(watch=polls.watch) as runtime:
                    event = {"source": SOURCE, "scheduled_time": slot.isoformat()}
                    assert LambdaPolls(runtime, write=lambda _: None).poll(event)["outcome"] == "delivered"
                lake.double.deliver(everything=True)
                with lake.runtime(watch=runs.watch) as runtime:
                    run = run_workflow(runtime, SOURCE, [], full=False, progress=lambda _: None)
                    assert run.state == "succeeded", run.error
            routes = _of_router(lake)
            yield {"polls": polls.needed, "runs": runs.needed, "routes": routes, "duties": _of_duties(lake)}


def _of_router(lake: AwsLake) -> set[NeededAction]:
    """The calls by which a run is begun, advanced and ended; starts of jobs and events come to nobody here."""
    calls = ActionRecording()
    with lake.runtime(watch=calls.watch) as runtime, lake.runtime() as of_jobs:
        started = StartedCalls()
        router = Router(
            runtime.runs,
            JobCalls(runtime.items, runtime.clock),
            started,
            ToldChanges(),
            runtime.execution,
            runtime.clock,
        )
        begun = RouterEvents(runtime, router, lambda: 60.0).handle({"workflow": SOURCE, "start": {"key": "k"}})
        call = started.waiting.pop()

        def step(call: RoutedCall) -> JobRecord:
            return of_jobs.execution(call.workflow, call.execution).step(call.run_id, call.job)

        RoutedJobs(JobCalls(of_jobs.items, of_jobs.clock), ToldChanges(), step).make(call)
        assert router.advance(begun["run_id"]).state == "succeeded", "nothing waited"
    return calls.needed


def _of_duties(lake: AwsLake) -> set[NeededAction]:
    """The calls of all duties: something is found, filled, and removed."""
    calls, later = ActionRecording(), ManualClock(SystemClock().now() + timedelta(days=9))
    clients = AwsClients(lake.settings.aws, KEYS, on_created=calls.watch)
    with AwsRuntime(lake.settings, clients=clients, clock=later, feed_clock=ManualClock(SLOTS[5])) as runtime:
        for prefix in (f"{EXPORTS}/", STATE_OBJECTS):
            runtime.storage.put(f"{prefix}left", b"1")
        duties = LambdaDuties(runtime, lambda _: None)
        told = {duty: duties.tend({"duty": duty}, lambda: 900.0) for duty in Duty}
    assert all(one["finished"] for one in told.values())
    assert SOURCE in told[Duty.RUNS]["found"]
    return calls.needed
