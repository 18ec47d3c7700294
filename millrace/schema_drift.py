"""Fields of a payload that a source's schema (msgspec types) does not declare."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from msgspec import inspect

_NAME = re.compile(rb'"([^"\\]*)"\s*:')
_OBJECTS = (inspect.StructType, inspect.TypedDictType)
_ARRAYS = (inspect.CollectionType, inspect.TupleType)
_MOST_SETS = 100  # of names; a feed whose names are data would otherwise fill the memory

Paths = tuple[str, ...]


def undeclared_fields(schema: Any, payload: bytes) -> Paths:
    """Their paths, such as `$.features[].properties.quality`, each once; of an array, the first element is looked at.

    `payload` is valid JSON. It is decoded only when the names in it are not those of a payload that was looked at
    before: every poll pays for this, and a new field nearly always brings a new name.
    """
    answers = _answers(schema)
    names = frozenset(_NAME.findall(payload))
    if names not in answers:
        if len(answers) >= _MOST_SETS:
            answers.clear()
        found = _undeclared(decoded(payload), inspect.type_info(schema), "$")
        answers[names] = tuple(dict.fromkeys(found))
    return answers[names]


@cache
def _answers(_schema: Any) -> dict[frozenset[bytes], Paths]:
    """What is known of one schema's payloads, by the names in them."""
    return {}


def decoded(payload: bytes) -> Any:
    """A payload's JSON value, whatever numbers it has: one beyond a double is infinite, and stops nobody who does not
    read it. Raises ValueError for invalid JSON, and RecursionError.
    """
    return json.loads(payload, parse_int=_integer)


def _integer(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:  # longer than `sys.get_int_max_str_digits()`
        return float(digits)


def _undeclared(value: Any, declared: inspect.Type, path: str) -> Iterator[str]:
    if isinstance(declared, inspect.UnionType):
        # Of the options that are not scalars; those would take any value for one without fields.
        options = [one for one in declared.types if isinstance(one, (*_OBJECTS, *_ARRAYS))]
        yield from min((list(_undeclared(value, option, path)) for option in options), key=len, default=[])
    elif isinstance(value, list) and value and isinstance(declared, _ARRAYS):
        first = declared.item_types[0] if isinstance(declared, inspect.TupleType) else declared.item_type
        yield from _undeclared(value[0], first, f"{path}[]")
    elif isinstance(value, dict) and isinstance(declared, _OBJECTS):
        known = {field.encode_name: field.type for field in declared.fields}
        for name, inner in value.items():
            if name in known:
                yield from _undeclared(inner, known[name], f"{path}.{name}")
            else:
                yield f"{path}.{name}"
