"""JSON paths as sources write them: `$`, `.name`, `[0]` and, where many values are meant, `[*]`."""

from __future__ import annotations

import re
from typing import Any

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\*)\]")
_PATH = re.compile(rf"\$(?:{_STEP.pattern})*")

JsonPlace = tuple[Any, Any]  # a list or object, and the index or name of one of its values


def leads_to_one_value(path: str) -> bool:
    """Whether this is a path, and one without `[*]`."""
    return _PATH.fullmatch(path) is not None and "[*]" not in path


def value_at(document: Any, path: str) -> Any:
    """The first value there; None where the document has nothing."""
    if path == "$":
        return document
    found = places(document, path)
    return value_of(found[0]) if found else None


def places(document: Any, path: str) -> list[JsonPlace]:
    """The places that a path such as `$.data[*].updated` names; none for `$` itself, or a path in another form."""
    found: list[JsonPlace] = [([document], 0)]
    steps = _STEP.findall(path) if _PATH.fullmatch(path) else []
    for name, index in steps:
        found = [place for one in found for place in _step(value_of(one), name, index)]
    return found if steps else []


def value_of(place: JsonPlace) -> Any:
    holder, key = place
    return holder[key]


def _step(value: Any, name: str, index: str) -> list[JsonPlace]:
    if name:
        return [(value, name)] if isinstance(value, dict) and name in value else []
    if not isinstance(value, list):
        return []
    numbers = range(len(value)) if index == "*" else [int(index)]
    return [(value, number) for number in numbers if number < len(value)]
