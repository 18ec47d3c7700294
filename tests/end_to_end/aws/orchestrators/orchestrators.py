"""The orchestrators of the rainfall workflow on one lake on AWS, by one port: a start, and its end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any, Protocol

from millrace.errors import LeaseHeld
from millrace.glue_workflow.compilers.step_functions import StepFunctions
from millrace.glue_workflow.ports import JobRecord
from millrace.glue_workflow.run.begin import StartKey
from millrace.infra.judges.references import resolved
from millrace.settings import EngineName
from tests.contracts.stack.templates import content, of_type
from tests.doubles.faults import Fault, Faults, Killed
from tests.doubles.manual_timer import ManualTimer
from tests.end_to_end.aws.aws_lake import AwsLake, environment
from tests.end_to_end.aws.orchestrators.glue_triggers import GlueRun, Trigger
from tests.end_to_end.aws.orchestrators.moto_interpreter import moto_interpreter
from tests.end_to_end.aws.orchestrators.npm_interpreter import npm_interpreter
from tests.end_to_end.aws.orchestrators.state_machines import CalledServices, StateMachines
from tests.end_to_end.aws.orchestrators.trouble import Trouble
from tests.end_to_end.aws.packaged.deaths import before_all
from tests.end_to_end.aws.packaged.glue_jobs import ForkedGlueJobs
from tests.shipped import PIPELINES

RAINFALL = PIPELINES.workflow("rainfall")
COMPILED = StepFunctions().compile(RAINFALL)
INTERPRETERS: Mapping[str, Callable[[CalledServices], AbstractContextManager[StateMachines]]] = {
    "moto": moto_interpreter,
    "npm": npm_interpreter,
}
AwaitedEnd = Callable[[], None]  # waits until what was started has ended


class WorkflowOrchestrator(Protocol):
    """Runs the workflow. `trouble`: what happens to the calls of its jobs."""

    trouble: Trouble

    def start(self, key: str) -> AwaitedEnd:
        """Two starts with one key are the same."""


@dataclass
class LocalRunner:
    """The runner, as a command has it. A death is an exception that nothing catches."""

    lake: AwsLake
    trouble: Trouble
    _timer: ManualTimer = field(default_factory=ManualTimer)  # by which one sees that another lives

    def start(self, key: str) -> AwaitedEnd:
        thread = threading.Thread(target=self._run, args=(key,))
        thread.start()
        return thread.join

    def _run(self, key: str) -> None:
        now = [""]
        faults = Faults(lambda number, operation: self._fault(now[0], operation))

        def progress(record: JobRecord) -> None:
            now[0] = record.job

        with suppress(LeaseHeld, Killed), self.lake.runtime(watch=faults.watch, timer=self._timer) as runtime:
            runtime.runner(progress, EngineName.ATHENA).run(RAINFALL, start=StartKey(key))

    def _fault(self, job: str, operation: str) -> Fault:
        return self.trouble.by_operation(operation) if job and job == self.trouble.job else Fault.NONE


@dataclass
class Machines:
    """The workflow as a state machine, by an interpreter whose function of jobs has the trouble."""

    machines: StateMachines
    trouble: Trouble

    def start(self, key: str) -> AwaitedEnd:
        execution = self.machines.started(COMPILED, {"key": key})
        return partial(_waited, self.machines, execution)


def _waited(machines: StateMachines, execution: str) -> None:
    machines.ended(execution)


@dataclass
class GlueWorkflow:
    """The workflow's triggers, as the template has them; each action is a process of the script on Athena.

    Glue starts nothing while a run is under way (MaxConcurrentRuns is 1), and numbers its runs itself.
    """

    lake: AwsLake
    trouble: Trouble
    jobs: ForkedGlueJobs
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _under_way: threading.Lock = field(default_factory=threading.Lock)

    def start(self, key: str) -> AwaitedEnd:
        if not self._under_way.acquire(blocking=False):
            return lambda: None
        thread = threading.Thread(target=self._run, args=(f"wr_{next(self._numbers)}",))
        thread.start()
        return thread.join

    def go_on(self, execution: str) -> None:
        """A workflow run that somebody started through Glue's API, to its end."""
        self._under_way.acquire()
        self._run(execution.rpartition("/")[2])

    def _run(self, run_id: str) -> None:
        with _released(self._under_way):
            GlueRun(triggers_of_rainfall(), lambda action: self._carried_out(run_id, action)).run()

    def _carried_out(self, run_id: str, action: Mapping[str, Any]) -> str:
        job = action["Arguments"]["--job"]
        if job != self.trouble.job:
            return self._state(job, self.lake, run_id, lambda kill: None)
        with before_all(self.lake, self.trouble) as front:
            return self._state(job, front.lake, run_id, front.kill_by)

    def _state(self, job: str, lake: AwsLake, run_id: str, started: Callable[[Callable[[], None]], None]) -> str:
        code, _ = self.jobs.start(job, environment(lake, EngineName.ATHENA), run_id, started)
        return "FAILED" if code else "SUCCEEDED"


@contextmanager
def _released(lock: threading.Lock) -> Iterator[None]:
    try:
        yield
    finally:
        lock.release()


def triggers_of_rainfall() -> list[Trigger]:
    """Those of the dev stage's template, with the names that CloudFormation gives them."""
    triggers = of_type(resolved(content("dev")), "Glue::Trigger").values()
    return [one for one in triggers if one["Actions"][0]["Arguments"]["--workflow"] == RAINFALL.name]
