"""The real commands of deployments, in processes of their own, on a small project in an account of MiniStack."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from millrace.infra.project.project import Project
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.aws_clients import AwsClients
from millrace.settings import Settings
from tests.end_to_end.deployment.ministack import REGION, Stripping, clients_at
from tests.unit.infra.project.project_files import BIKES, project

_SECONDS = 120
_NO_WHEELS = "pip has no wheel"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    said: str


@dataclass(frozen=True)
class Deployer:
    """`root`: the project. `cloudformation`: what stands before MiniStack's."""

    root: Path
    account: str
    clients: AwsClients
    cloudformation: Stripping
    environ: Mapping[str, str]

    @classmethod
    def of(cls, root: Path, url: str, account: str, stripping: Stripping, files: Mapping[str, str] = BIKES) -> Deployer:
        project(root, files)
        environ = {name: one for name, one in os.environ.items() if not name.startswith(("AWS_", "MILLRACE_"))}
        environ |= {"AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "testing"}
        environ |= {
            "MILLRACE_AWS_ENDPOINT_URL": url,
            "MILLRACE_AWS_ENDPOINT_URL_CLOUDFORMATION": stripping.url,
        }
        made = cls(root, account, clients_at(url, account), stripping, environ)
        made.write_stage()
        return made

    @property
    def stack(self) -> Any:
        """CloudFormation's description of the stage's stack."""
        return self.clients.client("cloudformation").describe_stacks(StackName="millrace-dev")["Stacks"][0]

    @property
    def role(self) -> str:
        """The name of the execution role."""
        found = self.clients.client("cloudformation").describe_stack_resource(
            StackName="millrace-dev-bootstrap", LogicalResourceId="ExecutionRole"
        )
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    @property
    def lake(self) -> str:
        return f"millrace-dev-lake-{self.account}-{REGION}"

    @property
    def artefacts(self) -> str:
        return f"millrace-dev-artefacts-{self.account}-{REGION}"

    def runtime(self) -> AwsRuntime:
        """The lake of the stage dev."""
        aws = replace(self.clients.settings, stage="dev", bucket=self.lake)
        settings = Settings(Path(), runtime="aws", aws=aws)
        return AwsRuntime(settings, clients=self.clients, project=Project.find(self.root))

    def proposed(self) -> list[str]:
        """The change sets of the stack that wait to be executed."""
        found = self.clients.client("cloudformation").list_change_sets(StackName="millrace-dev")["Summaries"]
        return [one["ChangeSetName"] for one in found if one["ExecutionStatus"] == "AVAILABLE"]

    def redeploy(self, template: Mapping[str, Any]) -> None:
        """Another template for the stack, by no command of Millrace's."""
        self.clients.s3.put_object(Bucket=self.artefacts, Key="by-hand.json", Body=json.dumps(template).encode())
        client = self.clients.client("cloudformation")
        given = {"ParameterKey": "ArtefactsBucket", "ParameterValue": self.artefacts}
        client.update_stack(
            StackName="millrace-dev",
            TemplateURL=f"{self.clients.s3.meta.endpoint_url}/{self.artefacts}/by-hand.json",
            Parameters=[given],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        client.get_waiter("stack_update_complete").wait(StackName="millrace-dev", WaiterConfig={"Delay": 1})

    def write_stage(self, text: str = "") -> None:
        """The stage dev, without an orchestrator where the text says nothing of one: that is built sooner."""
        folder = self.root / "stages"
        folder.mkdir(exist_ok=True)
        own = text if "[workflow]" in text else f'{text}\n[workflow]\norchestrator = "none"\n'
        (folder / "dev.toml").write_text(f'region = "{REGION}"\n{own}')

    def run(self, *arguments: str, **environ: str) -> Ended:
        """One command; the test is skipped where the wheels of what is packaged cannot be had."""
        done = subprocess.run(
            [sys.executable, "-m", "millrace", *arguments],
            cwd=self.root,
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
        return _ended(done.returncode, done.stdout, done.stderr)

    def typed(self, text: str, *arguments: str) -> Ended:
        """One command at a terminal at which this is typed; all that stands there then is in `said`."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "millrace", *arguments],
            cwd=self.root,
            env={**self.environ, "COLUMNS": "200"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        os.write(ours, f"{text}\n".encode())
        said = b""
        while True:
            try:
                said += os.read(ours, 4096)
            except OSError:  # the terminal's other end is closed
                break
        os.close(ours)
        return _ended(process.wait(_SECONDS), "", said.decode())

    def done(self, *arguments: str) -> Ended:
        """One command that ends well."""
        ended = self.run(*arguments)
        assert ended.status == 0, ended.said
        return ended

    def changes(self) -> dict[str, dict[str, str]]:
        """What `millrace diff` says, by resource."""
        rows = json.loads(self.done("diff", "--stage", "dev", "--format", "json").out)
        return {one["resource"]: one for one in rows}


def uploaded(ended: Ended) -> list[str]:
    """The artefacts that a deployment uploaded, without their hashes."""
    return re.findall(r"^uploaded (\w+)-[0-9a-f]{32}", ended.said, re.MULTILINE)


def _ended(status: int, out: str, said: str) -> Ended:
    if _NO_WHEELS in said and not os.environ.get("CI"):
        pytest.skip(f"the wheels of what is packaged cannot be had: {said}")
    return Ended(status, out, said)
