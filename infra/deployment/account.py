"""The account of a stage: who is asking, checked before anything else is asked, and clients in the stage's region."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from millrace.aws.calls import translated
from millrace.errors import UsageError
from millrace.infra.deployment.names import dashed, lake_bucket
from millrace.infra.deployment.stacks import CloudFormationStacks
from millrace.infra.runtime.aws_clients import AwsClients
from millrace.infra.stages.stage import Stage
from millrace.settings import AwsSettings


@dataclass(frozen=True)
class StageAccount:
    """Where a stage is deployed. `account`: its twelve digits. `stage`: with the lake's bucket by its whole name, since
    CloudFormation takes over a bucket that is there by a name without functions alone.
    """

    stage: Stage
    account: str
    clients: AwsClients

    @cached_property
    def stacks(self) -> CloudFormationStacks:
        removals = {self.stack: f"millrace destroy --stage {self.stage.name}"}
        return CloudFormationStacks(self.clients.client("cloudformation"), removals=removals)

    @property
    def stack(self) -> str:
        """The name of the stage's stack. CloudFormation begins names with it that nobody chose."""
        return dashed(self.stage)

    @property
    def bootstrap_stack(self) -> str:
        return f"{self.stack}-bootstrap"


def stage_account(stage: Stage, settings: AwsSettings) -> StageAccount:
    """Raises UsageError for credentials of another account than the stage's, and what a first call to AWS raises:
    SettingError without boto3 or credentials, ServiceRefused for expired or wrong ones, ServiceBusy.
    """
    clients = AwsClients(replace(settings, stage=stage.name, region=stage.region))
    client = clients.client("sts")
    with translated("sts", f"stage {stage.name}"):
        account: str = client.get_caller_identity()["Account"]
    if stage.account not in ("", account):
        raise UsageError(
            f"stage {stage.name} belongs to account {stage.account}, and the credentials are of {account}.",
            hint=f"Use credentials of {stage.account} (AWS_PROFILE), or correct account in {stage.file}.",
        )
    lake = replace(stage.lake, bucket=lake_bucket(stage, account))
    return StageAccount(replace(stage, lake=lake), account, clients)
