"""The names of what a stage has in an account, where they are known before anything is made."""

from __future__ import annotations

from dataclasses import replace

from millrace.infra.stages.stage import LakeOptions, Stage


def dashed(stage: Stage) -> str:
    """What names of the stage begin with; also the name of its stack."""
    return f"millrace-{stage.name}"


def artefact_bucket(stage: Stage, account: str) -> str:
    """Without functions, so that CloudFormation takes over a bucket that is there."""
    return f"{dashed(stage)}-artefacts-{account}-{stage.region}"


def lake_bucket(stage: Stage, account: str) -> str:
    """Without functions, as that of the artefacts."""
    return stage.lake.bucket or f"{dashed(stage)}-lake-{account}-{stage.region}"


def is_of_stage(bucket: str, stage: Stage, account: str) -> bool:
    """Whether a bucket's name alone says that it was made for the stage."""
    return bucket in (artefact_bucket(stage, account), lake_bucket(replace(stage, lake=LakeOptions()), account))


def boundary(stage: Stage) -> str:
    """Of the policy that is the execution role's boundary."""
    return f"{dashed(stage)}-boundary"
