"""The scenarios of `test_graphs`, on a lake on AWS: each task is what is packaged, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import pytest

from millrace.glue_workflow.compilers.glue_triggers import GlueTriggers
from millrace.glue_workflow.compilers.step_functions import StepFunctions
from millrace.glue_workflow.ports import RunRecord
from millrace.glue_workflow.routing.eventbridge import GLUE_JOB_CHANGED
from millrace.glue_workflow.routing.glue_jobs import CALL
from millrace.glue_workflow.routing.ports import RoutedCall
from millrace.infra.judges.references import resolved
from millrace.infra.packaging.artefacts import job_zip
from millrace.infra.project.project import Project
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.base import Runtime
from millrace.infra.runtime.local import LocalRuntime
from millrace.infra.stack.deployment import Deployment, StackDefinitions
from millrace.infra.stack.template import synthesise
from millrace.service.tend import LambdaDuties
from millrace.settings import EngineName, Settings
from tests.contracts import aws
from tests.contracts.stack.templates import ARTEFACTS, STAGED, of_type
from tests.end_to_end.aws.aws_jobs import STAGE, Evening
from tests.end_to_end.aws.aws_lake import AwsLake, aws_lake, environment
from tests.end_to_end.aws.orchestrators.event_chain import DeliveredBy, RoutedTemplate
from tests.end_to_end.aws.orchestrators.event_driven import BY_EVENTS, event_driven
from tests.end_to_end.aws.orchestrators.glue_triggers import GlueRun
from tests.end_to_end.aws.orchestrators.graph_project import HEAD, STEP
from tests.end_to_end.aws.orchestrators.job_containers import JobContainers
from tests.end_to_end.aws.orchestrators.orchestrators import INTERPRETERS
from tests.end_to_end.aws.orchestrators.state_machines import CalledServices
from tests.end_to_end.aws.orchestrators.test_graphs import CASES, SCENARIOS, Scenario
from tests.end_to_end.aws.orchestrators.trouble import Trouble
from tests.end_to_end.aws.packaged.functions import HERE, PackagedFunction, built
from tests.end_to_end.aws.packaged.glue_jobs import ForkedGlueJobs, GlueJobs

pytestmark = pytest.mark.soak  # builds zips of its own, and starts some hundred processes
KEY = "2024-05-30T16:00:00Z"


def workflow_of(name: str) -> str:
    """The name of the workflow of a scenario."""
    return name.replace(" ", "_")


@dataclass(frozen=True)
class PackagedGraphs:
    """A project with a workflow for each scenario, and what is packaged of it."""

    project: Project
    folder: Path
    jobs: PackagedFunction
    script: GlueJobs
    forked: ForkedGlueJobs

    def template(self) -> RoutedTemplate:
        """Of a stage whose runs are driven by events."""
        deployment = Deployment(STAGED[BY_EVENTS], StackDefinitions.of(self.project), ARTEFACTS)
        return RoutedTemplate(resolved(dict(synthesise(deployment).content)))


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PackagedGraphs]:
    folder = tmp_path_factory.mktemp("graphs")
    project = folder / "project"
    files = {"millrace.toml": "", "jobs/step.py": STEP}
    for name, scenario in SCENARIOS.items():
        files[f"workflows/{workflow_of(name)}.toml"] = HEAD + "\n".join(scenario.jobs)
    for place, text in files.items():
        (project / place).parent.mkdir(parents=True, exist_ok=True)
        (project / place).write_text(text)
    found = Project.find(project)
    jobs = PackagedFunction(built(job_zip, HERE, found), "millrace.infra.entrypoints.job.handler", folder / "job")
    (folder / "glue").mkdir()
    script = GlueJobs.packaged(folder / "glue", project=found)
    with ForkedGlueJobs(script, folder / "job.log") as forked:
        yield PackagedGraphs(found, project, jobs, script, forked)


@dataclass
class GraphOnAws:
    """One workflow of the project on a lake. `on_glue`: the jobs and items that a job of Glue made."""

    graphs: PackagedGraphs
    lake: AwsLake
    workflow: str
    on_glue: list[str] = field(default_factory=list)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)  # of what is forked

    def runtime(self) -> AwsRuntime:
        return self.lake.runtime()

    def on_glue_by(self, arguments: Mapping[str, str], lake: AwsLake | None = None) -> tuple[str, str]:
        """The state of a run of a job of Glue, and why it failed."""
        settings = environment(lake or self.lake, EngineName.ATHENA)
        given = self.graphs.script.with_arguments(arguments["--job"], arguments, settings)
        with self._one_at_a_time:
            code, log = self.graphs.forked.given(given, settings, lambda kill: None)
        return ("FAILED", log[-2000:]) if code else ("SUCCEEDED", "")


def by_command(graph: GraphOnAws, home: Path) -> Runtime:
    """`millrace run`, in a folder: the runner has one process."""
    command = (sys.executable, "-m", "millrace", "run", graph.workflow, "--home", str(home))
    environ = {"PATH": "/usr/bin:/bin", "MILLRACE_PROJECT": str(graph.graphs.folder), "PYTHONPATH": ":".join(sys.path)}
    subprocess.run(command, env=environ, check=False, capture_output=True, timeout=300)
    return LocalRuntime(Settings(home=home, project=graph.graphs.folder))


def by_state_machine(interpreter: str) -> Callable[[GraphOnAws, Path], Runtime]:
    def start(graph: GraphOnAws, home: Path) -> Runtime:
        compiled = StepFunctions(told_by_end=True).compile(graph.graphs.project.pipelines.workflow(graph.workflow))

        def glue_job(_: str, arguments: Mapping[str, str]) -> tuple[str, str]:
            graph.on_glue.append(arguments["--job"] + arguments.get("--item", ""))
            return graph.on_glue_by(arguments)

        with (
            closing(JobContainers(graph.graphs.jobs, graph.lake, Trouble())) as containers,
            INTERPRETERS[interpreter](CalledServices(containers, glue_job=glue_job)) as machines,
        ):
            machines.ended(machines.started(compiled, {"key": KEY}))
        return graph.runtime()

    return start


def by_glue(graph: GraphOnAws, home: Path) -> Runtime:
    triggers = GlueTriggers().compile(graph.graphs.project.pipelines.workflow(graph.workflow))["Triggers"]
    # Glue's own workflow, whose run has no properties here: it is its run that names the run.
    of_glue = {"--WORKFLOW_NAME": graph.workflow, "--WORKFLOW_RUN_ID": "wr_1"}
    aws.clients().glue.create_workflow(Name=graph.workflow)
    GlueRun(triggers, lambda action: graph.on_glue_by({**of_glue, **action["Arguments"]})[0]).run()
    aws.clients().glue.delete_workflow(Name=graph.workflow)
    with graph.runtime() as runtime:
        LambdaDuties(runtime, lambda _: None).tend({"duty": "runs"}, lambda: 900.0)
    return graph.runtime()


def by_events(graph: GraphOnAws, home: Path) -> Runtime:
    template, glue = graph.graphs.template(), aws.clients().glue
    names = [one["Name"] for one in of_type(template.resources, "Glue::Job").values()]
    for name in names:
        glue.create_job(Name=name, Role="r", Command={"Name": "glueetl", "ScriptLocation": "s3://b/k"})
    made = Counter[str]()
    with event_driven(graph.lake, Trouble(), graph.graphs.jobs, DeliveredBy(), template) as driven:
        driven.chain.ask({"workflow": graph.workflow, "start": {"key": KEY}})
        driven.chain.settle()
        while started := [run for name in names for run in glue.get_job_runs(JobName=name)["JobRuns"][made[name] :]]:
            for run in started:
                made[run["JobName"]] += 1
                graph.on_glue.append(_job_and_item(run["Arguments"][CALL]))
                state, _why = graph.on_glue_by(run["Arguments"], driven.lake)
                detail = {"jobName": run["JobName"], "jobRunId": run["Id"], "state": state}
                driven.chain.put({"source": "aws.glue", "detail-type": GLUE_JOB_CHANGED, "detail": detail})
            driven.chain.settle()
    for name in names:
        glue.delete_job(JobName=name)
    return graph.runtime()


def _job_and_item(call: str) -> str:
    found = msgspec.json.decode(call, type=RoutedCall)
    return found.job + found.item


ORCHESTRATED: Mapping[str, Callable[[GraphOnAws, Path], Runtime]] = {
    "local": by_command,
    "npm": by_state_machine("npm"),
    "moto": by_state_machine("moto"),
    "glue": by_glue,
    "events": by_events,
}


@pytest.mark.parametrize(("on", "name"), CASES)
def test_a_graph_is_made_the_same_by_processes(graphs: PackagedGraphs, tmp_path: Path, on: str, name: str) -> None:
    scenario = SCENARIOS[name]
    with aws_lake(tmp_path / "home", {}, Evening(), stage=STAGE) as made:
        lake = replace(made, settings=replace(made.settings, project=graphs.folder))
        graph = GraphOnAws(graphs, lake, workflow_of(name))

        with ORCHESTRATED[on](graph, tmp_path / "lake") as runtime:
            look(runtime, graph.workflow, scenario)

    if on in ("npm", "moto", "events"):
        assert tuple(sorted(graph.on_glue)) == scenario.glue_jobs


def look(runtime: Runtime, workflow: str, scenario: Scenario) -> None:
    """The run ended as it has to, and each job was made as often."""
    run: RunRecord = runtime.runs.runs(workflow, limit=1)[0]
    states = {one.job: str(one.state) for one in runtime.runs.jobs(run.run_id)}
    assert (str(run.state), states) == (scenario.run, scenario.states), run.error
    assert scenario.error in run.error
    if scenario.made:
        calls = sorted(found.key.removeprefix("made/") for found in runtime.storage.list("made/"))
        assert tuple(calls) == scenario.made
