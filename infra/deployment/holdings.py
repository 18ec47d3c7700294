"""What a stage holds in its account besides resources of its stack: found without the stack, and removed for ever.

A removal that was cut off leaves no note: what is left is found again by the stage's name, or for a key by its tag.
Sources: API references of DynamoDB (DeleteTable), KMS (ScheduleKeyDeletion), Glue (DeleteDatabase), CloudWatch Logs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from millrace.aws.calls import in_batches, translated, unless_gone
from millrace.aws.glue_layout import MAX_TABLES, every_database
from millrace.errors import UsageError
from millrace.infra.deployment.account import StageAccount
from millrace.infra.deployment.bucket_contents import BucketContents
from millrace.infra.deployment.names import LOG_PLACES, artefact_bucket, is_of_stage
from millrace.infra.stack.encryption import key_description
from millrace.infra.stack.resources import STAGE_TAG
from millrace.settings import AwsSettings

_DAYS_OF_KEY = 30  # that a key waits; the most that KMS takes, and nothing is billed for it

TellSteps = Callable[[int, int], None]
TellCount = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Holding:
    """One thing. `kind`: in words; `name`: its name or id. `holds`: how many of what are in it; `size`: bytes, None
    where the service does not say.

    `remove` removes it; what is gone already is no error. It tells how many steps are done, of how many, and raises
    what a call to AWS raises.
    """

    kind: str
    name: str
    remove: Callable[[TellSteps], None]
    holds: str = ""
    size: int | None = None


def holdings_of(at: StageAccount, counted: TellCount, *, bootstrap: bool) -> Iterator[Holding]:
    """Those that are there, in the order in which they are removed: a key late, since it may be needed until then.

    `counted` is told how far a long count is. `bootstrap`: with the bucket of the artefacts. Raises UsageError for a
    table that is protected, and what a call to AWS raises.
    """
    yield from _databases(at)
    yield from _log_groups(at)
    yield from _bucket(at, at.stage.lake.bucket, counted)
    yield from _state_table(at)
    yield from _keys(at)
    if bootstrap:
        yield from _bucket(at, artefact_bucket(at.stage, at.account), counted)


def contents_of(at: StageAccount, bucket: str) -> BucketContents:
    return BucketContents(at.clients.s3, bucket, at.account)


def was_made_for(at: StageAccount, bucket: str) -> bool:
    """Whether a bucket is there and was made for the stage: one that a stage's file names may be older."""
    tags = contents_of(at, bucket).tags()
    if tags is None:
        return False
    return is_of_stage(bucket, at.stage, at.account) or tags.get(STAGE_TAG) == at.stage.name


def log_groups(at: StageAccount, prefix: str) -> list[tuple[str, int]]:
    """Names, and bytes stored."""
    with translated("logs", f"log groups {prefix}*"):
        pages = at.clients.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
        return [(one["logGroupName"], one.get("storedBytes", 0)) for page in pages for one in page["logGroups"]]


def _bucket(at: StageAccount, name: str, counted: TellCount) -> Iterator[Holding]:
    """One bucket, if it was made for the stage: its name or its tag says so."""
    if not was_made_for(at, name):
        return
    contents = contents_of(at, name)
    found = contents.count(counted)

    def remove(advance: TellSteps) -> None:
        contents.delete(lambda done: advance(done, max(done, found.versions)))

    yield Holding("bucket", name, remove, f"{found.versions:,} versions", found.size)


def _state_table(at: StageAccount) -> Iterator[Holding]:
    """DynamoDB counts its items every six hours. It may be protected, whatever the stage's file says now."""
    name = AwsSettings(stage=at.stage.name).state_table
    table: dict[str, Any] = {}
    with unless_gone("dynamodb", f"table {name}"):
        table = dict(at.clients.dynamodb.describe_table(TableName=name)["Table"])
    if table.get("DeletionProtectionEnabled"):
        raise UsageError(
            f"stage {at.stage.name} is protected: table {name} was deployed with deletion_protection.",
            hint="Set it to false and deploy that, then destroy.",
        )

    def remove(_: TellSteps) -> None:
        with unless_gone("dynamodb", f"table {name}"):
            at.clients.dynamodb.delete_table(TableName=name)

    if table and table["TableStatus"] != "DELETING":
        yield Holding("table", name, remove, f"about {table['ItemCount']:,} items", table["TableSizeBytes"])


def _databases(at: StageAccount) -> Iterator[Holding]:
    """The databases of the stage in Glue's catalog, with the tables that runs made in them."""
    for name in every_database(at.stage.name):
        found: list[Holding] = []
        with unless_gone("glue", f"database {name}"):
            at.clients.glue.get_database(Name=name)
            holds = f"{len(_tables(at, name))} tables"
            found.append(Holding("database", name, partial(_remove_database, at, name), holds))
        yield from found


def _remove_database(at: StageAccount, name: str, _: TellSteps) -> None:
    """The tables first: those that go with their database, Glue deletes when it likes."""
    glue = at.clients.glue
    with unless_gone("glue", f"database {name}"):
        for tables in in_batches(_tables(at, name), MAX_TABLES):
            glue.batch_delete_table(DatabaseName=name, TablesToDelete=tables)
        glue.delete_database(Name=name)


def _tables(at: StageAccount, database: str) -> list[str]:
    pages = at.clients.glue.get_paginator("get_tables").paginate(DatabaseName=database)
    return [one["Name"] for page in pages for one in page["TableList"]]


def _log_groups(at: StageAccount) -> Iterator[Holding]:
    """The log groups that bear the stage's name."""
    for place in LOG_PLACES:
        for own in (f"{at.stack}-", f"{at.stack.replace('-', '_')}_"):
            for name, size in log_groups(at, f"{place}/{own}"):
                yield Holding("log group", name, partial(_remove_log_group, at, name), size=size)


def _remove_log_group(at: StageAccount, name: str, _: TellSteps) -> None:
    with unless_gone("logs", f"log group {name}"):
        at.clients.client("logs").delete_log_group(logGroupName=name)


def _keys(at: StageAccount) -> Iterator[Holding]:
    """The keys that stacks of the stage made: each outlived its stack, and has no name. One waits before it goes."""
    kms = at.clients.client("kms")
    with translated("tag", "keys"):
        pages = at.clients.client("resourcegroupstaggingapi").get_paginator("get_resources")
        given = [{"Key": STAGE_TAG, "Values": [at.stage.name]}]
        answers = pages.paginate(ResourceTypeFilters=["kms:key"], TagFilters=given)
        arns = [one["ResourceARN"] for page in answers for one in page["ResourceTagMappingList"]]
    for arn in arns:
        with translated("kms", arn):
            key = kms.describe_key(KeyId=arn)["KeyMetadata"]
        if key["Description"] == key_description(at.stage.name) and "DeletionDate" not in key:
            yield Holding("key", arn, partial(_remove_key, at, arn), f"goes in {_DAYS_OF_KEY} days")


def _remove_key(at: StageAccount, arn: str, _: TellSteps) -> None:
    with translated("kms", arn):
        at.clients.client("kms").schedule_key_deletion(KeyId=arn, PendingWindowInDays=_DAYS_OF_KEY)
