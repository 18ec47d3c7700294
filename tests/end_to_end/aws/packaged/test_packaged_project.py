"""A project outside the checkout, packaged beside Millrace: polled and refined in Lambda's runtime."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from millrace.infra.packaging.artefacts import job_zip, poll_zip
from millrace.infra.project.project import Project
from millrace.serving.http_server import Address
from millrace.settings import EngineName
from millrace.usecases.athena import serving_athena
from millrace.usecases.queries import run_query
from tests.end_to_end.aws.aws_jobs import STAGE, Evening
from tests.end_to_end.aws.aws_lake import aws_lake, environment
from tests.end_to_end.aws.packaged.functions import HERE, PackagedFunction, built
from tests.end_to_end.aws.test_aws_scripts import opened
from tests.end_to_end.feed import serving
from tests.end_to_end.project.bikes import write_project

HANDLERS = "millrace.infra.entrypoints"


def test_a_project_of_one_s_own_is_polled_and_refined(tmp_path: Path) -> None:
    root = write_project(tmp_path / "bikes")
    (root / "lib").mkdir()
    (root / "lib" / "words.py").write_text("NOTE = 'beside'\n")
    source = root / "sources" / "bikes.py"
    source.write_text(f"import words\n{source.read_text()}\nassert words.NOTE == 'beside'\n")
    project, now = Project.find(root), datetime.now(UTC).replace(microsecond=0)
    feed = {"at": now.isoformat(), "stations": [{"id": "north", "bikes": 3}, {"id": "south", "bikes": 4}]}
    polls = PackagedFunction(built(poll_zip, HERE, project), f"{HANDLERS}.poll.handler", tmp_path / "poll")
    jobs = PackagedFunction(built(job_zip, HERE, project), f"{HANDLERS}.job.handler", tmp_path / "job")
    with (
        serving(lambda _: (200, json.dumps(feed).encode()), parameter="at") as url,
        aws_lake(tmp_path / "home", {"bikes": url}, Evening(), stage=STAGE) as deployed,
        opened(deployed, project) as served,
        serving_athena(served, Address()) as server,
    ):
        lake = deployed.with_athena(server.url)
        with polls.started(environment(lake, EngineName.ATHENA)) as container:
            event = {"source": "bikes", "scheduled_time": f"{now:%Y-%m-%dT%H:%M:%SZ}"}
            assert container.invoke(event).body["outcome"] == "delivered", container.said
        lake.double.deliver(everything=True)
        of = {"workflow": "bikes", "execution": "A"}
        with jobs.started(environment(lake, EngineName.ATHENA)) as container:
            begun = container.invoke({"call": "begin", **of}).body
            for job in begun["jobs"]:
                step = container.invoke({"call": "step", "run_id": begun["run_id"], "job": job, **of})
                assert not step.failed, step.body
            assert container.invoke({"call": "end", "run_id": begun["run_id"], **of}).body["state"] == "succeeded"
        with opened(lake, project) as runtime:
            assert run_query(runtime, "SELECT bikes FROM prod.bikes").rows == [(7,)]
