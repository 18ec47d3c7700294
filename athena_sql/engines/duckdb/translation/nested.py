"""Rewrites of JSON, arrays and rows."""

from __future__ import annotations

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.parts import unsupported
from millrace.athena_sql.portability import refusals


def json_extract_scalar(node: exp.Expr) -> exp.Expr:
    """NULL for an object or array, which are not scalars: DuckDB's json_value is, and gives JSON."""
    value, path = node.this.copy(), node.expression.copy()
    if any(str(part.this).startswith("-") for part in path.find_all(exp.JSONPathSubscript)):
        raise unsupported(node, refusals.REFUSED_JSON_FROM_END.said)
    scalar = exp.Anonymous(this="JSON_VALUE", expressions=[exp.cast(value, "JSON"), path])
    return exp.Paren(this=exp.JSONExtractScalar(this=scalar, expression=exp.Literal.string("$")))


def json_array_length(node: exp.Expr) -> exp.Expr | None:
    """json_array_length as BIGINT: Athena has no unsigned types."""
    named = str(node.this).lower() if isinstance(node, exp.Anonymous) else ""
    if named != "json_array_length" or isinstance(node.parent, exp.Cast):
        return None
    return exp.cast(node.copy(), exp.DType.BIGINT)


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
