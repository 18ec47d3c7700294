"""Runs of workflows that make no tables, with what their jobs use in the test's hands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from millrace.glue_workflow.jobs import JOBS
from millrace.glue_workflow.ports import JobRecord, RunRecord
from millrace.glue_workflow.run.runner import WorkflowRunner
from millrace.glue_workflow.workflow import Job, Workflow
from tests.unit.glue_workflow.run.runner_bench import RunnerBench


@dataclass
class ComposedRun:
    """A workflow of these jobs, and its lake. `run` and `job` are about the newest run."""

    bench: RunnerBench
    workflow: Workflow
    runner: WorkflowRunner
    newest: RunRecord | None = None

    def run(self) -> RunRecord:
        self.newest = self.runner.run(self.workflow)
        return self.newest

    def job(self, name: str) -> JobRecord:
        assert self.newest is not None
        return self.bench.job(self.newest.run_id, name)


def composed_run(folder: Path, *jobs: Job, **services: Any) -> ComposedRun:
    """`services`: as JobServices has them."""
    bench = RunnerBench(folder)
    made = bench.runner
    clock: Any = made.services.clock
    given = replace(made.services, **services)
    runner = replace(made, services=given, jobs=JOBS, pause=clock.sleep)
    return ComposedRun(bench, Workflow(name="w", schedule="", jobs=jobs), runner)


def job(name: str, kind: str, minutes: float = 30, **parameters: Any) -> Job:
    return Job(name, kind, timeout=timedelta(minutes=minutes), parameters=parameters)
