"""The packaged function of the jobs, alone in a folder, in Lambda's runtime: the calls of runs, each in a new process.

The local endpoint stands for Athena; prod must have the rows of a local run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from millrace.infra.packaging.artefacts import BuiltArtefact, job_zip
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import EngineName, Settings
from tests.doubles.lambda_runtime import LambdaAnswer
from tests.end_to_end.aws.aws_jobs import (
    ONE_OR_ALL,
    SLOTS,
    STAGE,
    Evening,
    ledgers,
    on_athena,
    poll,
    prod,
    run_each,
)
from tests.end_to_end.aws.aws_lake import aws_lake, environment
from tests.end_to_end.aws.packaged.functions import PackagedFunction, built
from tests.shipped import PIPELINES

MOST_BYTES, MOST_UNPACKED = 8_000_000, 22_000_000
MOST_SECONDS = {"millrace.infra.entrypoints.job": 0.6, "millrace.service.tend": 0.9}
NOT_INSIDE = {"boto3", "botocore", "duckdb", "plotly", "rich", "typer"}
HANDLER = "millrace.infra.entrypoints.job.handler"


@pytest.fixture(scope="module")
def zip_file() -> BuiltArtefact:
    return built(job_zip)


@pytest.fixture(scope="module")
def function(zip_file: BuiltArtefact, tmp_path_factory: pytest.TempPathFactory) -> PackagedFunction:
    return PackagedFunction(zip_file, HANDLER, tmp_path_factory.mktemp("job"))


@pytest.fixture
def local(feeds: dict[str, str], names: tuple[str, ...], tmp_path: Path) -> tuple[dict[str, Any], list[Any]]:
    """Prod and the ledgers of a lake in a folder, after the same polls and runs."""
    with LocalRuntime(Settings(tmp_path / "local", "simulated", source_urls=feeds), clock=Evening()) as runtime:
        poll(runtime)
        runtime.stream.flush(everything=True)
        run_each(runtime, names)
        return prod(runtime, names), ledgers(runtime)


class Orchestrator:
    """Makes the calls of runs as a state machine does. `said` has the logs of the containers."""

    def __init__(self, function: PackagedFunction, environ: dict[str, str]) -> None:
        self.function, self.environ = function, environ
        self.said: list[str] = []

    def run(self, workflow: str) -> str:
        """The state of the run: each call in a new container for the taxis, all in one for the others."""
        if workflow == "taxi_availability":
            return self._run(workflow, self._in_a_new_one)
        with self.function.started(self.environ) as container:
            state = self._run(workflow, container.invoke)
            self.said.append(container.said)
            return state

    def _in_a_new_one(self, event: Mapping[str, Any]) -> LambdaAnswer:
        with self.function.started(self.environ) as container:
            answer = container.invoke(event)
            self.said.append(container.said)
            return answer

    def _run(self, workflow: str, invoke: Callable[[Mapping[str, Any]], LambdaAnswer]) -> str:
        of = {"workflow": workflow, "execution": f"arn:aws:states:eu-west-1:123456789012:execution:{workflow}:one"}
        begun = invoke({"call": "begin", **of})
        assert not begun.failed, begun.body
        run_id = begun.body["run_id"]
        for job in begun.body["jobs"]:
            step = invoke({"call": "step", "run_id": run_id, "job": job, **of})
            assert (step.failed, step.body.get("state")) == (False, "succeeded"), step.body
            if step.body["ends_run"]:
                break
        return str(invoke({"call": "end", "run_id": run_id, **of}).body["state"])


@pytest.mark.soak
@pytest.mark.parametrize("names", ONE_OR_ALL)
def test_the_runs_publish_what_a_local_run_publishes(
    function: PackagedFunction,
    feeds: dict[str, str],
    names: tuple[str, ...],
    local: tuple[dict[str, Any], list[Any]],
    tmp_path: Path,
) -> None:
    with aws_lake(tmp_path, feeds, Evening(), stage=STAGE) as deployed, on_athena(deployed) as lake:
        with lake.runtime() as runtime:
            poll(runtime)
        lake.double.deliver(everything=True)
        orchestrator = Orchestrator(function, environment(lake, EngineName.ATHENA))
        assert {name: orchestrator.run(name) for name in names} == dict.fromkeys(names, "succeeded")
        with lake.runtime() as runtime:
            assert prod(runtime, names) == local[0]
            assert ledgers(runtime) == local[1]
    lines = [json.loads(line) for said in orchestrator.said for line in said.splitlines() if "StepSeconds" in line]
    told = {(line["Workflow"], line["Job"]) for line in lines if line["StepSeconds"] > 0 and not line["StepsFailed"]}
    assert told == {(name, job.name) for name in names for job in PIPELINES.workflow(name).jobs}


def test_a_step_without_time_gives_up_while_the_failure_can_be_stored(
    function: PackagedFunction, feeds: dict[str, str], tmp_path: Path
) -> None:
    of = {"workflow": "rainfall", "execution": "A"}
    with aws_lake(tmp_path, feeds, Evening(), stage=STAGE) as deployed, on_athena(deployed) as lake:
        with lake.runtime() as runtime:
            poll(runtime, SLOTS[2:4])
        lake.double.deliver(everything=True)
        with function.started(environment(lake, EngineName.ATHENA)) as container:
            run_id = container.invoke({"call": "begin", **of}).body["run_id"]
            for job in ("crawl", "delete"):
                assert not container.invoke({"call": "step", "run_id": run_id, "job": job, **of}).failed
            late = container.invoke({"call": "step", "run_id": run_id, "job": "create_parquet", **of}, seconds=30)
            assert (late.failed, late.body["errorType"]) == (True, "JobTimeout"), late.body
            ended = container.invoke({"call": "end", "run_id": run_id, **of}).body
            assert ended["state"] == "failed"
            assert "ran until the end of its process" in ended["error"]


def test_the_zip_is_small_and_has_no_more_than_it_needs(zip_file: BuiltArtefact, function: PackagedFunction) -> None:
    assert len(zip_file.content) < MOST_BYTES, f"{len(zip_file.content):,} bytes"
    assert zip_file.unpacked < MOST_UNPACKED, f"{zip_file.unpacked:,} bytes"
    assert {path.name for path in function.task.iterdir()} & NOT_INSIDE == set()
    assert (function.task / "tzdata").is_dir()
    assert not (function.task / "millrace" / "dashboards").exists()


@pytest.mark.parametrize("module", MOST_SECONDS)
def test_a_cold_import_is_quick(function: PackagedFunction, module: str) -> None:
    assert function.cold_import(module, MOST_SECONDS[module]) < MOST_SECONDS[module]
