"""JSON paths as sources write them: `$`, `.name`, `[0]` and, where many values are meant, `[*]`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\*)\]")
_PATH = re.compile(rf"\$(?:{_STEP.pattern})*")

JsonPlace = tuple[Any, Any]  # a list or object, and the index or name of one of its values
JsonStep = str | int | None  # a field's name, an element's index from 0, or None for every element


def leads_to_one_value(path: str) -> bool:
    """Whether this is a path, and one without `[*]`."""
    return _PATH.fullmatch(path) is not None and "[*]" not in path


def value_at(document: Any, path: str) -> Any:
    """The first value there; None where the document has nothing."""
    if path == "$":
        return document
    found = places(document, path)
    return value_of(found[0]) if found else None


def steps_of(path: str) -> tuple[JsonStep, ...] | None:
    """The steps from the root; None for text that is no path."""
    if _PATH.fullmatch(path) is None:
        return None
    return tuple(name or (None if index == "*" else int(index)) for name, index in _STEP.findall(path))


def path_of(steps: Iterable[JsonStep]) -> str:
    """The path with these steps, as sources write it."""
    return "$" + "".join(f".{one}" if isinstance(one, str) else f"[{'*' if one is None else one}]" for one in steps)


def places(document: Any, path: str) -> list[JsonPlace]:
    """The places that a path such as `$.data[*].updated` names; none for `$` itself, or a path in another form."""
    found: list[JsonPlace] = [([document], 0)]
    steps = steps_of(path)
    for step in steps or ():
        found = [place for one in found for place in _step(value_of(one), step)]
    return found if steps else []


def all_places(document: Any) -> Iterator[JsonPlace]:
    """The places of all values in the document, at any depth; each before those in it."""
    names = document if isinstance(document, dict) else range(len(document)) if isinstance(document, list) else ()
    for name in names:
        yield document, name
        yield from all_places(document[name])


def elements_at(document: Any, path: str) -> int:
    """How many elements the arrays at this path have together; 0 where there is none."""
    found = [document] if path == "$" else [value_of(place) for place in places(document, path)]
    return sum(len(one) for one in found if isinstance(one, list))


def value_of(place: JsonPlace) -> Any:
    holder, key = place
    return holder[key]


def _step(value: Any, step: JsonStep) -> list[JsonPlace]:
    if isinstance(step, str):
        return [(value, step)] if isinstance(value, dict) and step in value else []
    if not isinstance(value, list):
        return []
    numbers = range(len(value)) if step is None else [step]
    return [(value, number) for number in numbers if number < len(value)]
