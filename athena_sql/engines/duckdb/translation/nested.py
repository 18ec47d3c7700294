"""Rewrites of arrays and rows."""

from __future__ import annotations

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.parts import number, unsupported
from millrace.athena_sql.portability.refusals import Refusal

_ROWS_OR_MAP = Refusal(
    "UNNEST of rows or of a map",
    "UNNEST(sequence(1, cardinality(rows))) and element_at(rows, n), or UNNEST(map_keys(map)) and element_at(map, key)",
)


def sequence(node: exp.Expr) -> exp.Expr | None:
    """A step of -1 where the end is below the start."""
    start, end = number(node.args["start"]), number(node.args["end"])
    if node.args.get("step") or start is None or end is None or start <= end:
        return None
    return exp.GenerateSeries(
        start=node.args["start"].copy(), end=node.args["end"].copy(), step=exp.Neg(this=exp.Literal.number(1))
    )


def unnest(node: exp.Expr) -> None:
    alias = node.args.get("alias")
    if len(node.expressions) == 1 and alias is not None and len(alias.args.get("columns") or ()) > 1:
        raise unsupported(node, _ROWS_OR_MAP.said)


def array_intersect(node: exp.Expr) -> exp.Expr | None:
    """With NULL, where both have it, and in the order of the longer one."""
    if len(node.expressions) != 2:
        return None
    return exp.Anonymous(this="athena_intersect", expressions=[one.copy() for one in node.expressions])


def rows_equal(node: exp.Expr) -> exp.Expr | None:
    """NULL where a part is NULL and no other differs; DuckDB takes NULL for a value in a row."""
    both = _parts_equal(node.this, node.expression)
    return exp.Not(this=both) if both is not None and isinstance(node, exp.NEQ) else both


def row_in(node: exp.Expr) -> exp.Expr | None:
    each = [_parts_equal(node.this, other) for other in node.expressions]
    found = [one for one in each if one is not None]
    return exp.paren(exp.or_(*found)) if found and len(found) == len(each) else None


def _parts_equal(one: exp.Expr, other: exp.Expr) -> exp.Expr | None:
    ours, theirs = _parts(one), _parts(other)
    if not ours or len(ours) != len(theirs):
        return None
    return exp.paren(exp.and_(*(a.copy().eq(b.copy()) for a, b in zip(ours, theirs, strict=True))))


def _parts(node: exp.Expr) -> list[exp.Expr]:
    return list(node.expressions) if isinstance(node.unnest(), exp.Tuple | exp.Struct) else []


def unnamed_row(node: exp.Expr) -> exp.Expr | None:
    """Its fields are field0, field1... as Athena shows them."""
    if isinstance(node.parent, exp.Cast) or any(isinstance(one, exp.PropertyEQ) for one in node.expressions):
        return None
    named = [
        exp.PropertyEQ(this=exp.to_identifier(f"field{at}"), expression=one.copy())
        for at, one in enumerate(node.expressions)
    ]
    return exp.Struct(expressions=named)
