"""Rewrites of arithmetic and rounding, by the types of the numbers."""

from __future__ import annotations

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.parts import call, refused, unsupported
from millrace.athena_sql.language.number_types import decimal, is_number, precision_and_scale
from millrace.athena_sql.portability.dialect import FRACTIONS, INTEGERS
from millrace.athena_sql.portability.refusals import Refusal
from millrace.athena_sql.ports import MAX_DIGITS
from millrace.athena_sql.statements.numerals import is_not_zero

_DOUBLES = FRACTIONS - {exp.DType.DECIMAL}
_SMALL = frozenset({exp.DType.TINYINT, exp.DType.SMALLINT})
_BIGINT_DIGITS = 18  # that every BIGINT of so many can be doubled and added to


def _is(node: exp.Expr, types: frozenset[exp.DType]) -> bool:
    return node.type is not None and node.type.this in types


def is_decimal(node: exp.Expr) -> bool:
    return _is(node, frozenset({exp.DType.DECIMAL}))


def _unknown(node: exp.Expr) -> bool:
    return node.type is None or node.type.this is exp.DType.UNKNOWN


def cast(node: exp.Expr, type_: exp.DataType | exp.DType | None) -> exp.Expr:
    """A cast that is the engine's own: it has no `safe`, as the ones that people write."""
    assert type_ is not None
    to = type_.copy() if isinstance(type_, exp.DataType) else exp.DataType.build(type_)
    found = exp.Cast(this=node, to=to)
    found.type = to
    return found


def small_literals(node: exp.Expr) -> None:
    """A literal is an INTEGER; DuckDB gives it the type of the other number, though that is a TINYINT or SMALLINT."""
    for side, other in ((node.this, node.expression), (node.expression, node.this)):
        if isinstance(side, exp.Literal) and side.is_int and _is(other, _SMALL):
            side.replace(cast(side.copy(), exp.DType.INT))


def quotient(node: exp.Expr) -> exp.Expr | None:
    """A DOUBLE divided by zero is infinite or NaN; of DECIMALs the quotient is one."""
    one, other = node.this, node.expression
    if _is(node, _DOUBLES):
        if is_not_zero(other):
            return None
        sides = [cast(side.copy(), node.type) if is_decimal(side) else side.copy() for side in (one, other)]
        name = "athena_quotient" if _is(node, frozenset({exp.DType.DOUBLE})) else "athena_real_quotient"
        return _as(call(name, *sides), node)
    if is_decimal(node):
        return _as(decimal_quotient(one, other, node.type), node)
    small_literals(node)
    if _unknown(node) and not is_not_zero(other):
        return call("athena_unknown_quotient", one.copy(), other.copy())
    return None


def rest(node: exp.Expr) -> exp.Expr | None:
    """What is left of a DOUBLE divided by zero is NaN."""
    if _is(node, _DOUBLES) and not is_not_zero(node.expression):
        return _as(call("athena_rest", node.this.copy(), node.expression.copy()), node)
    small_literals(node)
    return None


def _as(found: exp.Expr, node: exp.Expr) -> exp.Expr:
    found.type = node.type
    return found


def decimal_quotient(one: exp.Expr, other: exp.Expr, type_: exp.DataType | None) -> exp.Expr:
    """Rounded half away from zero, in whole numbers: those that the DECIMALs are without their points."""
    assert one.type is not None
    assert other.type is not None
    assert type_ is not None
    _, scale = precision_and_scale(type_)
    (p1, s1), (p2, s2) = precision_and_scale(one.type), precision_and_scale(other.type)
    shift = scale - s1 + s2
    wide = max(p1 + shift, p2) > _BIGINT_DIGITS
    dividend, divisor = _whole(one, s1 + shift, wide), _whole(other, s2, wide)
    whole = cast(call("athena_half_up", dividend, divisor), decimal(MAX_DIGITS if wide else _BIGINT_DIGITS + 1, 0))
    if scale:
        unit = cast(exp.Literal.string(f"0.{'0' * (scale - 1)}1"), decimal(scale, scale))
        whole = exp.Paren(this=exp.Mul(this=whole, expression=unit))
    return cast(whole, type_)


def _whole(node: exp.Expr, digits: int, wide: bool) -> exp.Expr:
    """The number times ten to the power of `digits`, which leaves it none behind its point."""
    value: exp.Expr = exp.Paren(this=node.copy())
    whole = exp.DType.INT128 if wide else exp.DType.BIGINT
    own = precision_and_scale(node.type)[1] if node.type is not None else 0
    if own:
        value = exp.Paren(this=exp.Mul(this=value, expression=_power(own, decimal(own + 1, 0))))
    found = cast(value, whole)
    return found if digits == own else exp.Mul(this=found, expression=_power(digits - own, whole))


