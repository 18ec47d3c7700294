"""A project of graphs that are no chain, and what runs them: each orchestrator's interpreter over one lake in a folder.

The calls are made in this process: what a graph's definition says is tried here, and the packaged functions by
`test_orchestrators`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from millrace.clock import ManualClock, SystemClock
from millrace.errors import MillraceError
from millrace.glue_workflow.compilers.glue_triggers import GlueTriggers
from millrace.glue_workflow.compilers.step_functions import StepFunctions
from millrace.glue_workflow.external.begun_crawls import BegunCrawls
from millrace.glue_workflow.external.crawlers import CrawlerState
from millrace.glue_workflow.ports import RunRecord
from millrace.glue_workflow.routing.job_calls import JobCalls
from millrace.glue_workflow.routing.ports import RoutedCall, StateChange
from millrace.glue_workflow.routing.routed_job import RoutedJobs
from millrace.glue_workflow.routing.router import Router, is_made_by_glue
from millrace.glue_workflow.run.begin import StartKey
from millrace.glue_workflow.workflow import Workflow
from millrace.infra.entrypoints.glue_job import GlueArguments
from millrace.infra.entrypoints.node import make_node, make_step
from millrace.infra.entrypoints.protocol_calls import ProtocolCalls, protocol_call
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import AwsSettings, Settings
from millrace.usecases.runs import end_dead_run
from tests.doubles.lambda_runtime import LambdaAnswer
from tests.end_to_end.aws.orchestrators.glue_triggers import GlueRun
from tests.end_to_end.aws.orchestrators.orchestrators import INTERPRETERS
from tests.end_to_end.aws.orchestrators.state_machines import CalledServices

NOW = datetime(2024, 5, 30, 16, tzinfo=UTC)
STEP = """import json

def run(job):
    'Answers its parameters; `fails` times it has no room first, or for good.'
    key = f"made/{job.parameters['name']}{job.item}"
    made = [found for found in job.storage.list(key)]
    count = len(made) + 1
    job.storage.put(f"{key}.{count}", b"x")
    if count <= job.parameters.get("busy", 0):
        from millrace.errors import RetryLater
        raise RetryLater("no room.")
    if job.parameters.get("breaks"):
        raise ValueError("it is broken")
    answer = {"rows": job.parameters.get("rows", 0), "days": list(job.parameters.get("days", ()))}
    return {**answer, "state": "ready" if count >= job.parameters.get("rounds", 1) else "running"}
"""
HEAD = 'notify = ["success", "failure", "recovery"]\n'


def job(name: str, *lines: str, **parameters: object) -> str:
    """A section of a definition file."""
    given = "\n".join(f"{key} = {_toml(value)}" for key, value in {"name": name, **parameters}.items())
    return "\n".join(
        (f"[jobs.{name}]", 'kind = "python"', *lines, f"[jobs.{name}.parameters]", 'file = "step"', given, "")
    )


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


@dataclass
class GraphRuns:
    """The runs of one workflow in a lake. `on_glue`: the jobs and items that a job of Glue made.

    `private_hosts`: as in Settings; `crawls_raw`: as in AwsSettings.
    """

    home: Path
    project: Path
    workflow: str = "graph"
    private_hosts: tuple[str, ...] = ()
    crawls_raw: bool = False
    clock: ManualClock | SystemClock = field(default_factory=lambda: ManualClock(NOW))
    on_glue: list[str] = field(default_factory=list)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    @property
    def settings(self) -> Settings:
        aws = AwsSettings(crawls_raw=self.crawls_raw)
        return Settings(home=self.home, project=self.project, private_hosts=self.private_hosts, aws=aws)

    @contextmanager
    def runtime(self) -> Iterator[LocalRuntime]:
        with LocalRuntime(self.settings, clock=self.clock) as runtime:
            yield runtime

    def call(self, event: Mapping[str, Any]) -> LambdaAnswer:
        """As the function of jobs."""
        with self._one_at_a_time, self.runtime() as runtime:
            try:
                return LambdaAnswer(False, ProtocolCalls(runtime, write=_nothing).make(protocol_call(event)))
            except MillraceError as error:
                return LambdaAnswer(True, {"errorType": type(error).__name__, "errorMessage": str(error)})

    def make_glue_job(self, _: str, arguments: Mapping[str, str]) -> tuple[str, str]:
        """As the script of Glue's jobs, of which each is the same."""
        given = GlueArguments.of([text for pair in arguments.items() for text in pair])
        self.on_glue.append(given.job + given.item)
        with self._one_at_a_time, self.runtime() as runtime:
            calls, where = ProtocolCalls(runtime, write=_nothing), (given.workflow, given.execution, given.run)
            try:
                make_step(calls, *where, given.job, given.item, self.clock.sleep)
            except MillraceError as error:
                return "FAILED", str(error)
        return "SUCCEEDED", ""

    def run(self) -> RunRecord:
        with self.runtime() as runtime:
            [newest, *_] = runtime.runs.runs(self.workflow, limit=1)
            return newest

    def states(self) -> dict[str, str]:
        """The state of each job and item, by name."""
        with self.runtime() as runtime:
            return {one.job: str(one.state) for one in runtime.runs.jobs(self.run().run_id)}

    def made(self) -> list[str]:
        """Each call of a job that did its work: the job, the item and the number of the call."""
        with self.runtime() as runtime:
            return sorted(found.key.removeprefix("made/") for found in runtime.storage.list("made/"))


def _nothing(_: str) -> None:
    """Lines of metrics are not looked at here."""


