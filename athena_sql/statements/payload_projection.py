"""Reading only the part of the payload that a statement wants.

A payload is read as text, and `CAST(json_extract(payload, path) AS type)` would parse that text again: for a day of
taxi positions that is half of the work. Where a SELECT takes nothing else of the payload, the reader parses the part
itself, and the column is that part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.dialect import DUCKDB

PAYLOAD = "payload"

Step = str | int


@dataclass(frozen=True, slots=True)
class PayloadPart:
    """`steps` lead from the root: names of an object's fields, and indices of an array's elements (from 0)."""

    steps: tuple[Step, ...]
    type: str

    def declaration(self) -> str:
        """The payload's type in DuckDB, as far as this part needs it."""
        declared = self.type
        for step in reversed(self.steps):
            declared = f"STRUCT({_quoted(step)} {declared})" if isinstance(step, str) else f"{declared}[]"
        return declared

    def accessor(self) -> str:
        steps = (f".{_quoted(step)}" if isinstance(step, str) else f"[{step + 1}]" for step in self.steps)
        return PAYLOAD + "".join(steps)


def take_part(table: exp.Table) -> PayloadPart | None:
    """The one part of the payload that the SELECT around a raw table takes, which then takes the column itself.

    None, and nothing changed, when it takes more than one part, the whole, or `*`.
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
    """Without subqueries in it, every `payload` in this SELECT is that of its one table."""
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
    return PayloadPart(steps, cast.to.sql(DUCKDB)) if steps else None


def _steps(path: Sequence[exp.Expr]) -> tuple[Step, ...] | None:
    steps: list[Step] = []
    for part in path[1:]:
        plain = isinstance(part, exp.JSONPathKey | exp.JSONPathSubscript) and isinstance(part.this, str | int)
        if not plain or part.this in (-1, "*"):
            return None
        steps.append(part.this)
    return tuple(steps)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
