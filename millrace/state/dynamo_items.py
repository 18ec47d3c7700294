"""Items of the state table, and changes to them, as DynamoDB's API has them.

An item is a key and a text of JSON. One that is too long for an item (400 KB: DynamoDB developer guide, "Quotas") is
kept as an object of the lake, named by its digest, and the item says where.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from millrace.lake.keys import OPS
from millrace.lake.storage import Storage
from millrace.state.dynamo_keys import Key

INLINE = 32 * 1024  # bytes; 100 of these are less than the 4 MB that a transaction may have


@dataclass(frozen=True, slots=True)
class Put:
    """`unless_there`: refuse the whole transaction if the key has an item already."""

    key: Key
    data: bytes
    unless_there: bool = False


@dataclass(frozen=True, slots=True)
class Replace:
    """Put `data` where `before` is."""

    key: Key
    before: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Delete:
    key: Key


@dataclass(frozen=True, slots=True)
class Same:
    """Changes nothing; the whole transaction is refused unless the item is this."""

    key: Key
    data: bytes


Change = Put | Replace | Delete | Same


def replaced(key: Key, before: bytes | None, data: bytes) -> Change:
    """Put `data` where `before` is, or where nothing is."""
    return Put(key, data, unless_there=True) if before is None else Replace(key, before, data)


class Items:
    """Of one table; `storage` has what is too long for it."""

    def __init__(self, table: str, storage: Storage) -> None:
        self._name, self._storage = table, storage

    def action(self, change: Change) -> dict[str, Any]:
        match change:
            case Put(key, data, unless_there):
                only = {"ConditionExpression": "attribute_not_exists(pk)"} if unless_there else {}
                return {"Put": self._on(self._item(key, data), **only)}
            case Replace(key, before, data):
                return {"Put": self._on(self._item(key, data), **self._is(before))}
            case Delete(key):
                return {"Delete": {"TableName": self._name, "Key": attributes(key)}}
            case Same(key, data):
                return {"ConditionCheck": {"TableName": self._name, "Key": attributes(key), **self._is(data)}}

    def _on(self, item: Mapping[str, Any], **condition: Any) -> dict[str, Any]:
        return {"TableName": self._name, "Item": item, **condition}

    def _item(self, key: Key, data: bytes) -> dict[str, Any]:
        if len(data) > INLINE:
            self._storage.create(_object(data), data)
        return {**attributes(key), **_value(data)}

    def _is(self, data: bytes) -> dict[str, Any]:
        ((name, value),) = _value(data).items()
        return {
            "ConditionExpression": "#value = :value",
            "ExpressionAttributeNames": {"#value": name},
            "ExpressionAttributeValues": {":value": value},
        }

    def data(self, item: Mapping[str, Any]) -> bytes:
        if "kept_at" in item:
            return self._storage.get(item["kept_at"]["S"])
        text: str = item["data"]["S"]
        return text.encode()


def _value(data: bytes) -> dict[str, Any]:
    return {"data": {"S": data.decode()}} if len(data) <= INLINE else {"kept_at": {"S": _object(data)}}


def _object(data: bytes) -> str:
    """Named by what it holds: an item that says the same is the same, and nothing is ever written over."""
    return f"{OPS}/state/{hashlib.sha256(data).hexdigest()}.json"


def attributes(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def key_of(item: Mapping[str, Any]) -> Key:
    return Key(item["pk"]["S"], item["sk"]["S"])
