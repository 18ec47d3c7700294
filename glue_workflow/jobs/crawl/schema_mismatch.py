"""The place where a decoded JSON value departs from a declared msgspec type: its path, both types, and the value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import inspect

_SHOWN = 60
_SCALARS: dict[type[inspect.Type], tuple[str, tuple[type, ...]]] = {
    inspect.IntType: ("int", (int,)),
    inspect.FloatType: ("float", (float, int)),
    inspect.StrType: ("str", (str,)),
    inspect.BoolType: ("bool", (bool,)),
    inspect.NoneType: ("null", (type(None),)),
    inspect.DictType: ("object", (dict,)),
}
_FOUND = {int: "int", float: "float", str: "str", bool: "bool", type(None): "null", dict: "object", list: "array"}


def first_mismatch(value: Any, declared: inspect.Type) -> str | None:
    """The first mismatch, as `$.a[0].b: declared int, found str ("1")`; None when only a constraint is broken."""
    return next(_mismatches(value, declared, "$"), None)


def _mismatches(value: Any, declared: inspect.Type, path: str) -> Iterator[str]:
    match declared:
        case inspect.UnionType():
            if all(any(_mismatches(value, option, path)) for option in declared.types):
                yield from _inside_of_union(value, declared, path)
        case inspect.StructType(array_like=True):
            yield from _elements(value, [field.type for field in declared.fields], path, _name(declared))
        case inspect.StructType() | inspect.TypedDictType():
            yield from _fields(value, declared, path)
        case inspect.ListType(item_type=types) | inspect.TupleType(item_types=types):
            yield from _elements(value, types, path, _name(declared))
        case inspect.LiteralType():
            if value not in declared.values:
                yield _differs(path, declared, value)
        case _ if type(declared) in _SCALARS:
            if not _is_a(value, _SCALARS[type(declared)][1]):
                yield _differs(path, declared, value)


def _inside_of_union(value: Any, declared: inspect.UnionType, path: str) -> Iterator[str]:
    """For a value of the right shape, what is wrong inside it; for any other, that it has none of the types."""
    for option in declared.types:
        inside = next(_mismatches(value, option, path), "")
        if not inside.startswith(f"{path}: "):
            yield inside
    yield _differs(path, declared, value)


def _fields(value: Any, declared: inspect.StructType | inspect.TypedDictType, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _differs(path, declared, value)
        return
    for field in declared.fields:
        where = f"{path}.{field.encode_name}"
        if field.encode_name in value:
            yield from _mismatches(value[field.encode_name], field.type, where)
        elif field.required:
            yield f"{where}: declared {_name(field.type)}, found nothing"


def _elements(value: Any, types: inspect.Type | Sequence[inspect.Type], path: str, name: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: declared {name}, found {_shown(value)}"
        return
    declared = [types] * len(value) if isinstance(types, inspect.Type) else types
    for index, (inner, type_) in enumerate(zip(value, declared, strict=False)):
        yield from _mismatches(inner, type_, f"{path}[{index}]")


def _is_a(value: Any, kinds: tuple[type, ...]) -> bool:
    return isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds)


def _differs(path: str, declared: inspect.Type, value: Any) -> str:
    return f"{path}: declared {_name(declared)}, found {_shown(value)}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return f"{_FOUND[type(value)]} ({text if len(text) <= _SHOWN else text[:_SHOWN] + '...'})"


def _name(declared: inspect.Type) -> str:
    match declared:
        case inspect.UnionType():
            return " or ".join(_name(option) for option in declared.types)
        case inspect.LiteralType():
            return " or ".join(json.dumps(one) for one in declared.values)
        case inspect.StructType(array_like=True) | inspect.ListType() | inspect.TupleType():
            return "array"
        case inspect.StructType() | inspect.TypedDictType():
            return "object"
    return _SCALARS.get(type(declared), ("any", ()))[0]
