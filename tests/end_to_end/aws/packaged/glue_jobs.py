"""The script of Glue jobs, with the zip of wheels and what Glue has, and nothing else: a process for each job."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from millrace.infra.packaging.artefacts import glue_script, glue_target, wheels_zip
from millrace.infra.packaging.distributions import PackageTarget
from tests.doubles.lambda_runtime import linked_packages
from tests.end_to_end.aws.packaged.functions import HERE, built
from tests.judges import SPARK_4
from tests.shipped import PIPELINES

# What Glue has besides Python's own library, of what is needed here.
PROVIDED = ("pyspark", "py4j", "boto3", "botocore", "jmespath", "s3transfer", "dateutil", "six")
# Python reaches nothing but this machine; Java, which fetches its connector for S3, does not read these.
NOWHERE = "http://127.0.0.1:9"
NO_NETWORK = {"HTTP_PROXY": NOWHERE, "HTTPS_PROXY": NOWHERE, "NO_PROXY": "127.0.0.1,localhost"}
JOBS = [job.name for job in PIPELINES.workflow("rainfall").in_order()]


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

    def __init__(self, folder: Path, version: GlueVersion = GLUE_5) -> None:
        self._python = version.python
        self.script, self.installed = glue_script().write(folder), folder / "installed"
        self.provided = linked_packages(folder / "provided", PROVIDED, version.packages)
        with zipfile.ZipFile(io.BytesIO(built(wheels_zip, version.target).content)) as archive:
            archive.extractall(folder)
        wheels = folder / "wheels"
        given = ("--no-index", "--find-links", wheels, "--requirement", wheels / "requirements.txt")
        pip = (self._python, "-m", "pip", "--isolated", "--disable-pip-version-check")
        options = ("--quiet", "--no-compile", "--target", self.installed)
        subprocess.run([*pip, "install", *options, *given], check=True, timeout=300)

    def start(
        self, job: str, settings: dict[str, str], workflow: str = "rainfall", run_id: str = "wr_1"
    ) -> subprocess.CompletedProcess[str]:
        """One job run of a Glue workflow's run, to its end."""
        with self.process(job, settings, workflow, run_id) as process:
            try:
                told, trouble = process.communicate(timeout=600)
            except BaseException:
                process.kill()
                raise
        return subprocess.CompletedProcess(process.args, process.returncode, told, trouble)

    def process(self, job: str, settings: dict[str, str], workflow: str, run_id: str) -> subprocess.Popen[str]:
        """One that has been started."""
        credentials = {name: value for name, value in settings.items() if name.startswith("AWS_")}
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "JAVA_HOME") if name in os.environ}
        arguments: Sequence[str | Path] = [
            self.script,
            *("--workflow", "rainfall", "--job", job, "--job-bookmark-option", "job-bookmark-disable"),
            *("--JOB_NAME", job, "--WORKFLOW_NAME", workflow, "--WORKFLOW_RUN_ID", run_id),
            *(part for name, value in settings.items() if name not in credentials for part in (f"--{name}", value)),
        ]
        paths = {"PYTHONPATH": f"{self.installed}:{self.provided}", "PYTHONTZPATH": ""}
        return subprocess.Popen(
            [self._python, "-S", "-s", *arguments],
            env={**kept, **credentials, **NO_NETWORK, **paths},
            cwd=self.installed,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
