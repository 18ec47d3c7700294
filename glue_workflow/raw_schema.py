"""The declared raw schema against what the raw objects hold: the second defence, behind the poll's own validation.

One record of the newest object of each hour is looked at: enough to meet a change of types, which lasts, at a cost that
does not grow with the records.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import inspect

from millrace.errors import SchemaChanged
from millrace.lake.keys import partition_of
from millrace.lake.storage import Storage


class _Payload(msgspec.Struct):
    payload: msgspec.Raw


def check_objects(storage: Storage, source: str, objects: Mapping[str, Sequence[str]], schema: Any) -> list[str]:
    """The paths of fields that the schema does not declare, each once.

    Raises SchemaChanged for a declared field that is gone or has another type.
    """
    declared = inspect.type_info(schema)
    unknown: dict[str, None] = {}
    for key in _newest_of_each_hour(objects):
        payload = _first_payload(storage, key)
        try:
            msgspec.json.decode(payload, type=schema)
        except msgspec.ValidationError as error:
            raise SchemaChanged(
                f"source {source}: {key} no longer has the declared types: {error}.",
                hint="Nothing was changed. Adapt the source's schema and statements, then run again.",
            ) from error
        unknown.update(dict.fromkeys(_undeclared(msgspec.json.decode(payload), declared, "$")))
    return list(unknown)


def _newest_of_each_hour(objects: Mapping[str, Sequence[str]]) -> list[str]:
    newest: dict[tuple[str, str], str] = {}
    for day, keys in objects.items():
        for key in keys:  # in the order of their names, so of their arrival
            newest[day, partition_of(key)["hour"]] = key
    return list(newest.values())


def _first_payload(storage: Storage, key: str) -> msgspec.Raw:
    with gzip.open(io.BytesIO(storage.get(key))) as lines:
        return msgspec.json.decode(lines.readline(), type=_Payload).payload


def _undeclared(value: Any, declared: inspect.Type, path: str) -> Iterator[str]:
    if isinstance(value, dict) and isinstance(declared, inspect.StructType):
        fields = {field.encode_name: field.type for field in declared.fields}
        for name, inner in value.items():
            if name in fields:
                yield from _undeclared(inner, fields[name], f"{path}.{name}")
            else:
                yield f"{path}.{name}"
    elif isinstance(value, list) and isinstance(declared, inspect.CollectionType):
        for inner in value[:1]:
            yield from _undeclared(inner, declared.item_type, f"{path}[]")
    elif isinstance(declared, inspect.UnionType):
        known = [set(_undeclared(value, option, path)) for option in declared.types]
        yield from min(known, key=len)