def by_runner(runs: GraphRuns, key: str) -> None:
    with runs.runtime() as runtime:
        runner = runtime.runner()
        runner = type(runner)(runner.services, runner.leases, pause=runs.clock.sleep)
        runner.run(runtime.pipelines.workflow(runs.workflow), start=StartKey(key))


def by_state_machine(interpreter: str) -> Callable[[GraphRuns, str], None]:
    def start(given: GraphRuns, key: str) -> None:
        runs = replace(given, clock=SystemClock())  # the one by which an interpreter waits
        with runs.runtime() as runtime:
            compiled = StepFunctions(told_by_end=True).compile(runtime.pipelines.workflow(runs.workflow))
        with INTERPRETERS[interpreter](CalledServices(runs.call, glue_job=runs.make_glue_job)) as machines:
            ended = machines.ended(machines.started(compiled, {"key": key}))
            assert machines.told == []
        assert (ended.status == "SUCCEEDED") == (str(runs.run().state) == "succeeded"), ended

    return start


class _OnGlue(LocalRuntime):
    """A runtime whose workflow Glue runs. `crawls`: those that Glue began in this run, by the name of the crawler."""

    execution_id: str
    crawls: Mapping[str, CrawlerState]

    def begun_crawls(self, execution: str) -> BegunCrawls | None:
        return BegunCrawls(lambda name: self.crawls.get(name, CrawlerState(False)))

    def begin_unbegun(self, workflow: Workflow) -> None:
        if not self.runs.runs(workflow.name, limit=1):
            self.execution(workflow.name, self.execution_id).begin_as_asked()

    def has_ended(self, execution: str) -> bool:
        return not any(state.running for state in self.crawls.values())


@dataclass
class GlueRunOfGraph:
    """Does what the triggers of one run of a Glue workflow start, and the duty `runs` after it."""

    runs: GraphRuns
    execution: str
    crawls: dict[str, CrawlerState] = field(default_factory=dict)

    @contextmanager
    def runtime(self) -> Iterator[LocalRuntime]:
        with _OnGlue(self.runs.settings, clock=self.runs.clock) as runtime:
            runtime.execution_id, runtime.crawls = self.execution, self.crawls
            yield runtime

    def carried_out(self, action: Mapping[str, Any]) -> str:
        with self.runtime() as runtime:
            if "CrawlerName" in action:
                return self._crawled(runtime, action["CrawlerName"])
            calls, begun = ProtocolCalls(runtime, write=_nothing), runtime.begun_crawls(self.execution)
            where, pause = (self.runs.workflow, self.execution, action["Arguments"]["--job"]), self.runs.clock.sleep
            try:
                make_node(calls, *where, pause=pause, begun=begun)
            except MillraceError:
                return "FAILED"
        return "SUCCEEDED"

    def _crawled(self, runtime: LocalRuntime, name: str) -> str:
        """A crawl of this machine ends at once."""
        runtime.crawlers.start(name)
        self.crawls[name] = state = runtime.crawlers.state(name)
        return "FAILED" if state.last is None or state.last.error else "SUCCEEDED"

    def looked_at(self) -> None:
        with self.runtime() as runtime:
            end_dead_run(runtime, runtime.pipelines.workflow(self.runs.workflow))


def by_glue(runs: GraphRuns, key: str) -> None:
    """Glue numbers its runs itself: `key` names this one."""
    with runs.runtime() as runtime:
        triggers = GlueTriggers().compile(runtime.pipelines.workflow(runs.workflow))["Triggers"]
    made = GlueRunOfGraph(runs, f"glue:{runs.workflow}/{key}")

    GlueRun(triggers, made.carried_out).run()
    made.looked_at()


@dataclass
class _WaitingRouter:
    """What the router starts, and what it and the jobs tell: each waits for its turn."""

    code: str = "function:1"
    calls: list[RoutedCall] = field(default_factory=list)
    changes: list[StateChange] = field(default_factory=list)

    def start(self, call: RoutedCall) -> None:
        self.calls.append(call)

    def announce(self, change: StateChange) -> None:
        self.changes.append(change)


def by_router(runs: GraphRuns, key: str) -> None:
    """Each event comes twice; what Lambda has no room for, it calls again. What Glue makes is noted."""
    with runs.runtime() as runtime:
        routed, calls = _WaitingRouter(), JobCalls(runtime.items, runtime.clock)
        protocol = ProtocolCalls(runtime, write=_nothing)

        def step(call: RoutedCall) -> Any:
            return protocol.step(runtime.execution(call.workflow, call.execution), call.run_id, call.job, call.item)

        def made(call: RoutedCall) -> None:
            job = runtime.pipelines.workflow(call.workflow).job(call.job)
            if is_made_by_glue(job, call.item) and call.number == 1:
                runs.on_glue.append(call.job + call.item)
            for left in range(2, -1, -1):
                try:
                    RoutedJobs(calls, routed, step).make(call)
                    return
                except MillraceError:
                    if left == 0:
                        raise

        router = Router(runtime.runs, calls, routed, routed, runtime.execution, runtime.clock, runtime.crawlers)
        begun = runtime.execution(runs.workflow, f"events:{key}").begin(key=key)
        while router.advance(begun.run_id).finished_at is None:
            router.advance(begun.run_id)
            for call in [routed.calls.pop(0) for _ in list(routed.calls)]:
                made(call)
                RoutedJobs(calls, routed, step).make(call)
                runs.clock.sleep(1)


ORCHESTRATORS: Mapping[str, Callable[[GraphRuns, str], None]] = {
    "local": by_runner,
    "npm": by_state_machine("npm"),
    "moto": by_state_machine("moto"),
    "glue": by_glue,
    "events": by_router,
}
