"""The service's own description of its requests: what must be there, how long, of which pattern.

It is botocore's service model, where botocore is installed; without it only what the operations themselves need is
asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from athena_sql.endpoint.problems import invalid

# What the operations read without asking whether it is there.
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


def load_model() -> Mapping[str, Any] | None:
    """botocore's model of the service, or None where botocore is not installed."""
    try:
        from botocore.loaders import Loader
    except ImportError:
        return None
    model: Mapping[str, Any] = Loader().load_service_model("athena", "service-2")
    return model


class Shapes:
    def __init__(self, model: Mapping[str, Any] | None) -> None:
        self._model = model

    def check(self, operation: str, asked: Mapping[str, Any]) -> None:
        """Raises RequestRefused, which lists every violation."""
        if self._model is None:
            found = [_null(name) for name in REQUIRED.get(operation, ()) if asked.get(name) is None]
        else:
            shape = self._model["operations"][operation]["input"]["shape"]
            found = list(self._violations(self._model["shapes"], shape, asked, ""))
        if found:
            many = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected"
            raise invalid(f"{many}: {'; '.join(found)}")

    def _violations(self, shapes: Mapping[str, Any], name: str, value: Any, path: str) -> Iterator[str]:
        shape = shapes[name]
        wanted = _TYPES.get(shape["type"], object)
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            yield f"Value at '{path}' failed to satisfy constraint: Member must be a {shape['type']}"
            return
        yield from _limits(shape, value, path)
        match shape["type"]:
            case "structure":
                yield from self._members(shapes, shape, value, path)
            case "list":
                for at, item in enumerate(list[Any](value), start=1):  # type: ignore[call-overload]
                    yield from self._violations(shapes, shape["member"]["shape"], item, f"{path}.{at}.member")

    def _members(self, shapes: Mapping[str, Any], shape: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
        for required in shape.get("required", ()):
            if value.get(required) is None:
                yield _null(_below(path, required))
        for name, member in shape["members"].items():
            if value.get(name) is not None:
                yield from self._violations(shapes, member["shape"], value[name], _below(path, name))


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
    """None for what only Java's regular expressions can say, such as ranges of surrogates."""
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
