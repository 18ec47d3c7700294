"""Values before the service models of botocore: members, required ones, enums, patterns, lengths and ranges, and what
they say in words (`documented`).

botocore itself looks at members and types alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ServiceModel, Shape

from millrace.infra.judges.documented import broken

# Patterns that the model has and Python's `re` reads otherwise; the services' own text decides there.
_JAVA = re.compile(r"\\p\{(\w+)\}")
_CLASSES = {"L": r"\w", "M": "", "Z": r"\s", "S": r"\$+<=>^`|~", "N": r"\d", "P": r"!-/:-@\[-`{-~", "IsLetter": r"\w"}
_SURROGATES, _BEYOND = r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF"


@cache
def service(name: str) -> ServiceModel:
    model: ServiceModel = botocore.session.get_session().get_service_model(name)
    return model


def refused(service_name: str, operation: str, given: Mapping[str, Any]) -> list[str]:
    """What the model of an operation does not take, each with its place."""
    shape = service(service_name).operation_model(operation).input_shape
    assert shape is not None
    found = list(_walk(shape, given, operation))
    return found or list(broken(service_name, operation, given))  # rules are of calls that are whole


def _walk(shape: Any, value: Any, place: str) -> Iterator[str]:
    walk = _WALKS.get(shape.type_name)
    if walk is not None:
        yield from walk(shape, value, place)


def _list(shape: Any, value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{place}: no list"
        return
    yield from _range(shape, len(value), place)
    for number, one in enumerate(value):
        yield from _walk(shape.member, one, f"{place}[{number}]")


def _map(shape: Any, value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{place}: no map"
        return
    yield from _range(shape, len(value), place)
    for key, one in value.items():
        yield from _walk(shape.key, key, f"{place} key {key}")
        yield from _walk(shape.value, one, f"{place}.{key}")


def _number(shape: Any, value: Any, place: str) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield f"{place}: {value!r} is no number"
    else:
        yield from _range(shape, value, place)


def _flag(shape: Any, value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield f"{place}: {value!r} is neither true nor false"


def _structure(shape: Any, value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{place}: no structure"
        return
    for name in shape.required_members:
        if name not in value:
            yield f"{place}: {name} is missing"
    for name, one in value.items():
        if name not in shape.members:
            yield f"{place}: {name} is unknown"
        else:
            yield from _walk(shape.members[name], one, f"{place}.{name}")


def _text(shape: Shape, value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{place}: {value!r} is no text"
        return
    if enum := getattr(shape, "enum", None):
        if value not in enum:
            yield f"{place}: {value!r} is none of {', '.join(enum[:5])}..."
        return
    yield from _range(shape, len(value), place)
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).search(value):
        yield f"{place}: {value!r} does not match {pattern}"


def _range(shape: Shape, size: float, place: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{place}: {size} is less than {least}"
    if most is not None and size > most:
        yield f"{place}: {size} is more than {most}"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Java's pattern for Python, as a whole text."""
    translated = _JAVA.sub(lambda found: _CLASSES[found[1]], pattern).replace(_SURROGATES, _BEYOND)
    return re.compile(rf"\A(?:{translated})\Z", re.DOTALL)


_WALKS: Mapping[str, Callable[[Any, Any, str], Iterator[str]]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _text,
    "boolean": _flag,
    **dict.fromkeys(("integer", "long", "float", "double"), _number),
}
