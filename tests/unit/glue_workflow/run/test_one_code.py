"""A run is made by one code: a step of another is refused, and a resume by another makes all steps again."""

from __future__ import annotations

from pathlib import Path

import pytest

from millrace.errors import JobError, RetryLater
from millrace.glue_workflow.ports import RunCode, RunState
from millrace.glue_workflow.run.begin import RunStart
from millrace.glue_workflow.run.end import end
from millrace.glue_workflow.run.step import RunStep
from millrace.glue_workflow.run_request import RunRequest
from tests.unit.glue_workflow.run.runner_bench import JOB_NAMES, RunnerBench, failing


@pytest.fixture
def bench(tmp_path: Path) -> RunnerBench:
    one = RunnerBench(tmp_path)
    one.release = "1a2b3c"
    return one


def test_the_record_of_a_run_has_its_code(bench: RunnerBench) -> None:
    run = bench.runner.run(bench.workflow)

    kept = bench.store.run(run.run_id)
    assert kept.code == RunCode(kept.code_version, "1a2b3c")
    assert kept.code_version.startswith("test+")
    assert str(kept.code) == f"{kept.code_version} of release 1a2b3c"


@pytest.mark.parametrize(("package", "release"), [("test", "4d5e6f"), ("later", "1a2b3c")])
def test_a_step_by_other_code_is_refused_and_one_that_is_done_is_not_made_again(
    bench: RunnerBench, package: str, release: str
) -> None:
    before = bench.runner.services
    run = RunStart(before, bench.workflow).begin(RunRequest())
    first = RunStep(before, bench.workflow, jobs=bench.jobs).step(run.run_id, JOB_NAMES[0])
    bench.package, bench.release = package, release
    deployed = RunStep(bench.runner.services, bench.workflow, jobs=bench.jobs)

    assert deployed.step(run.run_id, JOB_NAMES[0]) == first
    with pytest.raises(
        RetryLater, match=rf"run {run.run_id} was begun by test\+.* of release 1a2b3c, and this process"
    ):
        deployed.step(run.run_id, JOB_NAMES[1])

    assert bench.ran == [JOB_NAMES[0]]
    assert [one.job for one in bench.store.jobs(run.run_id)] == [JOB_NAMES[0]], "the step has not begun"
    assert RunStep(before, bench.workflow, jobs=bench.jobs).step(run.run_id, JOB_NAMES[1]).state == "succeeded"


def test_a_resume_by_other_code_makes_all_steps_again(bench: RunnerBench) -> None:
    prod = bench.jobs["prod"]
    bench.jobs["prod"] = failing(2, JobError("it broke"), prod)
    failed = bench.runner.run(bench.workflow)
    bench.release = "4d5e6f"
    bench.ran.clear()

    again = bench.runner.resume(bench.workflow, failed.run_id)
    assert (again.state, again.attempt, again.counts_from, again.release) == (RunState.FAILED, 2, 2, "4d5e6f")
    assert tuple(bench.ran) == JOB_NAMES[:-1]

    bench.ran.clear()
    done = bench.runner.resume(bench.workflow, failed.run_id)
    assert (done.state, done.attempt, done.counts_from) == (RunState.SUCCEEDED, 3, 2)
    assert bench.ran == ["prod"], "what the same code has made counts"
    assert bench.job(done.run_id, "prod").output == {"by": "prod", "before": sorted(JOB_NAMES[:-1])}


def test_a_resume_by_other_code_has_not_succeeded_by_the_steps_of_the_code_before(bench: RunnerBench) -> None:
    """The first attempt died before its end, and the second one before its first job."""
    before = bench.runner.services
    run = RunStart(before, bench.workflow).begin(RunRequest())
    for job in JOB_NAMES:
        RunStep(before, bench.workflow, jobs=bench.jobs).step(run.run_id, job)
    bench.release = "4d5e6f"
    deployed = bench.runner.services
    RunStart(deployed, bench.workflow).begin_again(run.run_id)

    ended = end(deployed, bench.workflow, run.run_id)

    assert (ended.state, ended.error) == (RunState.INTERRUPTED, f"it was ended before its job {JOB_NAMES[0]}")
