"""A deployed stage with all that data commands meet: MiniStack, Firehose's double, the local Athena, and a feed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from millrace.clock import SystemClock
from millrace.firehose.stream_definition import StreamDefinition
from millrace.infra.runtime.aws import AwsRuntime
from millrace.lake.s3 import S3Storage
from millrace.serving.http_server import Address
from millrace.settings import AwsSettings, Settings
from millrace.usecases.athena import serving_athena
from tests.doubles.firehose import FirehoseDouble
from tests.doubles.firehose_server import FirehoseServer
from tests.end_to_end.deployment.commands import Deployer, Ended
from tests.end_to_end.deployment.ministack import REGION
from tests.end_to_end.deployment.on_a_stage.workgroups import Workgroups, workgroups
from tests.end_to_end.feed import serving
from tests.end_to_end.project.bikes import answer

_STREAM = "millrace_dev_raw"
WRONG_MINUTE = 59  # at which the feed answers what is no snapshot


@dataclass(frozen=True)
class LiveStage:
    """`firehose` delivers when it is told to; `athena` knows the workgroup of each query."""

    deployer: Deployer
    firehose: FirehoseDouble
    athena: Workgroups

    def run(self, *arguments: str, **environ: str) -> Ended:
        """One command on the stage dev."""
        return self.deployer.run(*arguments, "--stage", "dev", **environ)

    def done(self, *arguments: str) -> Ended:
        """The same; it ends well."""
        ended = self.run(*arguments)
        assert ended.status == 0, ended.said
        return ended

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.done(*arguments, "--format", "json").out)
        return found

    def outputs(self, *names: str) -> list[str]:
        """Of the stage's stack."""
        found = {one["OutputKey"]: one["OutputValue"] for one in self.deployer.stack["Outputs"]}
        return [found[name] for name in names]

    def deliver(self) -> None:
        """What the stream holds; the service does it by itself."""
        assert self.firehose.deliver(everything=True)


@contextmanager
def live_stage(deployer: Deployer, folder: Path) -> Iterator[LiveStage]:
    """`deployer`: on the project of bikes, whose stage dev is deployed here. `folder`: of the local Athena."""
    deployer.done("bootstrap", "--stage", "dev", "--yes")
    deployer.done("deploy", "--stage", "dev", "--yes")
    with surroundings(deployer, folder) as found:
        yield found


@contextmanager
def surroundings(deployer: Deployer, folder: Path, project: Path | None = None) -> Iterator[LiveStage]:
    """What stands around a stage, before or after it is deployed. `project`: whose tables the local Athena knows, by
    default the deployer's.
    """
    firehose = _firehose(deployer)
    with (
        closing(FirehoseServer(firehose)) as server,
        serving(_answer, "at") as feed,
        AwsRuntime(_settings(deployer, folder, project), clients=deployer.clients) as runtime,
        serving_athena(runtime, Address()) as endpoint,
        workgroups(endpoint.url) as athena,
    ):
        environ: Mapping[str, str] = {
            **deployer.environ,
            "COLUMNS": "250",
            "MILLRACE_FEED": "simulated",
            "MILLRACE_SOURCE_BIKES_URL": feed,
            "MILLRACE_AWS_ENDPOINT_URL_FIREHOSE": server.url,
            "MILLRACE_AWS_ENDPOINT_URL_ATHENA": athena.url,
        }
        yield LiveStage(replace(deployer, environ=environ), firehose, athena)


def _answer(asked: datetime | None) -> tuple[int, bytes]:
    """Each answer about now has a row that is set aside: MiniStack knows no BatchDeletePartition, for a day without."""
    if asked is not None:
        return (200, b"<html>") if asked.minute == WRONG_MINUTE else answer(asked)
    now = datetime.now().astimezone()
    status, body = answer(now.replace(minute=0))
    return status, json.dumps({**json.loads(body), "at": now.isoformat()}).encode()


def _firehose(deployer: Deployer) -> FirehoseDouble:
    destination = StreamDefinition(_STREAM).destination(f"arn:aws:s3:::{deployer.lake}", "arn:aws:iam::1:role/raw")
    return FirehoseDouble(_STREAM, destination, S3Storage(deployer.clients.s3, deployer.lake, ""), SystemClock())


def _settings(deployer: Deployer, folder: Path, project: Path | None) -> Settings:
    names = AwsSettings(region=REGION, bucket=deployer.lake, endpoint_url=deployer.environ["MILLRACE_AWS_ENDPOINT_URL"])
    return Settings(folder, runtime="aws", aws=names, project=project or deployer.root)
