"""State that is not an object, on AWS: items of one DynamoDB table, written in conditional transactions.

The conditions are an optimistic lock: a transaction is refused when another process changed what it was based on.

Writes are fenced: each transaction checks that this process still has the leases that it took, so that a process that
was paused for too long cannot write over its successor's work.

Limits: 100 changes a transaction, 100 keys a BatchGetItem (DynamoDB developer guide, "Quotas").
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from millrace.aws.calls import code_of, in_batches, translated
from millrace.errors import ObjectMissing, ServiceBusy
from millrace.lake.keys import STATE_OBJECTS
from millrace.lake.storage import ObjectInfo, Storage
from millrace.retry_policy import Policy, RetryState, after_tries, exponential, jittered
from millrace.state.conditional_items import lost_error
from millrace.state.dynamo_format import TableFormat
from millrace.state.dynamo_items import Change, ConditionCheck, ItemCodec, attributes, key_of, put_or_replace
from millrace.state.dynamo_keys import COUNTER, Key, number_of, numbered

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")

MAX_CHANGES = 90  # in one transaction, which leaves room for ten leases
_READ_BATCH = 100
_BUSY = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
_RETRIED = {"TransactionConflictException", "TransactionInProgressException"}


class ConditionFailed(Exception):
    """A condition of a transaction does not hold, because another process wrote first. Nothing was changed."""


def default_policy() -> Policy:
    return Policy(after_tries(25), jittered(exponential(0.02, 1.0), Random().random))


class StateTable:
    """The table. `fences`: the leases and claims that this process holds, by key.

    `now`: seconds since 1970, by which items expire: the service's time, whatever clock a lake has.
    """

    def __init__(
        self,
        client: DynamoDBClient,
        name: str,
        storage: Storage,
        *,
        policy: Policy | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._unchecked, self._name, self._items = client, name, ItemCodec(name, storage, now)
        self._format, self._storage = TableFormat(client, name), storage
        self._policy, self._sleep = policy or default_policy(), sleep
        self.fences: dict[Key, bytes] = {}

    @cached_property
    def _client(self) -> DynamoDBClient:
        """Looks at the table's format before the first request. Raises LakeError for a newer one."""
        self._format.require()
        return self._unchecked

    def get(self, key: Key) -> bytes | None:
        def attempt() -> tuple[bytes | None] | None:
            with self._translated():
                answer = self._client.get_item(TableName=self._name, Key=attributes(key), ConsistentRead=True)
            if "Item" not in answer or self._items.has_expired(answer["Item"]):
                return (None,)
            try:
                return (self._items.data(answer["Item"]),)
            except ObjectMissing:
                if answer["Item"] == seen.get(key):  # nobody has replaced it: its object is lost
                    raise
                seen[key] = answer["Item"]
                return None

        seen: dict[Key, Any] = {}
        return self._retried(attempt)[0]

    def get_many(self, keys: Iterable[Key]) -> dict[Key, bytes]:
        """The items of those keys that have one. They are read in batches, so together they are not one snapshot."""
        found: dict[Key, bytes] = {}
        for batch in in_batches(dict.fromkeys(keys), _READ_BATCH):
            found.update(self._get_batch(batch))
        return found

    def items(
        self, pk: str, *, sk_prefix: str = "", newest_first: bool = False, page_size: int | None = None
    ) -> Iterator[tuple[Key, bytes]]:
        """The items of one pk whose sk begins with `sk_prefix`, ordered by sk; pages are read as they are needed.

        `page_size`: items that one request reads, at most; by default 1 MB. Each item that is read is paid for.
        """
        condition, values = "pk = :pk", {":pk": {"S": pk}}
        if sk_prefix:
            condition, values = f"{condition} AND begins_with(sk, :prefix)", {**values, ":prefix": {"S": sk_prefix}}
        page: dict[str, Any] = {"Limit": page_size} if page_size else {}
        while True:
            with self._translated():
                answer = self._client.query(
                    TableName=self._name,
                    KeyConditionExpression=condition,
                    ExpressionAttributeValues=values,
                    ConsistentRead=True,
                    ScanIndexForward=not newest_first,
                    **page,
                )
            yield from self._read(answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            page["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def write(self, changes: Sequence[Change], *, fenced: bool = True) -> None:
        """Make all changes (at most MAX_CHANGES, each of another item) or none.

        Raises ConditionFailed, LeaseLost when this process no longer has its lease, and LakeError.
        """
        fences = list(self.fences.items()) if fenced else []
        checks = [ConditionCheck(key, data) for key, data in fences]
        actions = [self._items.action(change) for change in [*checks, *changes]]
        if not actions:
            return

        def attempt() -> bool | None:
            failed = self._transact(actions)
            if failed is None:
                return None
            for (key, _), lost in zip(fences, failed, strict=False):
                if lost:
                    raise lost_error(key)
            if any(failed):
                raise ConditionFailed
            return True

        self._retried(attempt)
        self._items.written(actions)

    def orphans(self, before: datetime) -> list[ObjectInfo]:
        """The objects of texts, modified before this instant, that no item names; reads the whole table.

        They are left by processes that died between an object and its item, or by refused writes.
        """
        found = [one for one in self._storage.list(STATE_OBJECTS) if one.modified < before]
        if not found:
            return []
        named = set()
        with self._translated():
            for page in self._client.get_paginator("scan").paginate(
                TableName=self._name,
                ConsistentRead=True,
                FilterExpression="attribute_exists(kept_at)",
                ProjectionExpression="kept_at",
            ):
                named |= {item["kept_at"]["S"] for item in page["Items"]}
        return [one for one in found if one.key not in named]

    def check_fences(self) -> None:
        """Raise LeaseLost if this process no longer has its leases; for writes that cannot be part of a transaction."""
        found = self.get_many(self.fences)
        for key, data in self.fences.items():
            if found.get(key) != data:
                raise lost_error(key)

    def append(self, list_name: str, changes: Callable[[int], Sequence[Change]], *, fenced: bool = True) -> int:
        """Write changes with the next number of the list; returns the number. Numbers become visible in order.

        A number is taken in the transaction that uses it: once a number is visible, no lower one can appear.
        """

        def attempt() -> int | None:
            before = self.get(Key(COUNTER, list_name))
            number = int(before or b"0") + 1
            data = str(number).encode()
            try:
                self.write([put_or_replace(Key(COUNTER, list_name), before, data), *changes(number)], fenced=fenced)
            except ConditionFailed:
                return None
            return number

        return self._retried(attempt)

    def update(self, key: Key, step: Callable[[bytes | None], bytes | None], *, fenced: bool = True) -> None:
        """Replace an item by `step` of it (compare and swap); `step` is called again when another process wrote first.

        `step` is given None when there is no item. An unchanged item, or None, is not written.
        """

        def attempt() -> bool | None:
            before = self.get(key)
            after = step(before)
            try:
                if after is not None and after != before:
                    self.write([put_or_replace(key, before, after)], fenced=fenced)
            except ConditionFailed:
                return None
            return True

        self._retried(attempt)

    def swap(self, key: Key, before: bytes | None, after: bytes, *, fenced: bool = True) -> bool:
        """As the port of conditional items says."""
        try:
            self.write([put_or_replace(key, before, after)], fenced=fenced)
        except ConditionFailed:
            return False
        return True

    def newest(self, list_name: str, page_size: int | None = None) -> Iterator[bytes]:
        """The items of a list, newest first."""
        return (data for _, data in self.items(list_name, newest_first=True, page_size=page_size))

    def numbered_items(self, list_name: str, numbers: Iterable[int]) -> list[bytes]:
        """The items of a list that have these numbers, in the order of the numbers."""
        found = self.get_many(numbered(list_name, number) for number in numbers)
        return [found[key] for key in sorted(found, key=number_of)]

    def _read(self, items: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Key, bytes]]:
        """Keys and texts. An item that was replaced meanwhile is read again; one that was deleted is left out."""
        for item in items:
            if self._items.has_expired(item):
                continue
            try:
                data: bytes | None = self._items.data(item)
            except ObjectMissing:
                data = self.get(key_of(item))
            if data is not None:
                yield key_of(item), data

    def _transact(self, actions: Sequence[Mapping[str, Any]]) -> list[bool] | None:
        """For each action whether its condition failed (none: all is written); None when the call must be repeated."""
        from botocore.exceptions import ClientError

        with self._translated():
            client = self._client
            self._format.mark()
            try:
                client.transact_write_items(TransactItems=list(actions))  # type: ignore[arg-type]
                return [False] * len(actions)
            except ClientError as error:
                if code_of(error) in _RETRIED:
                    return None
                codes = _reasons(error)
                if "ConditionalCheckFailed" in codes:
                    return [code == "ConditionalCheckFailed" for code in codes]
                if _BUSY.intersection(codes):
                    return None
                raise

    def _retried(self, attempt: Callable[[], T | None]) -> T:
        """The first result of `attempt` that is not None. Raises ServiceBusy when the retry policy gives up."""
        number = 0
        while True:
            number += 1
            if (result := attempt()) is not None:
                return result
            tried = RetryState(number, 0.0)
            wait = self._policy.wait(tried)
            if self._policy.stop(tried, wait):
                raise ServiceBusy(f"other processes kept writing to the table {self._name}.", hint="Try again later.")
            self._sleep(wait)

    def _get_batch(self, keys: Sequence[Key]) -> dict[Key, bytes]:
        found: dict[Key, bytes] = {}
        wanted: list[Any] = [attributes(key) for key in keys]

        def attempt() -> bool | None:
            nonlocal wanted
            request: Any = {self._name: {"Keys": wanted, "ConsistentRead": True}}
            with self._translated():
                answer = self._client.batch_get_item(RequestItems=request)
            found.update(self._read(answer["Responses"].get(self._name, [])))
            left: Any = answer.get("UnprocessedKeys", {})
            wanted = left[self._name]["Keys"] if left else []
            return None if wanted else True

        self._retried(attempt)
        return found

    def _translated(self) -> Any:
        return translated("dynamodb", f"the table {self._name}")


def _reasons(error: ClientError) -> list[str]:
    reasons: Any = error.response.get("CancellationReasons", [])
    return [str(reason.get("Code", "")) for reason in reasons]
