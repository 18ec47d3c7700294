"""The script of Glue jobs, with the zip of wheels and what Glue has, and nothing else: a process for each job."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from millrace.infra.packaging.artefacts import glue_script, wheels_zip
from tests.doubles.lambda_runtime import linked_packages
from tests.end_to_end.aws.packaged.functions import built
from tests.shipped import PIPELINES

# What Glue has besides Python's own library, of what is needed here.
PROVIDED = ("pyspark", "py4j", "boto3", "botocore", "jmespath", "s3transfer", "dateutil", "six")
JOBS = [job.name for job in PIPELINES.workflow("rainfall").in_order()]


class GlueJobs:
    """What is deployed: the script, and the folder with the wheels, which pip installed as Glue does."""

    def __init__(self, folder: Path) -> None:
        self.script = glue_script().write(folder)
        self.installed, self.provided = folder / "installed", linked_packages(folder / "provided", PROVIDED)
        with zipfile.ZipFile(io.BytesIO(built(wheels_zip).content)) as archive:
            archive.extractall(folder)
        wheels = folder / "wheels"
        given = ("--no-index", "--find-links", wheels, "--requirement", wheels / "requirements.txt")
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-compile")
        subprocess.run([*pip, *given, "--target", self.installed], check=True, timeout=300)

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
        return subprocess.Popen(
            [sys.executable, "-S", "-s", *arguments],
            env={**kept, **credentials, "PYTHONPATH": f"{self.installed}:{self.provided}", "PYTHONTZPATH": ""},
            cwd=self.installed,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
