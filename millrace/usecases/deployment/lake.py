"""The lake of a deployed stage: how commands on this machine find it."""

from __future__ import annotations

from millrace.infra.project.project import Project
from millrace.settings import Settings
from millrace.usecases.deployment.bootstrap import account_of


def settings_of_stage(stage: str, here: Settings) -> Settings:
    """The settings of this machine, with those of the stage's lake in their place.

    Raises as `account_of` does, UsageError where nothing is deployed, ServiceRefused for a stack that does not work,
    RetryLater while something changes it.
    """
    from millrace.infra.deployment.deployed.lake import lake_settings

    return lake_settings(account_of(Project.find(here.project), stage, here.aws), here)
