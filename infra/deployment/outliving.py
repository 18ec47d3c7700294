"""What of a stage is in its account when all that Millrace can remove is gone, for how long, and how to remove it.

Sources: KMS developer guide, "Deleting AWS KMS keys"; DynamoDB developer guide, "Point-in-time recovery" (system
backups); Athena user guide, "View recent queries"; CloudWatch user guide, "Metrics retention"; CloudTrail user guide,
"Event history"; CloudFormation user guide, "Delete a stack"; Glue developer guide, "Logging for AWS Glue jobs".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from millrace.infra.deployment.account import StageAccount
from millrace.infra.deployment.holdings import Holding, contents_of, log_groups, was_made_for
from millrace.infra.stack.deployment import OWN_KEY
from millrace.infra.stack.resources import STAGE_TAG
from millrace.settings import SecretName

_OF_ALL_JOBS = ("/aws-glue/jobs/error", "/aws-glue/crawlers")  # Glue writes to them for all jobs of an account
_BY_THEMSELVES = (
    ("the table's last backup", "DynamoDB keeps it for 35 days, at no charge"),
    ("queries in Athena's history", "45 days, at no charge"),
    ("the events of its stacks, in CloudFormation's list of deleted ones", "90 days, at no charge"),
    ("calls in CloudTrail's event history", "90 days, at no charge"),
    ("data points of its metrics in CloudWatch", "15 months, at no charge"),
)


@dataclass(frozen=True, slots=True)
class Outliving:
    """`until`: when it goes by itself, or why it stays; `removed_by`: the command that removes it, "" without one."""

    what: str
    until: str
    removed_by: str = ""


def outliving(at: StageAccount, removed: Iterable[Holding], *, bootstrap: bool) -> Iterator[Outliving]:
    """`removed`: the holdings that were; `bootstrap`: whether the bootstrap stack was, too."""
    if not bootstrap and at.stacks.find(at.bootstrap_stack):
        yield Outliving(
            f"stack {at.bootstrap_stack} and the bucket of packaged code",
            "the next deploy rests on them; the bucket bills its bytes",
            f"millrace destroy --stage {at.stage.name} --everything --bootstrap",
        )
    yield from _another_bucket(at)
    for one in removed:
        if one.kind == "key":
            how = f"until then aws kms cancel-key-deletion --key-id {one.name} keeps it"
            yield Outliving(f"key {one.name}", f"{one.holds}, at no charge; {how}")
    yield from _of_others(at)
    for name in _OF_ALL_JOBS:
        for found, size in log_groups(at, name):
            if found == name:
                yield Outliving(
                    f"log group {name}, {size:,} bytes",
                    "Glue writes to it for all jobs of the account",
                    f"aws logs delete-log-group --log-group-name {name}",
                )
    for what, until in _BY_THEMSELVES:
        yield Outliving(what, until)


def _another_bucket(at: StageAccount) -> Iterator[Outliving]:
    """A bucket of the lake's name that bears no tag of the stage: it was taken over, and may hold more than a lake."""
    name = at.stage.lake.bucket
    if contents_of(at, name).tags() is not None and not was_made_for(at, name):
        yield Outliving(
            f"bucket {name}",
            f"it has no tag {STAGE_TAG} = {at.stage.name}, so it was not made for the stage",
            f"aws s3 rb s3://{name} --force",
        )


def _of_others(at: StageAccount) -> Iterator[Outliving]:
    """What the stage's file names, and no command of Millrace's made."""
    stage = at.stage
    for place in sorted({*stage.api_keys.values(), stage.alerts.notify_from} - {""}):
        if secret := SecretName.of(place):
            yield Outliving(f"secret {place}", "it was there before the stack", _SECRETS[secret.service] % secret.name)
    if stage.lake.kms_key not in ("", OWN_KEY):
        yield Outliving(f"key {stage.lake.kms_key}", "it was there before the stack; its policy names the stage")
    if stage.deployer.provider:
        yield Outliving(stage.deployer.provider, "it was there before the bootstrap stack")


_SECRETS = {
    "ssm": "aws ssm delete-parameter --name %s",
    "secretsmanager": "aws secretsmanager delete-secret --secret-id %s",
}
