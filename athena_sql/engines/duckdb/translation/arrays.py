"""Rewrites of subscripts, sequences, intersections and sizes."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.expressions import apply_index_offset

from millrace.athena_sql.engines.duckdb.translation.parts import call
from millrace.athena_sql.portability.dialect import ATHENA
from millrace.athena_sql.statements.numerals import number
from millrace.athena_sql.statements.places import place_of
from millrace.errors import StatementFailed

_WRONG_WAY = (
    "sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop"
    " should be less than or equal to start"
)
_ADDS_ONE = 1  # sqlglot counts places from 0 where it knows that they are places


def write_subscripts(query: exp.Query) -> None:
    """Counts the places of all subscripts from 1, in place, before other rewrites hide what the parser had seen."""
    for node in query.find_all(exp.Bracket):
        if node.args.get("offset") is None:
            array, keys = _untyped(node.this), [_untyped(one) for one in node.expressions]
            node.set("expressions", apply_index_offset(array, keys, _ADDS_ONE, dialect=ATHENA))
            node.set("offset", _ADDS_ONE)


def _untyped(node: exp.Expr) -> exp.Expr:
    copy = node.copy()
    for part in copy.walk():
        part.type = None
    return copy


def subscript(node: exp.Expr) -> exp.Expr | None:
    """An error where there is no such entry; `element_at` (a safe subscript) is NULL there, and refuses 0."""
    if len(node.expressions) != 1 or node.expressions[0] is None:
        return None
    given, key = node.this, node.expressions[0]
    kind = type_of(given)
    if kind is exp.DType.STRUCT:
        return call("STRUCT_EXTRACT_AT", given.copy(), key.copy())
    is_map = kind is exp.DType.MAP or (kind is None and isinstance(key, exp.Literal) and key.is_string)
    if not node.args.get("safe"):
        return call("athena_map_value" if is_map else "athena_subscript", given.copy(), key.copy())
    if is_map or (isinstance(key, exp.Literal | exp.Neg) and number(key) != 0):
        return None
    return call("athena_element_at", given.copy(), key.copy())


def type_of(node: exp.Expr) -> exp.DType | None:
    """ARRAY, MAP or STRUCT, as far as it is known."""
    match node:
        case exp.Paren():
            return type_of(node.this)
        case exp.Array():
            return exp.DType.ARRAY
        case exp.Map():
            return exp.DType.MAP
        case exp.Struct() | exp.Tuple():
            return exp.DType.STRUCT
        case exp.Cast():
            kind = node.to.this
        case _:
            kind = node.type.this if node.type is not None else None
    return kind if kind in (exp.DType.ARRAY, exp.DType.MAP, exp.DType.STRUCT) else None


def cardinality(node: exp.Expr) -> exp.Expr:
    return exp.cast(call("CARDINALITY", node.this.copy()), exp.DType.BIGINT)


def array_intersect(node: exp.Expr) -> exp.Expr | None:
    """With NULL, where both have it, and in the order of the longer one."""
    if len(node.expressions) != 2:
        return None
    return call("athena_intersect", *(one.copy() for one in node.expressions))


def sequence(node: exp.Expr) -> exp.Expr | None:
    """Down where the end is below the start. The fence has refused literals that give too long a one.

    Raises StatementFailed for literals that give no sequence.
    """
    ends, step = (node.args["start"], node.args["end"]), node.args.get("step")
    if isinstance(step, exp.Expr) and isinstance(step.unnest(), exp.Interval):
        return call("athena_sequence_of_times", *(one.copy() for one in (*ends, step)))
    if _is_date(ends[0]):
        return call("athena_sequence_of_days", *(one.copy() for one in ends))
    first, last = number(ends[0]), number(ends[1])
    by = number(step) if step is not None else 1 if first is None or last is None or first <= last else -1
    if first is None or last is None or by is None:
        parts = [one.copy() for one in (*ends, step) if one is not None]
        return call("athena_sequence" if step is None else "athena_sequence_by", *parts)
    if not by:
        raise _refused(node, "step must not be zero")
    if (last - first) * by < 0:
        raise _refused(node, _WRONG_WAY)
    if step is not None or by > 0:
        return None
    return exp.GenerateSeries(start=ends[0].copy(), end=ends[1].copy(), step=exp.Neg(this=exp.Literal.number(1)))


def _is_date(node: exp.Expr) -> bool:
    type_ = node.to if isinstance(node, exp.Cast) else node.type
    return type_ is not None and type_.this is exp.DType.DATE


def _refused(node: exp.Expr, message: str) -> StatementFailed:
    return StatementFailed("INVALID_FUNCTION_ARGUMENT", f"{place_of(node)}: {message}")
