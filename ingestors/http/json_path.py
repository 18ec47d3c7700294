"""A JSON path to one value: `$`, `.name`, `["name"]` and `[0]`, as sources write it."""

from __future__ import annotations

import re
from typing import Any

_STEP = re.compile(r"""\.(\w+)|\["([^"\\]+)"\]|\[([0-9]+)\]""")


def steps_of(path: str) -> tuple[str | int, ...]:
    """The names and places on the way. Raises ValueError for any other text."""
    steps: list[str | int] = []
    at = 1
    while path.startswith("$") and at < len(path) and (found := _STEP.match(path, at)):
        name, quoted, place = found.groups()
        steps.append(int(place) if place else name or quoted)
        at = found.end()
    if not path or at < len(path) or path[0] != "$":
        raise ValueError(f"{path!r} is no path to one value")
    return tuple(steps)


def value_at(document: Any, path: str) -> Any:
    """The value there; None where the document has nothing."""
    for step in steps_of(path):
        inside = isinstance(document, dict if isinstance(step, str) else list)
        if not inside or (isinstance(step, int) and step >= len(document)):
            return None
        document = document.get(step) if isinstance(step, str) else document[step]
    return document
