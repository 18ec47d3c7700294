"""Payload projection: reading only the part of the payload that a SELECT uses.

A payload is read as text, which `CAST(json_extract(payload, path) AS type)` would parse once more: half of the work for
a day of taxi positions. If a SELECT uses one part and nothing else of the payload, the reader parses that part
directly, and the column `payload` holds the part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

PAYLOAD = "payload"

PathStep = str | int


@dataclass(frozen=True, slots=True)
class PayloadPart:
    """A part of the payload, and the type to read it as. `steps` lead to it from the root: names of fields, and indices
    of array elements (from 0)."""

    steps: tuple[PathStep, ...]
    type: exp.DataType


def take_part(table: exp.Table) -> PayloadPart | None:
    """The one part of the payload that the SELECT around a raw table uses; changes the SELECT to use the column itself.

    None, and no change, if the SELECT uses several parts, the whole payload, or `*`.
    """
    select = table.parent_select
    if not isinstance(select, exp.Select) or not _is_only_table(select) or _takes_everything(select):
        return None
    uses = [column for column in select.find_all(exp.Column) if column.name.lower() == PAYLOAD]
    casts = [_cast_around(column) for column in uses]
    parts = {_part(cast) for cast in casts if cast is not None}
    if None in casts or len(parts) != 1:
        return None
    [part] = parts
    if part is not None:
        for cast, column in zip(casts, uses, strict=True):
            if cast is not None:
                cast.replace(column.copy())
    return part


def _is_only_table(select: exp.Select) -> bool:
    """Whether every `payload` in this SELECT is certain to be its one table's: it has no join and no subquery."""
    nested = [query for query in select.find_all(exp.Query) if query is not select]
    return len(list(select.find_all(exp.Table))) == 1 and not nested


def _takes_everything(select: exp.Select) -> bool:
    return any(column.is_star for column in select.expressions)


def _cast_around(column: exp.Column) -> exp.Cast | None:
    extract = column.parent
    cast = extract.parent if isinstance(extract, exp.JSONExtract) and extract.this is column else None
    return cast if type(cast) is exp.Cast and cast.this is extract else None


def _part(cast: exp.Cast) -> PayloadPart | None:
    path = cast.this.expression
    steps = _steps(path.expressions) if isinstance(path, exp.JSONPath) else None
    return PayloadPart(steps, cast.to) if steps else None


def _steps(path: Sequence[exp.Expr]) -> tuple[PathStep, ...] | None:
    steps: list[PathStep] = []
    for part in path[1:]:
        plain = isinstance(part, exp.JSONPathKey | exp.JSONPathSubscript) and isinstance(part.this, str | int)
        if not plain or part.this in (-1, "*"):
            return None
        steps.append(part.this)
    return tuple(steps)
