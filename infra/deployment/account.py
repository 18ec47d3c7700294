"""The account of a stage: who is asking, checked before anything else is asked, and clients in the stage's region."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from millrace.aws.calls import translated
from millrace.errors import UsageError
from millrace.infra.deployment.names import dashed, lake_bucket
from millrace.infra.deployment.outcomes import DeployedStack, require_works
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
        return CloudFormationStacks(self.clients.client("cloudformation"), removals={self.stack: self._removal})

    @property
    def _removal(self) -> str:
        """The command that deletes the stage's stack."""
        return f"millrace destroy --stage {self.stage.name}"

    @property
    def stack(self) -> str:
        """The name of the stage's stack. CloudFormation begins names with it that nobody chose."""
        return dashed(self.stage)

    @property
    def bootstrap_stack(self) -> str:
        return f"{self.stack}-bootstrap"

    def deployed(self, hint: str) -> DeployedStack:
        """The stage's stack. Raises UsageError with this hint where there is none."""
        found = self.stacks.find(self.stack)
        if found is None:
            place = f"account {self.account}, {self.stage.region}"
            raise UsageError(f"there is no stack {self.stack} in {place}.", hint=hint)
        return found

    def working(self) -> DeployedStack:
        """The stage's stack, while nothing is done to it. Raises UsageError where there is none, ServiceRefused for
        one of which not all is there, RetryLater while something changes it.
        """
        name = self.stage.name
        found = self.deployed(f"Give millrace deploy --stage {name} first, or check the region in {self.stage.file}.")
        require_works(found, self._removal)
        return found


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
