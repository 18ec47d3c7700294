"""The Glue jobs of a deployed stage, started here as Glue starts them: of script and wheels that the job itself names.

A job is one whole run (`jobs = "fused"`), on the Python of Glue 5.1. It asks the stage's Athena.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.end_to_end.aws.packaged.glue_jobs import GlueJobs
from tests.end_to_end.deployment.ministack import REGION
from tests.end_to_end.deployment.on_a_stage.live_stage import LiveStage

STAGE = '[workflow]\nglue_version = "5.1"\njobs = "fused"\n'


@dataclass
class DeployedJobs:
    """`folder`: in which what was deployed is installed, once for each name of wheels."""

    stage: LiveStage
    folder: Path
    _installed: dict[str, GlueJobs] = field(default_factory=dict)
    _runs: int = 0

    def start(self, workflow: str) -> subprocess.CompletedProcess[str]:
        """One run, to its end."""
        glue = self.stage.deployer.clients.glue
        triggers = [one for page in glue.get_paginator("get_triggers").paginate() for one in page["Triggers"]]
        actions: list[Any] = [action for one in triggers for action in one["Actions"]]
        [action] = [one for one in actions if one["Arguments"]["--workflow"] == workflow]
        job: Any = glue.get_job(JobName=action["JobName"])["Job"]
        given = job["DefaultArguments"]
        settings = {name[2:]: value for name, value in given.items() if name.startswith("--MILLRACE_")}
        self._runs += 1
        return self._jobs(job["Command"]["ScriptLocation"], given["--additional-python-modules"]).start(
            action["Arguments"]["--job"],
            {**settings, **self._around()},
            f"millrace_dev_{workflow}",
            f"wr_{self._runs}",
            refines=workflow,
        )

    def _jobs(self, script: str, wheels: str) -> GlueJobs:
        """Both are addresses of objects."""
        if wheels not in self._installed:
            folder = self.folder / f"installed-{len(self._installed)}"
            folder.mkdir()
            place = folder / script.rpartition("/")[2]
            place.write_bytes(self._object(script))
            self._installed[wheels] = GlueJobs(folder, place, self._object(wheels))
        return self._installed[wheels]

    def _object(self, address: str) -> bytes:
        bucket, _, key = address.removeprefix("s3://").partition("/")
        return self.stage.deployer.clients.s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    def _around(self) -> dict[str, str]:
        """What a job finds by itself in AWS: the region, its credentials, and the addresses of services."""
        given = self.stage.deployer.environ
        kept = {name: one for name, one in given.items() if name.startswith(("MILLRACE_AWS_ENDPOINT", "AWS_"))}
        home = {"MILLRACE_HOME": str(self.folder), "MILLRACE_FEED": "simulated", "MILLRACE_ENGINE": "athena"}
        return {**kept, **home, "MILLRACE_AWS_REGION": REGION}
