"""Validation of requests against botocore's service model: required members, types, lengths, patterns.

Without botocore only the members that the operations read unconditionally are required (`REQUIRED`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from millrace.athena_sql.endpoint.problems import invalid, unreadable

Input = Mapping[str, Any]  # a request's members, as they were decoded from JSON
Output = dict[str, Any]
Operation = Callable[[Input], Output]

# The members that the operations read without checking that they are given.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "StartQueryExecution": ("QueryString",),
    "GetQueryExecution": ("QueryExecutionId",),
    "BatchGetQueryExecution": ("QueryExecutionIds",),
    "StopQueryExecution": ("QueryExecutionId",),
    "GetQueryResults": ("QueryExecutionId",),
    "GetQueryRuntimeStatistics": ("QueryExecutionId",),
    "GetWorkGroup": ("WorkGroup",),
    "GetDataCatalog": ("Name",),
    "ListDatabases": ("CatalogName",),
    "GetDatabase": ("CatalogName", "DatabaseName"),
    "ListTableMetadata": ("CatalogName", "DatabaseName"),
    "GetTableMetadata": ("CatalogName", "DatabaseName", "TableName"),
    "CreateNamedQuery": ("Name", "Database", "QueryString"),
    "GetNamedQuery": ("NamedQueryId",),
    "BatchGetNamedQuery": ("NamedQueryIds",),
    "UpdateNamedQuery": ("NamedQueryId", "Name", "QueryString"),
    "DeleteNamedQuery": ("NamedQueryId",),
    "CreatePreparedStatement": ("StatementName", "WorkGroup", "QueryStatement"),
    "UpdatePreparedStatement": ("StatementName", "WorkGroup", "QueryStatement"),
    "GetPreparedStatement": ("StatementName", "WorkGroup"),
    "BatchGetPreparedStatement": ("PreparedStatementNames", "WorkGroup"),
    "ListPreparedStatements": ("WorkGroup",),
    "DeletePreparedStatement": ("StatementName", "WorkGroup"),
}
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
}
_WANTED = {"integer": "an Integer", "long": "a Long", "string": "a String", "boolean": "a Boolean"}
_UNEXPECTED = {"list": "Expected list or null", "structure": "Expected null", "map": "Expected null"}
# Where the service allows more than its model says: from 1,001 on GetQueryResults refuses with a message of its own.
_LARGEST = {"MaxQueryResults": 100_000}


def load_model() -> Mapping[str, Any] | None:
    """botocore's model of the service, or None where botocore is not installed."""
    try:
        from botocore.loaders import Loader
    except ImportError:
        return None
    model: Mapping[str, Any] = Loader().load_service_model("athena", "service-2")
    return model


class Shapes:
    """The service model of every operation; `model` is None where botocore is not installed."""

    def __init__(self, model: Mapping[str, Any] | None) -> None:
        self._model = model

    def check(self, operation: str, request: Input) -> None:
        """Raises RequestRefused for the first member of a wrong type, or else with a list of every violation."""
        if self._model is None:
            found = [_null(name) for name in REQUIRED.get(operation, ()) if request.get(name) is None]
        else:
            shapes, shape = self._model["shapes"], self._model["operations"][operation]["input"]["shape"]
            _check_types(shapes, shape, request)
            found = list(self._violations(shapes, shape, request, ""))
        if found:
            many = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected"
            raise invalid(f"{many}: {'; '.join(found)}")

    def _violations(self, shapes: Mapping[str, Any], name: str, value: Any, path: str) -> Iterator[str]:
        shape = shapes[name]
        if value is None:
            yield _null(path)
            return
        yield from _limits({**shape, "max": _LARGEST[name]} if name in _LARGEST else shape, value, path)
        match shape["type"]:
            case "structure":
                yield from self._members(shapes, shape, value, path)
            case "list":
                for at, item in enumerate(value, start=1):
                    yield from self._violations(shapes, shape["member"]["shape"], item, f"{path}.{at}.member")

    def _members(self, shapes: Mapping[str, Any], shape: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
        for required in shape.get("required", ()):
            if value.get(required) is None:
                yield _null(_below(path, required))
        for name, member in shape["members"].items():
            if value.get(name) is not None:
                yield from self._violations(shapes, member["shape"], value[name], _below(path, name))


def _check_types(shapes: Mapping[str, Any], name: str, value: Any) -> None:
    """Raises RequestRefused. JSON's null is of every type."""
    shape = shapes[name]
    if value is None:
        return
    if not _is_of(shape["type"], value):
        raise unreadable(_wrong_type(shape["type"], value))
    match shape["type"]:
        case "structure":
            for member in (each for each in value if each in shape["members"]):
                _check_types(shapes, shape["members"][member]["shape"], value[member])
        case "list":
            for item in value:
                _check_types(shapes, shape["member"]["shape"], item)


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


def _limits(shape: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
    size = value if isinstance(value, int) else len(value)
    what = "value" if isinstance(value, int) else "length"
    shown = f"Value '{str(value)[:50]}' at '{path}' failed to satisfy constraint: Member must"
    if shape["type"] in ("boolean", "structure"):
        return
    if size < shape.get("min", size):
        yield f"{shown} have {what} greater than or equal to {shape['min']}"
    if size > shape.get("max", size):
        yield f"{shown} have {what} less than or equal to {shape['max']}"
    if "enum" in shape and value not in shape["enum"]:
        yield f"{shown} satisfy enum value set: {shape['enum']}"
    if "pattern" in shape and (pattern := _pattern(shape["pattern"])) and not pattern.fullmatch(value):
        yield f"{shown} satisfy regular expression pattern: {shape['pattern']}"


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
