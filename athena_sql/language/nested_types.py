"""The types of arrays, maps and rows, made and taken apart."""

from __future__ import annotations

from sqlglot import exp

UNKNOWN = exp.DataType.build(exp.DType.UNKNOWN)


def type_of(node: object) -> exp.DataType:
    """UNKNOWN for a part that is missing: a call may have fewer parts than it needs."""
    return (node.type or UNKNOWN) if isinstance(node, exp.Expr) else UNKNOWN


def array_of(entry: exp.DataType) -> exp.DataType:
    """UNKNOWN where the type of the entries is not known."""
    if entry.this is exp.DType.UNKNOWN:
        return UNKNOWN
    return exp.DataType(this=exp.DType.ARRAY, expressions=[entry.copy()], nested=True)


def map_of(key: exp.DataType, value: exp.DataType) -> exp.DataType:
    return exp.DataType(this=exp.DType.MAP, expressions=[key.copy(), value.copy()], nested=True)


def row_of(*fields: exp.DataType) -> exp.DataType:
    named = [exp.ColumnDef(this=exp.to_identifier(f"field{at}"), kind=kind.copy()) for at, kind in enumerate(fields)]
    return exp.DataType(this=exp.DType.STRUCT, expressions=named, nested=True)


def part_of(type_: exp.DataType, place: int = 0) -> exp.DataType:
    """The type of an array's entries, or of a map's keys (0) or values (1)."""
    parts = [part for part in type_.expressions if isinstance(part, exp.DataType)]
    return parts[place] if place < len(parts) else UNKNOWN
