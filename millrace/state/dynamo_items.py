"""Items of the state table, and the changes of a transaction, in the form that DynamoDB's API takes.

An item is a key and a JSON text. A text over INLINE bytes is stored as an object of the lake, and the item holds the
text's digest, for conditions, and the object's key (DynamoDB allows 400 KB an item: developer guide, "Quotas").

Each write makes an object of its own, under a key that is never used again. So an object belongs to one item, and once
a write has put something else in that item's place, the object can be deleted, whatever other processes write: no item
can come to name it again.
"""

from __future__ import annotations

import hashlib
import logging
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from millrace.errors import LakeError, ServiceBusy
from millrace.lake.keys import STATE_OBJECTS
from millrace.lake.storage import Storage
from millrace.state.dynamo_keys import EXPIRES_AT, LASTING, Key

_log = logging.getLogger(__name__)
_MOST_REMEMBERED = 1000  # items whose object this process has read

INLINE = 32 * 1024  # bytes; 100 such items are below the 4 MB that a transaction may have


@dataclass(frozen=True, slots=True)
class Put:
    """Write an item. `only_if_absent`: refuse the whole transaction if the key has an item already."""

    key: Key
    data: bytes
    only_if_absent: bool = False


@dataclass(frozen=True, slots=True)
class Replace:
    """Write `data` in place of `before`; the whole transaction is refused when the item is not `before`."""

    key: Key
    before: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Delete:
    key: Key


@dataclass(frozen=True, slots=True)
class ConditionCheck:
    """Change nothing; the whole transaction is refused unless the item is `data`."""

    key: Key
    data: bytes


Change = Put | Replace | Delete | ConditionCheck


def put_or_replace(key: Key, before: bytes | None, data: bytes) -> Change:
    """The change that writes `data` in place of `before`; None: in place of no item."""
    return Put(key, data, only_if_absent=True) if before is None else Replace(key, before, data)


class ItemCodec:
    """The codec of one table: items and changes in DynamoDB's form.

    `storage` holds the texts that are too long for an item. `now`: seconds since 1970, by which items expire.
    """

    def __init__(self, table: str, storage: Storage, now: Callable[[], float] = time.time) -> None:
        self._name, self._storage, self._now = table, storage, now
        self._named: OrderedDict[Key, str] = OrderedDict()
        self._lock = Lock()

    def action(self, change: Change) -> dict[str, Any]:
        """A change as an element of TransactItems. Stores a text that is too long for an item."""
        match change:
            case Put(key, data, only_if_absent):
                return {"Put": self._put(self._item(key, data), **(self._absent(key) if only_if_absent else {}))}
            case Replace(key, before, data):
                return {"Put": self._put(self._item(key, data), **self._equals(before))}
            case Delete(key):
                return {"Delete": {"TableName": self._name, "Key": attributes(key)}}
            case ConditionCheck(key, data):
                return {"ConditionCheck": {"TableName": self._name, "Key": attributes(key), **self._equals(data)}}

    def has_expired(self, item: Mapping[str, Any]) -> bool:
        """Whether an item is one no more, though the service has not removed it yet."""
        return EXPIRES_AT in item and float(item[EXPIRES_AT]["N"]) <= self._now()

    def data(self, item: Mapping[str, Any]) -> bytes:
        """The JSON text of an item, read from the lake when it is stored there.

        Raises ObjectMissing when another process has replaced the item since it was read.
        """
        key = key_of(item)
        if "kept_at" not in item:
            self._remember(key, None)
            return str(item["data"]["S"]).encode()
        self._remember(key, item["kept_at"]["S"])
        return self._storage.get(item["kept_at"]["S"])

    def written(self, actions: Iterable[Mapping[str, Any]]) -> None:
        """Deletes the objects that the items of these actions named before, as far as this process has read them.

        To be called when the actions are done. An object that stays, because its item was not read, or its deletion
        failed, is named by no item: vacuum deletes it.
        """
        superseded = []
        for action in actions:
            ((kind, arguments),) = action.items()
            if kind != "ConditionCheck":
                after = arguments.get("Item", {}).get("kept_at", {}).get("S")
                superseded.append(self._remember(key_of(arguments.get("Item") or arguments["Key"]), after))
        keys = [key for key in superseded if key is not None and _is_unique(key)]
        try:
            self._storage.delete(keys)
        except (LakeError, ServiceBusy) as error:
            message = "superseded objects of the state table stay until the next vacuum: %s"
            _log.warning(message, error, extra={"event": "state.not_removed"})

    def _remember(self, key: Key, named: str | None) -> str | None:
        """The object that this process knew the item to name; from now on `named`."""
        with self._lock:
            before = self._named.pop(key, None)
            if named is not None:
                self._named[key] = named
                while len(self._named) > _MOST_REMEMBERED:
                    self._named.popitem(last=False)
        return before

    def _put(self, item: Mapping[str, Any], **condition: Any) -> dict[str, Any]:
        return {"TableName": self._name, "Item": item, **condition}

    def _item(self, key: Key, data: bytes) -> dict[str, Any]:
        lasting = LASTING.get(key.pk)
        end = {EXPIRES_AT: {"N": str(round(self._now() + lasting.total_seconds()))}} if lasting else {}
        if len(data) <= INLINE:
            return {**attributes(key), "data": {"S": data.decode()}, **end}
        kept_at = f"{STATE_OBJECTS}{_digest(data)}-{uuid.uuid4().hex}.json"
        self._storage.put(kept_at, data)
        return {**attributes(key), "digest": {"S": _digest(data)}, "kept_at": {"S": kept_at}, **end}

    def _absent(self, key: Key) -> dict[str, Any]:
        """The condition that there is no item: one that has expired is none."""
        if key.pk not in LASTING:
            return {"ConditionExpression": "attribute_not_exists(pk)"}
        return {
            "ConditionExpression": "attribute_not_exists(pk) OR #end <= :now",
            "ExpressionAttributeNames": {"#end": EXPIRES_AT},
            "ExpressionAttributeValues": {":now": {"N": str(self._now())}},
        }

    def _equals(self, data: bytes) -> dict[str, Any]:
        if len(data) <= INLINE:
            names, values = {"#value": "data"}, {":value": {"S": data.decode()}}
            condition = "#value = :value"
        else:
            names = {"#value": "digest", "#kept": "kept_at"}
            values = {":value": {"S": _digest(data)}, ":kept": {"S": f"{STATE_OBJECTS}{_digest(data)}.json"}}
            condition = "#value = :value OR #kept = :kept"  # items from before had no digest but this key
        return {
            "ConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _is_unique(key: str) -> bool:
    """False for a key from before, when items with equal texts shared an object."""
    return "-" in key


def attributes(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def key_of(item: Mapping[str, Any]) -> Key:
    return Key(item["pk"]["S"], item["sk"]["S"])
