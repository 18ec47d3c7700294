"""The workflow by a router: both functions packaged, each invocation in a container of its own kind, over one lake."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from millrace.glue_workflow.ports import RunState
from millrace.infra.judges.references import resolved
from millrace.service.tend import LambdaDuties
from millrace.settings import EngineName
from tests.contracts.stack.templates import content
from tests.doubles.lambda_runtime import LambdaAnswer, LambdaProcess
from tests.doubles.loopback_server import LoopbackServer
from tests.end_to_end.aws.aws_lake import AwsLake, environment
from tests.end_to_end.aws.orchestrators.event_chain import DeliveredBy, EventChain, RoutedTemplate
from tests.end_to_end.aws.orchestrators.job_containers import JobContainers
from tests.end_to_end.aws.orchestrators.trouble import Trouble
from tests.end_to_end.aws.packaged.functions import PackagedFunction

BY_EVENTS = "uat, by events"
_MOST_SWEEPS = 20


@dataclass
class RouterContainers:
    """The router, as it is invoked: by two at once, in two containers."""

    function: PackagedFunction
    lake: AwsLake
    _kept: list[LambdaProcess] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, event: Mapping[str, Any]) -> LambdaAnswer:
        with self._lock:  # of what is unpacked
            environ = environment(self.lake, EngineName.ATHENA)
            container = self._kept.pop() if self._kept else self.function.started(environ)
        answer = container.invoke(event)
        self._kept.append(container)
        return answer

    def close(self) -> None:
        for one in self._kept:
            one.__exit__()


@dataclass
class EventDriven:
    """A WorkflowOrchestrator. Where events are lost, the duty `runs` comes in their place, until the run has ended."""

    lake: AwsLake
    trouble: Trouble
    chain: EventChain
    workflow: str = "rainfall"

    def start(self, key: str) -> Callable[[], None]:
        self.chain.start("StartOfRainfall", key)
        return self._settled

    def _settled(self) -> None:
        self.chain.settle()
        for _ in range(_MOST_SWEEPS if self.chain.by.copies == 0 else 0):
            with self.lake.runtime() as runtime:
                if runtime.runs.runs(self.workflow, limit=1)[0].state is not RunState.RUNNING:
                    return
                LambdaDuties(runtime, lambda _: None).tend({"duty": "runs"}, lambda: 900.0)
            self.chain.settle()


@contextmanager
def event_driven(
    lake: AwsLake, trouble: Trouble, jobs: PackagedFunction, by: DeliveredBy, template: RoutedTemplate | None = None
) -> Iterator[EventDriven]:
    """`jobs`: what is packaged for the function of jobs, in which the handlers of both functions are. `template`: by
    default that of the shipped project.
    """
    stack = template or RoutedTemplate(resolved(content(BY_EVENTS)))
    with ExitStack() as closing_all:
        # What answers is made after those who call it, which need its address.
        server = closing_all.enter_context(closing(LoopbackServer(lambda request: chain.answered(request))))
        services = {"lambda": server.url, "events": server.url}
        endpoints = {**lake.settings.aws.endpoints, **services}
        at = replace(lake.settings.aws, endpoints=endpoints, job_function=stack.job_function)
        routed = replace(lake, settings=replace(lake.settings, aws=at))
        of_jobs = jobs.with_handler("millrace.infra.entrypoints.routed_job.handler")
        of_router = jobs.with_handler("millrace.infra.entrypoints.router.handler")
        containers = closing_all.enter_context(closing(JobContainers(of_jobs, routed, trouble)))
        routers = closing_all.enter_context(closing(RouterContainers(of_router, routed)))
        chain = EventChain(routers, containers, by, stack)
        yield EventDriven(routed, trouble, chain)
