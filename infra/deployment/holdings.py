"""What a stage holds in its account besides resources of its stack: found without the stack, and removed for ever.

A removal that was cut off leaves no note: what is left is found again by the stage's name, or for a key by its tag.
Sources: API references of DynamoDB (DeleteTable), KMS (ScheduleKeyDeletion), Glue (DeleteDatabase), CloudWatch Logs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from millrace.aws.calls import code_of, in_batches, translated
from millrace.aws.glue_layout import MAX_TABLES, every_database
from millrace.errors import UsageError
from millrace.infra.deployment.account import StageAccount
from millrace.infra.deployment.bucket_contents import BucketContents
from millrace.infra.deployment.names import is_of_stage
from millrace.infra.stack.encryption import key_description
from millrace.infra.stack.resources import STAGE_TAG
from millrace.settings import AwsSettings

_DAYS_OF_KEY = 30  # that a key waits; the most that KMS takes, and nothing is billed for it
_GONE = {"ResourceNotFoundException", "EntityNotFoundException", "NotFoundException"}

TellSteps = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Holding:
    """One thing. `kind`: in words; `name`: its name or id. `holds`: how many of what are in it; `count`: the steps of
    its removal; `size`: bytes, None where the service does not say.
    """

    kind: str
    name: str
    holds: str = ""
    count: int = 1
    size: int | None = None


class StageHoldings(Protocol):
    """All things of one kind. Both verbs raise what a call to AWS raises."""

    def found(self, counted: Callable[[int], None]) -> Iterable[Holding]:
        """Those that are there. `counted` is told how far a long count is."""

    def remove(self, one: Holding, advance: TellSteps) -> None:
        """One of those found; what is gone already is no error. `advance` is told how many are done, of how many."""


@dataclass(frozen=True)
class BucketHolding:
    """One bucket, if it was made for the stage: its name or its tag says so."""

    at: StageAccount
    name: str

    def found(self, counted: Callable[[int], None]) -> Iterator[Holding]:
        if was_made_for(self.at, self.name):
            found = self._contents.count(counted)
            yield Holding("bucket", self.name, f"{found.versions:,} versions", found.versions, found.size)

    def remove(self, one: Holding, advance: TellSteps) -> None:
        self._contents.delete(lambda done: advance(done, max(done, one.count)))

    @property
    def _contents(self) -> BucketContents:
        return contents_of(self.at, self.name)


def contents_of(at: StageAccount, bucket: str) -> BucketContents:
    return BucketContents(at.clients.s3, bucket, at.account)


def was_made_for(at: StageAccount, bucket: str) -> bool:
    """Whether a bucket is there and was made for the stage: one that a stage's file names may be older."""
    tags = contents_of(at, bucket).tags()
    if tags is None:
        return False
    return is_of_stage(bucket, at.stage, at.account) or tags.get(STAGE_TAG) == at.stage.name


@dataclass(frozen=True)
class StateHolding:
    """The table of state. DynamoDB counts its items every six hours."""

    at: StageAccount

    def found(self, counted: Callable[[int], None]) -> Iterator[Holding]:
        """Raises UsageError for a table that is protected, whatever the stage's file says now."""
        table: dict[str, Any] = {}
        with _unless_gone("dynamodb", f"table {self._name}"):
            table = dict(self.at.clients.dynamodb.describe_table(TableName=self._name)["Table"])
        if table.get("DeletionProtectionEnabled"):
            raise UsageError(
                f"stage {self.at.stage.name} is protected: table {self._name} was deployed with deletion_protection.",
                hint="Set it to false and deploy that, then destroy.",
            )
        if table and table["TableStatus"] != "DELETING":
            yield Holding("table", self._name, f"about {table['ItemCount']:,} items", size=table["TableSizeBytes"])

    def remove(self, one: Holding, advance: TellSteps) -> None:
        with _unless_gone("dynamodb", f"table {one.name}"):
            self.at.clients.dynamodb.delete_table(TableName=one.name)

    @property
    def _name(self) -> str:
        return AwsSettings(stage=self.at.stage.name).state_table


