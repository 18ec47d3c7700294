"""Validation of requests against the service's model: required members, types, lengths, patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from millrace.athena_sql.endpoint.api.request_shapes import SHAPES, RequestShape
from millrace.athena_sql.endpoint.problems import invalid, unreadable

Input = Mapping[str, Any]  # a request's members, as they were decoded from JSON
Output = dict[str, Any]
Operation = Callable[[Input], Output]

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "integer": int,
    "boolean": bool,
}
_WANTED = {"integer": "an Integer", "string": "a String", "boolean": "a Boolean"}
_UNEXPECTED = {"list": "Expected list or null", "structure": "Expected null", "map": "Expected null"}
# Where the service allows more than its model says: from 1,001 on GetQueryResults refuses with a message of its own.
_LARGEST = {"MaxQueryResults": 100_000}


def check_request(operation: str, request: Input) -> None:
    """Raises RequestRefused for the first member of a wrong type, or else with a list of every violation."""
    name = f"{operation}Input"
    _check_types(SHAPES[name], request)
    found = list(_violations(name, request, ""))
    if found:
        many = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected"
        raise invalid(f"{many}: {'; '.join(found)}")


def _violations(name: str, value: Any, path: str) -> Iterator[str]:
    shape = SHAPES[name]
    if value is None:
        yield _null(path)
        return
    yield from _limits(replace(shape, most=_LARGEST[name]) if name in _LARGEST else shape, value, path)
    for required in shape.required:
        if value.get(required) is None:
            yield _null(_below(path, required))
    for member, kind in shape.members.items():
        if value.get(member) is not None:
            yield from _violations(kind, value[member], _below(path, member))
    if shape.items:
        for at, item in enumerate(value, start=1):
            yield from _violations(shape.items, item, f"{path}.{at}.member")


def _check_types(shape: RequestShape, value: Any) -> None:
    """Raises RequestRefused. JSON's null is of every type."""
    if value is None:
        return
    if not _is_of(shape.kind, value):
        raise unreadable(_wrong_type(shape.kind, value))
    if shape.members:
        for member in (each for each in value if each in shape.members):
            _check_types(SHAPES[shape.members[member]], value[member])
    if shape.items:
        for item in value:
            _check_types(SHAPES[shape.items], item)


def _is_of(kind: str, value: object) -> bool:
    wanted = _TYPES.get(kind, object)
    return isinstance(value, wanted) and not (wanted is int and isinstance(value, bool))


def _wrong_type(wanted: str, value: object) -> str:
    match value:
        case list():
            return "Start of list found where not expected"
        case dict():
            return "Start of structure or map found where not expected."
    if wanted in _UNEXPECTED:
        return _UNEXPECTED[wanted]
    kind = {str: "STRING", bool: "TRUE" if value else "FALSE"}.get(type(value), "NUMBER")
    return f"{kind}_VALUE can not be converted to {_WANTED.get(wanted, wanted)}"


def _limits(shape: RequestShape, value: Any, path: str) -> Iterator[str]:
    if shape.kind in ("boolean", "structure"):
        return
    size = value if isinstance(value, int) else len(value)
    what = "value" if isinstance(value, int) else "length"
    shown = f"Value '{str(value)[:50]}' at '{path}' failed to satisfy constraint: Member must"
    if shape.least is not None and size < shape.least:
        yield f"{shown} have {what} greater than or equal to {shape.least}"
    if shape.most is not None and size > shape.most:
        yield f"{shown} have {what} less than or equal to {shape.most}"
    if shape.values and value not in shape.values:
        yield f"{shown} satisfy enum value set: [{', '.join(shape.values)}]"
    if shape.pattern and (pattern := _pattern(shape.pattern)) and not pattern.fullmatch(value):
        yield f"{shown} satisfy regular expression pattern: {shape.pattern}"


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str] | None:
    """None for a pattern that only Java's regular expressions can express, such as a range of surrogates."""
    if r"\uD8" in text or r"\p{" in text:
        return None
    try:
        return re.compile(text)
    except re.error:
        return None


def _below(path: str, name: str) -> str:
    shown = name[:1].lower() + name[1:]
    return f"{path}.{shown}" if path else shown


def _null(path: str) -> str:
    shown = path[:1].lower() + path[1:]
    return f"Value null at '{shown}' failed to satisfy constraint: Member must not be null"
