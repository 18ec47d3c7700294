"""Paths into JSON, as Trino reads them: `$.a`, `$[0]`, `$["a b"]`, `$[a]`.

A number leads to an entry of a list and to a field of that name, however it is written.
"""

from __future__ import annotations

import re

from sqlglot import exp

_STEP = re.compile(r'\.(?P<name>[\w:]+)|\[(?:(?P<place>\d+)|(?P<bare>\w+)|"(?P<quoted>(?:[^"\\]|\\["\\])*)")\]')
_ESCAPED = re.compile(r"\\(.)")
_IS_NUMBER = re.compile(r"0|[1-9][0-9]*")


def json_path(text: str) -> exp.JSONPath | None:
    """None for a text that Trino refuses as a path."""
    if not text.startswith("$"):
        return None
    at = 1
    parts: list[exp.JSONPathPart] = [exp.JSONPathRoot()]
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            return None
        parts.append(_part(found))
        at = found.end()
    return exp.JSONPath(expressions=parts)


def _part(found: re.Match[str]) -> exp.JSONPathPart:
    if found["place"] and _IS_NUMBER.fullmatch(found["place"]):
        return exp.JSONPathSubscript(this=int(found["place"]))
    quoted = found["quoted"]
    name = _ESCAPED.sub(r"\1", quoted) if quoted is not None else found["name"] or found["bare"] or found["place"]
    return exp.JSONPathKey(this=name)
