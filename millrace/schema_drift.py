"""Schema drift: fields of a payload that its source's schema (msgspec types) does not declare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

_NAME = re.compile(rb'"([^"\\]*)"\s*:')
_OBJECTS = (inspect.StructType, inspect.TypedDictType)
_ARRAYS = (inspect.CollectionType, inspect.TupleType)
_CACHE_SIZE = 100  # sets of names; a feed whose field names are data would otherwise fill the memory

Paths = tuple[str, ...]


def undeclared_fields(schema: Any, payload: bytes) -> Paths:
    """The paths of undeclared fields, such as `$.features[].properties.quality`, each once.

    Of an array, only the first element is examined. `payload` is valid JSON. Every poll calls this, so results are
    cached by the set of names in the payload: a new field nearly always brings a new name, and a payload with a known
    set of names is not decoded.
    """
    cached = _cached(schema)
    names = frozenset(_NAME.findall(payload))
    if names not in cached:
        if len(cached) >= _CACHE_SIZE:
            cached.clear()
        found = _undeclared_paths(msgspec.json.decode(payload), inspect.type_info(schema), "$")
        cached[names] = tuple(dict.fromkeys(found))
    return cached[names]


@cache
def _cached(_schema: Any) -> dict[frozenset[bytes], Paths]:
    """The cache of one schema: undeclared fields by the set of names in a payload."""
    return {}


def _undeclared_paths(value: Any, declared: inspect.Type, path: str) -> Iterator[str]:
    if isinstance(declared, inspect.UnionType):
        # Scalar options are left out: every value would fit them as one without fields.
        options = [option for option in declared.types if isinstance(option, (*_OBJECTS, *_ARRAYS))]
        yield from min((list(_undeclared_paths(value, option, path)) for option in options), key=len, default=[])
    elif isinstance(value, list) and value and isinstance(declared, _ARRAYS):
        first = declared.item_types[0] if isinstance(declared, inspect.TupleType) else declared.item_type
        yield from _undeclared_paths(value[0], first, f"{path}[]")
    elif isinstance(value, dict) and isinstance(declared, _OBJECTS):
        known = {field.encode_name: field.type for field in declared.fields}
        for name, inner in value.items():
            if name in known:
                yield from _undeclared_paths(inner, known[name], f"{path}.{name}")
            else:
                yield f"{path}.{name}"