@dataclass(frozen=True)
class CatalogHolding:
    """The databases of the stage in Glue's catalog, with the tables that runs made in them."""

    at: StageAccount

    def found(self, counted: Callable[[int], None]) -> Iterator[Holding]:
        for name in every_database(self.at.stage.name):
            if self._is_there(name):
                yield Holding("database", name, f"{len(self._tables(name))} tables")

    def remove(self, one: Holding, advance: TellSteps) -> None:
        """The tables first: those that go with their database, Glue deletes when it likes."""
        glue = self.at.clients.glue
        with _unless_gone("glue", f"database {one.name}"):
            for names in in_batches(self._tables(one.name), MAX_TABLES):
                glue.batch_delete_table(DatabaseName=one.name, TablesToDelete=names)
            glue.delete_database(Name=one.name)

    def _is_there(self, database: str) -> bool:
        with _unless_gone("glue", f"database {database}"):
            return bool(self.at.clients.glue.get_database(Name=database))
        return False

    def _tables(self, database: str) -> list[str]:
        names: list[str] = []
        with _unless_gone("glue", f"database {database}"):
            for page in self.at.clients.glue.get_paginator("get_tables").paginate(DatabaseName=database):
                names += [one["Name"] for one in page["TableList"]]
        return names


@dataclass(frozen=True)
class LogHolding:
    """The log groups that bear the stage's name."""

    at: StageAccount

    def found(self, counted: Callable[[int], None]) -> Iterator[Holding]:
        dashed = self.at.stack
        for place in ("/aws/lambda", "/aws/kinesisfirehose", "/aws-glue"):
            for own in (f"{dashed}-", f"{dashed.replace('-', '_')}_"):
                for name, size in log_groups(self.at, f"{place}/{own}"):
                    yield Holding("log group", name, size=size)

    def remove(self, one: Holding, advance: TellSteps) -> None:
        with _unless_gone("logs", f"log group {one.name}"):
            self.at.clients.client("logs").delete_log_group(logGroupName=one.name)


@dataclass(frozen=True)
class KeyHolding:
    """The keys that stacks of the stage made: each outlived its stack, and has no name. One waits before it goes."""

    at: StageAccount

    def found(self, counted: Callable[[int], None]) -> Iterator[Holding]:
        kms = self.at.clients.client("kms")
        with translated("tag", "keys"):
            pages = self.at.clients.client("resourcegroupstaggingapi").get_paginator("get_resources")
            given = [{"Key": STAGE_TAG, "Values": [self.at.stage.name]}]
            answers = pages.paginate(ResourceTypeFilters=["kms:key"], TagFilters=given)
            arns = [one["ResourceARN"] for page in answers for one in page["ResourceTagMappingList"]]
        for arn in arns:
            with translated("kms", arn):
                key = kms.describe_key(KeyId=arn)["KeyMetadata"]
            if key["Description"] == key_description(self.at.stage.name) and "DeletionDate" not in key:
                yield Holding("key", arn, f"goes in {_DAYS_OF_KEY} days")

    def remove(self, one: Holding, advance: TellSteps) -> None:
        with translated("kms", one.name):
            self.at.clients.client("kms").schedule_key_deletion(KeyId=one.name, PendingWindowInDays=_DAYS_OF_KEY)


@dataclass(frozen=True)
class HeldBy:
    """A holding, and what removes it."""

    holdings: StageHoldings
    one: Holding


@dataclass(frozen=True)
class Inventory:
    """What a stage holds, in the order in which it is removed: a key last, since it may be needed until then."""

    held: tuple[HeldBy, ...] = field(default=())

    @classmethod
    def of(cls, kinds: Iterable[StageHoldings], counted: Callable[[int], None]) -> Inventory:
        return cls(tuple(HeldBy(kind, one) for kind in kinds for one in kind.found(counted)))


def holdings_of(at: StageAccount) -> tuple[StageHoldings, ...]:
    lake = at.stage.lake.bucket
    return (CatalogHolding(at), LogHolding(at), BucketHolding(at, lake), StateHolding(at), KeyHolding(at))


def log_groups(at: StageAccount, prefix: str) -> list[tuple[str, int]]:
    """Names, and bytes stored."""
    with translated("logs", f"log groups {prefix}*"):
        pages = at.clients.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
        return [(one["logGroupName"], one.get("storedBytes", 0)) for page in pages for one in page["logGroups"]]


@contextmanager
def _unless_gone(service: str, resource: str) -> Iterator[None]:
    """As `translated`; the rest of the block is left out where the service says that there is no such thing."""
    from botocore.exceptions import ClientError

    with translated(service, resource):
        try:
            yield
        except ClientError as error:
            if code_of(error) not in _GONE:
                raise
