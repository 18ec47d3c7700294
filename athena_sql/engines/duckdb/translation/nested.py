"""Rewrites of arrays and rows."""

from __future__ import annotations

from sqlglot import exp


def array_intersect(node: exp.Expr) -> exp.Expr | None:
    """With NULL, where both have it, and in the order of the longer one."""
    if len(node.expressions) != 2:
        return None
    return exp.Anonymous(this="athena_intersect", expressions=[one.copy() for one in node.expressions])


def unnamed_row(node: exp.Expr) -> exp.Expr | None:
    """Its fields are field0, field1... as Athena shows them."""
    if isinstance(node.parent, exp.Cast) or any(isinstance(one, exp.PropertyEQ) for one in node.expressions):
        return None
    named = [
        exp.PropertyEQ(this=exp.to_identifier(f"field{at}"), expression=one.copy())
        for at, one in enumerate(node.expressions)
    ]
    return exp.Struct(expressions=named)
