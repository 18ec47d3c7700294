"""Graphs that are no chain: branches, joins, conditions, rounds, items. The jobs are the test's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from millrace.errors import JobError, UnknownName, UsageError
from millrace.glue_workflow.job_kinds import PYTHON
from millrace.glue_workflow.job_options import Joins, MapOver, OutputCondition, Until
from millrace.glue_workflow.ports import RunRecord, RunState
from millrace.glue_workflow.run.begin import RunStart
from millrace.glue_workflow.run.items import ITEMS_LEFT
from millrace.glue_workflow.run.job_context import JobContext, JobResult
from millrace.glue_workflow.run.readiness import ready_jobs, settled_jobs
from millrace.glue_workflow.run.runner import WorkflowRunner
from millrace.glue_workflow.run.step import RunStep
from millrace.glue_workflow.run_request import RunRequest
from millrace.glue_workflow.workflow import Job, Workflow
from tests.unit.glue_workflow.run.runner_bench import RunnerBench

COUNT = Job("count", PYTHON)
MANY = Job("many", PYTHON, after=("count",), when=OutputCondition.of("count.rows > 10"))
FEW = Job("few", PYTHON, after=("count",), when=OutputCondition.of("count.rows <= 10"))
EITHER = Job("either", PYTHON, after=("many", "few"), joins=Joins.ANY)
ITEMS = Job("each", PYTHON, after=("count",), over=MapOver("count", "days", at_once=2))


class Graph:
    """A workflow of Python jobs, whose answers a test gives by job; each is one answer, or what makes it."""

    def __init__(self, folder: Path, *jobs: Job, **answers: Any) -> None:
        self.bench, self.answers, self.made = RunnerBench(folder), answers, list[str]()
        self.workflow = Workflow(name="w", schedule="", jobs=jobs)
        self.bench.jobs[PYTHON] = self._job

    def _job(self, context: JobContext) -> JobResult:
        self.made.append(f"{context.job.name}[{context.item}]" if context.item else context.job.name)
        answer = self.answers.get(context.job.name, {})
        return JobResult(answer(context) if callable(answer) else answer, rows=1)

    @property
    def runner(self) -> WorkflowRunner:
        made = self.bench.runner
        clock: Any = made.services.clock
        return replace(made, pause=clock.sleep)

    def run(self) -> RunRecord:
        return self.runner.run(self.workflow)

    def steps(self) -> tuple[RunStep, str]:
        """The steps of a run that has begun, for a test that calls them itself."""
        runner = self.runner
        begun = RunStart(runner.services, self.workflow).begin(RunRequest())
        return RunStep(runner.services, self.workflow, jobs=runner.jobs), begun.run_id

    def states(self, run: RunRecord) -> dict[str, str]:
        return {one.job: str(one.state) for one in self.bench.store.jobs(run.run_id)}

    def ready(self, run_id: str) -> list[str]:
        run, records = self.bench.store.run(run_id), self.bench.store.jobs(run_id)
        return [job.name for job in ready_jobs(self.workflow, settled_jobs(run, records))]


@pytest.mark.parametrize(
    ("rows", "taken", "left_out"), [(11, "many", "few"), (10, "few", "many")], ids=["many rows", "few rows"]
)
def test_the_branch_whose_condition_holds_is_taken_and_any_joins_them(
    tmp_path: Path, rows: int, taken: str, left_out: str
) -> None:
    graph = Graph(tmp_path, COUNT, MANY, FEW, EITHER, count={"rows": rows})
    run = graph.run()

    assert run.state is RunState.SUCCEEDED
    assert graph.made == ["count", taken, "either"]
    assert graph.states(run) == {
        "count": "succeeded",
        taken: "succeeded",
        left_out: "skipped",
        "either": "succeeded",
    }
    assert "does not hold" in graph.bench.job(run.run_id, left_out).log


def test_what_needs_all_of_its_jobs_is_left_out_with_one_of_them(tmp_path: Path) -> None:
    both = replace(EITHER, name="both", joins=Joins.ALL)
    after = Job("after", PYTHON, after=("both",))
    graph = Graph(tmp_path, COUNT, MANY, FEW, both, after, count={"rows": 11})
    run = graph.run()

    assert (run.state, graph.made) == (RunState.SUCCEEDED, ["count", "many"])
    assert {name for name, state in graph.states(run).items() if state == "skipped"} == {"few", "both", "after"}


def test_any_of_branches_that_are_all_left_out_is_left_out(tmp_path: Path) -> None:
    more = replace(FEW, when=OutputCondition.of("count.rows > 1000"))
    graph = Graph(tmp_path, COUNT, MANY, more, EITHER, count={"rows": 3})
    run = graph.run()

    assert (run.state, graph.made) == (RunState.SUCCEEDED, ["count"])
    assert graph.states(run)["either"] == "skipped"


def test_a_condition_on_a_field_that_is_not_there_fails_the_run(tmp_path: Path) -> None:
    run = Graph(tmp_path, COUNT, MANY, count={"lines": 3}).run()

    assert run.state is RunState.FAILED
    assert run.error == (
        "the condition count.rows > 10 cannot be decided: the output has no 'rows'. "
        "Let the job answer it. It has: lines."
    )


def test_a_job_is_called_again_until_its_condition_holds(tmp_path: Path) -> None:
    states = iter(["starting", "running", "ready"])
    until = Until(timedelta(seconds=4), at_most=5, condition=OutputCondition.of("state = 'ready'"))
    graph = Graph(tmp_path, Job("wait", PYTHON, until=until), wait=lambda _: {"state": next(states)})
    run = graph.run()

    assert (run.state, graph.made) == (RunState.SUCCEEDED, ["wait"] * 3)
    record = graph.bench.job(run.run_id, "wait")
    assert record.output == {"state": "ready"}
    assert record.finished_at is not None
    assert record.finished_at - record.started_at == timedelta(seconds=8)


def test_one_that_is_called_too_often_fails(tmp_path: Path) -> None:
    until = Until(timedelta(seconds=4), at_most=5, condition=OutputCondition.of("state = 'ready'"))
    graph = Graph(tmp_path, Job("wait", PYTHON, until=until), wait={"state": "starting"})
    run = graph.run()

    assert (run.state, len(graph.made)) == (RunState.FAILED, 6)
    assert run.error.startswith("job wait was called again for 0:00:20: state = 'ready'.")


def test_a_job_is_made_for_each_item_and_gathers_what_they_answer(tmp_path: Path) -> None:
    days = ["2024-05-30", "2024-05-31", "2024-05-30"]
    gather = Job("gather", PYTHON, after=("each",))
    seen: list[Mapping[str, Any]] = []

    def gathered(context: JobContext) -> dict[str, Any]:
        seen.append(context.outputs["each"])
        return {}

    graph = Graph(
        tmp_path, COUNT, ITEMS, gather, count={"days": days}, each=lambda it: {"of": it.item}, gather=gathered
    )
    run = graph.run()

    assert run.state is RunState.SUCCEEDED
    assert graph.made == ["count", "each[2024-05-30]", "each[2024-05-31]", "gather"]
    assert [one["items"] for one in seen] == [
        {"2024-05-30": {"of": "2024-05-30"}, "2024-05-31": {"of": "2024-05-31"}},
    ]
    assert graph.bench.job(run.run_id, "each").rows == 2


def test_a_resumed_run_makes_the_items_that_are_left(tmp_path: Path) -> None:
    graph = Graph(tmp_path, COUNT, ITEMS, count={"days": ["a", "b", "c"]})
    whole = graph.bench.jobs[PYTHON]

    def body(context: JobContext) -> JobResult:
        if context.item == "b" and context.attempt == 1:
            raise JobError("not this time.")
        return whole(context)

    graph.bench.jobs[PYTHON] = body
    failed = graph.run()
    assert (failed.state, graph.made) == (RunState.FAILED, ["count", "each[a]"])

    resumed = graph.runner.resume(graph.workflow, failed.run_id)
    assert resumed.state is RunState.SUCCEEDED
    assert graph.made == ["count", "each[a]", "each[b]", "each[c]"]


def test_no_items_are_no_work(tmp_path: Path) -> None:
    graph = Graph(tmp_path, COUNT, ITEMS, count={"days": []})
    assert (graph.run().state, graph.made) == (RunState.SUCCEEDED, ["count"])


def test_items_that_are_no_list_of_texts_fail_the_run(tmp_path: Path) -> None:
    run = Graph(tmp_path, COUNT, ITEMS, count={"days": [1, 2]}).run()

    assert run.state is RunState.FAILED
    assert "job each is made for each of count.days, which is no list of texts" in run.error


def test_steps_can_be_called_in_any_order_that_the_graph_permits(tmp_path: Path) -> None:
    graph = Graph(tmp_path, COUNT, MANY, FEW, EITHER, ITEMS, count={"rows": 11, "days": ["a", "b"]})
    steps, run_id = graph.steps()

    assert graph.ready(run_id) == ["count"]
    with pytest.raises(UsageError, match="job either comes after few, which has not succeeded"):
        steps.step(run_id, "either")
    steps.step(run_id, "count")
    assert graph.ready(run_id) == ["many", "few", "each"]

    assert (steps.step(run_id, "each").output or {})[ITEMS_LEFT] == ["a", "b"]
    steps.step(run_id, "each", "b")
    assert (steps.step(run_id, "each").output or {})[ITEMS_LEFT] == ["a"]
    with pytest.raises(UnknownName, match="unknown item of job each 'z'"):
        steps.step(run_id, "each", "z")
    assert steps.step(run_id, "many").state is RunState.SUCCEEDED
    assert "either" in graph.ready(run_id), "one of the two is enough"
    assert steps.step(run_id, "either").state is RunState.SUCCEEDED
    assert steps.step(run_id, "few").state is RunState.SKIPPED
    steps.step(run_id, "each", "a")
    assert steps.step(run_id, "each").state is RunState.SUCCEEDED
    assert graph.ready(run_id) == []
    assert graph.made == ["count", "each[b]", "many", "either", "each[a]"]


def test_what_is_told_of_a_workflow_without_tables_has_no_word_of_readers(tmp_path: Path) -> None:
    def broken(_: JobContext) -> dict[str, Any]:
        raise JobError("the topic is gone.")

    graph = Graph(tmp_path, COUNT, count=broken)
    graph.workflow = replace(graph.workflow, notify=("success", "failure"))
    failed = graph.run()
    graph.answers["count"] = {}
    good = graph.run()

    [first, _, last] = [event.message for event in graph.bench.notifier.events]
    see = f"See millrace runs show {failed.run_id}"
    assert first == f"job count of run {failed.run_id} failed: the topic is gone. {see}"
    assert last == f"run {good.run_id} succeeded."
