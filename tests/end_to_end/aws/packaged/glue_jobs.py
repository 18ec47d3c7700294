"""The script of Glue jobs, with the zip of wheels and what Glue has, and nothing else: a process for each job."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO

from millrace.infra.packaging.artefacts import glue_script, glue_target, wheels_zip
from millrace.infra.packaging.distributions import PackageTarget
from millrace.infra.project.project import Project
from tests.doubles.lambda_runtime import linked_packages
from tests.end_to_end.aws.aws_jobs import STAGE
from tests.end_to_end.aws.packaged.functions import HERE, built
from tests.judges import SPARK_4
from tests.shipped import PIPELINES, PROJECT

# What Glue has besides Python's own library, of what is needed here.
PROVIDED = ("pyspark", "py4j", "boto3", "botocore", "jmespath", "s3transfer", "dateutil", "six")
# Python reaches nothing but this machine; Java, which fetches its connector for S3, does not read these.
NOWHERE = "http://127.0.0.1:9"
NO_NETWORK = {"HTTP_PROXY": NOWHERE, "HTTPS_PROXY": NOWHERE, "NO_PROXY": "127.0.0.1,localhost"}
JOBS = [job.name for job in PIPELINES.workflow("rainfall").in_order()]
_FORKING = """
import json, os, runpy, sys

import boto3
import millrace.athena_sql.engines.athena.engine
import millrace.glue_workflow.stores.aws.catalog
import millrace.glue_workflow.stores.aws.leases
import millrace.glue_workflow.stores.aws.runs
import millrace.infra.entrypoints.glue_job
import millrace.infra.project.workflows
import millrace.infra.runtime.executions
import millrace.pending.dynamo
import millrace.state.dynamo

while True:
    line = sys.stdin.readline()
    if not line:
        sys.exit()
    child = os.fork()
    if child == 0:
        break
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
given = json.loads(line)
log = os.open(given["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
os.dup2(log, 1)
os.dup2(log, 2)
os.environ.update(given["environ"])
sys.argv = given["arguments"]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@dataclass(frozen=True)
class GlueVersion:
    """What a version of Glue runs jobs on: a Python, and the folder of its packages, by default those of this one."""

    python: Path
    target: PackageTarget
    packages: Path | None = None


GLUE_5 = GlueVersion(Path(sys.executable), HERE)  # 5.1 has the Spark that the suite has
GLUE_6 = GlueVersion(SPARK_4 / "bin" / "python", glue_target("6.0"), SPARK_4 / "lib" / "python3.13" / "site-packages")


class GlueJobs:
    """What is deployed: the script, and the folder with the wheels, which pip installed as Glue does."""

    def __init__(self, folder: Path, script: Path, zip_file: bytes, version: GlueVersion = GLUE_5) -> None:
        self.python = version.python
        self.script, self.installed = script, folder / "installed"
        self.provided = linked_packages(folder / "provided", PROVIDED, version.packages)
        with zipfile.ZipFile(io.BytesIO(zip_file)) as archive:
            archive.extractall(folder)
        wheels = folder / "wheels"
        given = ("--no-index", "--find-links", wheels, "--requirement", wheels / "requirements.txt")
        pip = (self.python, "-m", "pip", "--isolated", "--disable-pip-version-check")
        options = ("--quiet", "--no-compile", "--target", self.installed)
        subprocess.run([*pip, "install", *options, *given], check=True, timeout=300)

    @classmethod
    def packaged(cls, folder: Path, version: GlueVersion = GLUE_5, project: Project = PROJECT) -> GlueJobs:
        return cls(folder, glue_script().write(folder), built(wheels_zip, version.target, project).content, version)

    def start(
        self,
        job: str,
        settings: dict[str, str],
        workflow: str = f"millrace_{STAGE}_rainfall",
        run_id: str = "wr_1",
        *,
        refines: str = "rainfall",
    ) -> subprocess.CompletedProcess[str]:
        """One job run of a Glue workflow's run, to its end. `refines`: Millrace's workflow."""
        return subprocess.run(
            [self.python, "-S", "-s", *self.arguments(job, settings, workflow, run_id, refines)],
            env=self.environ | credentials(settings),
            cwd=self.installed,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    @property
    def environ(self) -> dict[str, str]:
        """What a job's process has of an environment, apart from its credentials."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "JAVA_HOME") if name in os.environ}
        return kept | NO_NETWORK | {"PYTHONPATH": f"{self.installed}:{self.provided}", "PYTHONTZPATH": ""}

    def arguments(
        self, job: str, settings: dict[str, str], workflow: str, run_id: str, refines: str = "rainfall"
    ) -> list[str]:
        """The script, and what Glue hands to it."""
        named = {"--workflow": refines, "--job": job, "--WORKFLOW_NAME": workflow, "--WORKFLOW_RUN_ID": run_id}
        return self.with_arguments(job, named, settings)

    def with_arguments(self, name: str, given: Mapping[str, str], settings: dict[str, str]) -> list[str]:
        """The script of a job of this name, with the arguments that it is started with, and those of its definition."""
        of_job = {one: settings[one] for one in sorted(settings.keys() - credentials(settings).keys())}
        of_glue = {"--job-bookmark-option": "job-bookmark-disable", "--JOB_NAME": name}
        named = {**of_glue, **given, **{f"--{one}": value for one, value in of_job.items()}}
        return [str(self.script), *(part for pair in named.items() for part in pair)]


def credentials(settings: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in settings.items() if name.startswith("AWS_")}


class ForkedGlueJobs:
    """The same jobs, on Athena, for many processes: each is a fork of one that has imported what a job needs, and has
    done nothing else. It begins where a new one is after its imports, and dies alone.
    """

    def __init__(self, jobs: GlueJobs, log: Path) -> None:
        self._jobs, self._log = jobs, log
        self._forking = subprocess.Popen(
            [jobs.python, "-S", "-s", "-c", _FORKING],
            env=jobs.environ,
            cwd=jobs.installed,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> ForkedGlueJobs:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._forking.kill()
        self._forking.__exit__(kind, None, trace)

    def start(
        self, job: str, settings: dict[str, str], run_id: str, started: Callable[[Callable[[], None]], None]
    ) -> tuple[int, str]:
        """One job run, to its end: its exit code, negative where it was killed, and what it said. `started` is given
        what kills it.
        """
        return self.given(self._jobs.arguments(job, settings, "rainfall", run_id), settings, started)

    def given(
        self, arguments: Sequence[str], settings: dict[str, str], started: Callable[[Callable[[], None]], None]
    ) -> tuple[int, str]:
        """The script with these arguments, as `start`."""
        order = {"arguments": arguments, "environ": credentials(settings), "log": str(self._log)}
        _pipe(self._forking.stdin).write(json.dumps(order) + "\n")
        _pipe(self._forking.stdin).flush()
        started(partial(_kill, self._answer()))
        return self._answer(), self._log.read_text()

    def _answer(self) -> int:
        return int(_pipe(self._forking.stdout).readline())


def _kill(process: int) -> None:
    with suppress(ProcessLookupError):  # it is dead already
        os.kill(process, signal.SIGKILL)


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe
