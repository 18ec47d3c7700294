"""The lake of a stage as a deployment reaches it: by the stage's names, whether or not its stack is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from millrace.infra.runtime.aws import AwsRuntime
from millrace.settings import Settings

if TYPE_CHECKING:
    from millrace.infra.deployment.account import StageAccount
    from millrace.infra.project.project import Project


def stage_lake(at: StageAccount, project: Project | None = None) -> AwsRuntime:
    """`project`: whose tables and workflows it has."""
    aws = replace(at.clients.settings, stage=at.stage.name, bucket=at.stage.lake.bucket, prefix="", table="")
    return AwsRuntime(Settings(Path(), runtime="aws", aws=aws), clients=at.clients, project=project)