def _power(digits: int, type_: exp.DataType | exp.DType) -> exp.Expr:
    return cast(exp.Literal.string(f"1{'0' * digits}"), type_)


def rounded(node: exp.Expr) -> exp.Expr | None:
    """floor, ceil and round: a whole number is itself; a DECIMAL that is rounded to digits keeps its scale."""
    if _is(node.this, INTEGERS) and not isinstance(node, exp.Round):
        return exp.Paren(this=_as(node.this.copy(), node.this))
    if isinstance(node, exp.Round) and node.args.get("decimals") is not None:
        if is_decimal(node.this):
            return cast(node.copy(), node.type)
        if _unknown(node):
            return call("athena_round", node.this.copy(), node.args["decimals"].copy())
    return None


_refused_digits = Refusal("truncate of a DOUBLE to digits", "truncate(x), or a DECIMAL")


def truncated(node: exp.Expr) -> exp.Expr | None:
    if node.args.get("decimals") is not None and _is(node.this, _DOUBLES):
        raise unsupported(node, _refused_digits.said)
    if is_decimal(node):
        return cast(node.copy(), node.type)
    return None


def sign(node: exp.Expr) -> exp.Expr | None:
    """Of the number's type; NaN for NaN."""
    if _is(node.this, _DOUBLES):
        given = node.this
        found = exp.Case().when(exp.IsNan(this=given.copy()), given.copy(), copy=False)
        found = found.when(given.eq(0), given.copy(), copy=False)  # -0.0 is itself
        return cast(found.else_(node.copy(), copy=False), node.type)
    return None if _unknown(node) else cast(node.copy(), node.type)


def to_decimal(node: exp.Expr) -> exp.Expr | None:
    """A DOUBLE is read as its text: 1.005 is half way between 1.00 and 1.01, though the number is a little less."""
    if not isinstance(node, exp.Cast) or node.to.this is not exp.DType.DECIMAL or not _is(node.this, _DOUBLES):
        return None
    scale = precision_and_scale(node.to)[1]
    unit = exp.Literal.number(f"1E{scale}")
    is_real = _is(node.this, frozenset({exp.DType.FLOAT}))
    text = exp.Cast(this=cast(node.this.copy(), exp.DType.VARCHAR), to=node.to.copy())
    if isinstance(node, exp.TryCast):
        text = exp.TryCast(this=text.this, to=text.to)
    if is_real:
        return text
    near = call("athena_near_half", node.this.copy(), unit)
    return exp.Case().when(near, text, copy=False).else_(node.copy(), copy=False)


def maybe_nan(node: exp.Expr) -> exp.Expr | None:
    """A comparison whose larger side is of a type that is not known before DuckDB reads the statement.

    The type of a value is known there before a query runs, so one that is no DOUBLE costs nothing. A condition of a
    join is left as it is: rows could not be joined by it any more.
    """
    larger, smaller = (
        (node.this, node.expression) if isinstance(node, exp.GT | exp.GTE) else (node.expression, node.this)
    )
    if not _unknown(larger) or not (_unknown(smaller) or is_number(smaller.type)):
        return None
    if (
        larger.find(exp.Query)
        or smaller.find(exp.Query)
        or isinstance(node.find_ancestor(exp.Join, exp.Query), exp.Join)
    ):
        return None
    is_nan = exp.And(this=call("athena_is_nan", larger.copy()), expression=smaller.is_(exp.null()).not_())
    return exp.Case().when(is_nan, exp.false(), copy=False).else_(exp.Paren(this=node.copy()), copy=False)


_refuse_using = refused(Refusal("USING a DOUBLE in an outer join", "ON a.x = b.x"))


def join_using(node: exp.Expr) -> None:
    """NaN is equal to none: rows that have it in a column after USING are left out."""
    select = node.parent
    names = [name for name in node.args.get("using") or () if _is(name, _DOUBLES)]
    if not names or not isinstance(select, exp.Select):
        return
    if any(join.side for join in select.args["joins"]):
        _refuse_using(node)
    for name in names:
        column = exp.column(name.name, quoted=True)
        select.where(exp.or_(exp.Not(this=exp.IsNan(this=column)), column.is_(exp.null())), copy=False)
