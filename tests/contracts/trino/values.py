"""Types and values, from Trino's JSON to those of a Result."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from millrace.athena_sql.engines.athena.types import value_reader
from millrace.athena_sql.engines.values import to_value
from millrace.athena_sql.ports import Column, Result
from tests.contracts.trino.client import TrinoAnswer

_DDL_NAMES = {
    "integer": "int",
    "real": "float",
    "varchar": "string",
    "char": "string",
    "varbinary": "binary",
}


def to_result(answer: TrinoAnswer) -> Result:
    types = [column["typeSignature"] for column in answer.columns]
    columns = [Column(column["name"], ddl_name(type_)) for column, type_ in zip(answer.columns, types, strict=True)]
    rows = [tuple(to_value(_value(cell, type_)) for cell, type_ in zip(row, types, strict=True)) for row in answer.rows]
    return Result(tuple(columns), rows)


def ddl_name(type_: Mapping[str, Any]) -> str:
    """The name that Athena's DDL has for a type."""
    raw, inner = str(type_["rawType"]), type_["arguments"]
    match raw:
        case "decimal":
            return f"decimal({inner[0]['value']},{inner[1]['value']})"
        case "array" | "map":
            return f"{raw}<{','.join(ddl_name(one['value']) for one in inner)}>"
        case "row":
            fields = (f"{name}:{ddl_name(one)}" for name, one in _fields(inner))
            return f"struct<{','.join(fields)}>"
    return _DDL_NAMES.get(raw, raw)


def _value(cell: Any, type_: Mapping[str, Any]) -> Any:
    inner = type_["arguments"]
    match type_["rawType"], cell:
        case _, None | bool():
            return cell
        case "varbinary", str():
            return b64decode(cell)
        case "timestamp with time zone", str():
            return _to_milliseconds(cell)
        case "array", list():
            return [_value(one, inner[0]["value"]) for one in cell]
        case "map", dict():
            return {name: _value(one, inner[1]["value"]) for name, one in cell.items()}
        case "row", list():
            return {name: _value(one, part) for (name, part), one in zip(_fields(inner), cell, strict=True)}
    return value_reader(ddl_name(type_))(str(cell))


def _to_milliseconds(text: str) -> str:
    """Trino's text of a time with a zone, with three digits of a second, as Athena shows each."""
    time, _, zone = text.rpartition(" ")
    return f"{datetime.fromisoformat(time).isoformat(' ', 'milliseconds')} {zone}"


def _fields(inner: Sequence[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """A row's fields; those without a name are called field0, field1... as Athena shows them."""
    parts = [one["value"] for one in inner]
    return [
        (part["fieldName"]["name"] if part.get("fieldName") else f"field{at}", part["typeSignature"])
        for at, part in enumerate(parts)
    ]
