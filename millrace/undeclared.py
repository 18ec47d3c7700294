"""Fields of a payload that a source's schema (msgspec types) does not declare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

_NAME = re.compile(rb'"([^"\\]*)"\s*:')


def undeclared_fields(schema: Any, payload: bytes) -> tuple[str, ...]:
    """Their paths, such as `$.features[].properties.quality`, each once; of an array, the first element is looked at.

    `payload` is valid JSON. It is decoded only when it holds a name that the schema does not: a field that comes new
    under a name declared elsewhere is not found. That makes the usual case ten times cheaper, for each poll pays it.
    """
    declared, names = _declared(schema)
    if set(_NAME.findall(payload)) <= names:
        return ()
    return tuple(dict.fromkeys(_undeclared(msgspec.json.decode(payload), declared, "$")))


@cache
def _declared(schema: Any) -> tuple[inspect.Type, frozenset[bytes]]:
    declared = inspect.type_info(schema)
    return declared, frozenset(name.encode() for name in _names(declared))


def _names(declared: inspect.Type) -> Iterator[str]:
    if isinstance(declared, inspect.StructType):
        for field in declared.fields:
            yield field.encode_name
            yield from _names(field.type)
    elif isinstance(declared, inspect.CollectionType):
        yield from _names(declared.item_type)
    elif isinstance(declared, inspect.UnionType):
        for option in declared.types:
            yield from _names(option)


def _undeclared(value: Any, declared: inspect.Type, path: str) -> Iterator[str]:
    if isinstance(declared, inspect.UnionType):
        yield from min((list(_undeclared(value, option, path)) for option in declared.types), key=len)
    elif isinstance(value, list) and value and isinstance(declared, inspect.CollectionType):
        yield from _undeclared(value[0], declared.item_type, f"{path}[]")
    elif isinstance(value, dict) and isinstance(declared, inspect.StructType):
        known = {field.encode_name: field.type for field in declared.fields}
        for name, inner in value.items():
            if name in known:
                yield from _undeclared(inner, known[name], f"{path}.{name}")
            else:
                yield f"{path}.{name}"
