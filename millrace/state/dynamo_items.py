"""Items of the state table, and the changes of a transaction, in the form that DynamoDB's API takes.

An item is a key and a JSON text. A text over INLINE bytes is stored as an object of the lake, named by its digest, and
the item holds the object's key (DynamoDB allows 400 KB an item: developer guide, "Quotas").
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from millrace.lake.keys import OPS
from millrace.lake.storage import Storage
from millrace.state.dynamo_keys import Key

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

    `storage` holds the texts that are too long for an item.
    """

    def __init__(self, table: str, storage: Storage) -> None:
        self._name, self._storage = table, storage

    def action(self, change: Change) -> dict[str, Any]:
        """A change as an element of TransactItems. Stores a text that is too long for an item."""
        match change:
            case Put(key, data, only_if_absent):
                condition = {"ConditionExpression": "attribute_not_exists(pk)"} if only_if_absent else {}
                return {"Put": self._put(self._item(key, data), **condition)}
            case Replace(key, before, data):
                return {"Put": self._put(self._item(key, data), **self._equals(before))}
            case Delete(key):
                return {"Delete": {"TableName": self._name, "Key": attributes(key)}}
            case ConditionCheck(key, data):
                return {"ConditionCheck": {"TableName": self._name, "Key": attributes(key), **self._equals(data)}}

    def _put(self, item: Mapping[str, Any], **condition: Any) -> dict[str, Any]:
        return {"TableName": self._name, "Item": item, **condition}

    def _item(self, key: Key, data: bytes) -> dict[str, Any]:
        if len(data) > INLINE:
            self._storage.create(_object(data), data)
        return {**attributes(key), **_value(data)}

    def _equals(self, data: bytes) -> dict[str, Any]:
        ((name, value),) = _value(data).items()
        return {
            "ConditionExpression": "#value = :value",
            "ExpressionAttributeNames": {"#value": name},
            "ExpressionAttributeValues": {":value": value},
        }

    def data(self, item: Mapping[str, Any]) -> bytes:
        """The JSON text of an item, read from the lake when it is stored there."""
        if "kept_at" in item:
            return self._storage.get(item["kept_at"]["S"])
        text: str = item["data"]["S"]
        return text.encode()


def _value(data: bytes) -> dict[str, Any]:
    return {"data": {"S": data.decode()}} if len(data) <= INLINE else {"kept_at": {"S": _object(data)}}


def _object(data: bytes) -> str:
    """The key of a stored text: content-addressed, so that equal texts share one object and none is overwritten."""
    return f"{OPS}/state/{hashlib.sha256(data).hexdigest()}.json"


def attributes(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def key_of(item: Mapping[str, Any]) -> Key:
    return Key(item["pk"]["S"], item["sk"]["S"])
