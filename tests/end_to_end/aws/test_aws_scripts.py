"""A table that a script makes in plain Python, on AWS: read from Athena, kept in S3, written and read by Athena."""

from __future__ import annotations

from pathlib import Path

from millrace.infra.project.project import Project
from millrace.infra.runtime.aws_clients import AwsClients
from millrace.serving.http_server import Address
from millrace.settings import EngineName
from millrace.usecases.athena import serving_athena
from millrace.usecases.polls import poll_once
from millrace.usecases.queries import run_query
from millrace.usecases.runs import run_workflow
from tests.end_to_end.aws.aws_jobs import Evening
from tests.end_to_end.aws.aws_lake import KEYS, AwsLake, TimelessRuntime, aws_lake
from tests.end_to_end.feed import serving
from tests.end_to_end.project.bikes import answer, write_project
from tests.end_to_end.project.scripts import PLAIN, add_scripts

FULL = [("north", 0.2), ("north", 0.3), ("south", 0.5), ("south", 0.5)]


def opened(lake: AwsLake, project: Project) -> TimelessRuntime:
    clients = AwsClients(lake.settings.aws, KEYS)
    return TimelessRuntime(lake.settings, clients=clients, clock=lake.clock, project=project)


def test_athena_builds_what_a_script_in_plain_python_gives(tmp_path: Path) -> None:
    root = write_project(tmp_path / "bikes")
    add_scripts(root, fullness=PLAIN)
    project = Project.find(root)
    with (
        serving(answer, parameter="at") as url,
        aws_lake(tmp_path / "home", {"bikes": url}, Evening()) as deployed,
        opened(deployed, project) as served,
        serving_athena(served, Address()) as server,
        opened(deployed.with_athena(server.url), project) as runtime,
    ):
        for minute in ("04", "06"):
            assert poll_once(runtime, "bikes", f"2024-05-30T12:{minute}").delivered
        deployed.double.deliver(everything=True)
        run = run_workflow(runtime, "bikes", [], full=False, progress=lambda _: None, engine=EngineName.ATHENA)
        assert run.state == "succeeded", run.error
        assert run.bytes_scanned, "by Athena"
        found = run_query(runtime, "SELECT station, share FROM prod.fullness ORDER BY station, observed_at").rows
        assert found == FULL
        origin = run_query(runtime, "SELECT DISTINCT run_id FROM prod.fullness").rows
        assert origin == [(run.run_id,)]
        left = [one.key for one in runtime.storage.list("prod/fullness/") if ".rows/" in one.key]
        assert left == []
