"""Rewrites of aggregates and window functions, by the types of what they take.

Some take the place of all that is put around an aggregate: FILTER, IGNORE NULLS and OVER.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.numbers import cast, decimal_quotient, is_decimal
from millrace.athena_sql.engines.duckdb.translation.parts import call, refused
from millrace.athena_sql.engines.nans import largest, negative
from millrace.athena_sql.engines.wrapped import inner, is_outermost, is_whole, over, value_of
from millrace.athena_sql.language.number_types import decimal, is_fraction, precision_and_scale
from millrace.athena_sql.portability.dialect import INTEGERS
from millrace.athena_sql.portability.refusals import Refusal
from millrace.athena_sql.ports import MAX_DIGITS
from millrace.athena_sql.statements.places import place_of
from millrace.errors import StatementFailed

_refuse_quantile = refused(Refusal("approx_percentile with a weight or an accuracy", "approx_percentile(x, 0.5)"))
_refuse_quantile_of_row = refused(Refusal("approx_percentile of a percentage that is no literal", "a literal: 0.5"))
_A_LITTLE = 1e-10


def outermost(node: exp.Expr) -> exp.Expr | None:
    """The rewrite of a whole aggregate; the others are for the parts of one."""
    if not is_outermost(node):
        return None
    aggregate = inner(node)
    if not is_whole(aggregate):
        return None  # a call without what it takes, which DuckDB refuses
    change = next((one for kind, one in _WHOLE if isinstance(aggregate, kind)), None)
    return change(node, aggregate) if change else None


def _sum(whole: exp.Expr, aggregate: exp.Expr) -> exp.Expr | None:
    """BIGINT of whole numbers, and an error where it does not fit; DuckDB's is a HUGEINT, and DOUBLE for a REAL."""
    type_ = value_of(aggregate).type
    if type_ is None or type_.this is exp.DType.UNKNOWN:
        return call("athena_total", whole.copy())
    if type_.this in INTEGERS:
        return cast(whole.copy(), exp.DType.BIGINT)
    return cast(whole.copy(), exp.DType.FLOAT) if type_.this is exp.DType.FLOAT else None


def _mean(whole: exp.Expr, aggregate: exp.Expr) -> exp.Expr | None:
    """Of DECIMALs one of their type, rounded half away from zero."""
    value = value_of(aggregate)
    if is_decimal(value):
        assert value.type is not None
        total = over(whole, lambda one: exp.Sum(this=one.this.copy()))
        total.type = decimal(MAX_DIGITS, precision_and_scale(value.type)[1])
        count = over(whole, lambda one: exp.Count(this=one.this.copy(), big_int=True))
        count.type = exp.DataType.build(exp.DType.BIGINT)
        return decimal_quotient(total, count, value.type)
    return cast(whole.copy(), exp.DType.FLOAT) if value.type and value.type.this is exp.DType.FLOAT else None


def _finite(whole: exp.Expr, aggregate: exp.Expr) -> exp.Expr:
    """NULL where it is not a number."""
    return call("athena_finite", whole.copy())


def _skewness(whole: exp.Expr, aggregate: exp.Expr) -> exp.Expr:
    count = over(whole, lambda one: exp.Count(this=one.this.copy(), big_int=True))
    return call("athena_skewness", whole.copy(), count)


def _kurtosis(whole: exp.Expr, aggregate: exp.Expr) -> exp.Expr:
    count = over(whole, lambda one: exp.Count(this=one.this.copy(), big_int=True))
    return call("athena_kurtosis", whole.copy(), count)


def _largest(whole: exp.Expr, aggregate: exp.Expr) -> exp.Expr | None:
    found = largest(whole)
    return call("athena_negatives", found.unnest().this.unnest()) if found and aggregate.expressions else found


def _bits(whole: exp.Expr, aggregate: exp.Expr) -> exp.Expr:
    return cast(whole.copy(), exp.DType.BIGINT)


def _every(whole: exp.Expr, aggregate: exp.Expr) -> exp.Expr | None:
    if str(aggregate.this).lower() != "every" or len(aggregate.expressions) != 1:
        return None
    return over(whole, lambda one: exp.LogicalAnd(this=one.expressions[0].copy()))


def _distinct_count(whole: exp.Expr, aggregate: exp.Expr) -> exp.Expr:
    """Exact: DuckDB's approximation is off by two in a hundred, where Athena's is not."""
    return over(whole, lambda one: exp.Count(this=exp.Distinct(expressions=[value_of(one).copy()]), big_int=True))


def _quantile(whole: exp.Expr, aggregate: exp.Expr) -> exp.Expr | None:
    """The value at the place `floor(rows * percentage)`, counted from 0: Athena's for up to some hundred rows."""
    if aggregate.args.get("weight") or aggregate.args.get("accuracy"):
        _refuse_quantile(aggregate)
    given = aggregate.args["quantile"].unnest()
    places = [_place(one) for one in (given.expressions if isinstance(given, exp.Array) else [given])]
    if None in places:
        _refuse_quantile_of_row(aggregate)
    literals = [exp.Literal.number(f"{place:.12f}") for place in places if place is not None]
    quantile = exp.Array(expressions=literals) if isinstance(given, exp.Array) else literals[0]

    def change(one: exp.Expr) -> exp.Expr:
        value = one.this.copy()
        if is_decimal(one.this):
            value = cast(value, exp.DType.FLOAT)
        elif one.this.type is not None and one.this.type.this in INTEGERS:
            value = cast(value, exp.DType.BIGINT)
        return call("QUANTILE_DISC", value, quantile)

    return over(whole, change)


def _place(node: exp.Expr) -> float | None:
    """A percentage, moved so that `ceil(rows * percentage) - 1`, DuckDB's place, is Athena's."""
    if not isinstance(node, exp.Literal) or node.is_string:
        return None
    share = float(node.name)
    if not 0 <= share <= 1:
        raise StatementFailed("INVALID_FUNCTION_ARGUMENT", f"{place_of(node)}: Percentile must be between 0 and 1")
    return min(share + _A_LITTLE, 1.0)


def _grouping(whole: exp.Expr, aggregate: exp.Expr) -> exp.Expr:
    return cast(whole.copy(), exp.DType.INT)


_WHOLE: tuple[tuple[type[exp.Expr], Callable[[exp.Expr, exp.Expr], exp.Expr | None]], ...] = (
    (exp.Sum, _sum),
    (exp.Avg, _mean),
    (exp.Max, _largest),
    (exp.Corr, _finite),
    (exp.RegrSlope, _finite),
    (exp.RegrIntercept, _finite),
    (exp.Skewness, _skewness),
    (exp.Kurtosis, _kurtosis),
    (exp.BitwiseAndAgg, _bits),
    (exp.BitwiseOrAgg, _bits),
    (exp.BitwiseXorAgg, _bits),
    (exp.ApproxDistinct, _distinct_count),
    (exp.ApproxQuantile, _quantile),
    (exp.Grouping, _grouping),
    (exp.Anonymous, _every),
)


def extreme(node: exp.Expr) -> exp.Expr | None:
    """max_by and min_by. The value may be NULL, and is passed over by DuckDB; a key that is NaN is passed over."""
    if not node.args.get("expression"):
        return None
    is_max = isinstance(node, exp.ArgMax)
    key = node.expression.copy()
    if is_max and is_fraction(node.expression):
        is_max, key = False, negative(key)
    name = "ARG_MAX" if is_max else "ARG_MIN"
    if count := node.args.get("count"):
        return call("athena_values", call(name, call("athena_entry", node.this.copy()), key, count.copy()))
    return call(f"{name}_NULL", node.this.copy(), key)


def separator(node: exp.Expr) -> None:
    """listagg without a separator puts none; DuckDB's puts commas."""
    if not node.args.get("separator"):
        node.set("separator", exp.Literal.string(""))


def neighbour(node: exp.Expr) -> None:
    """lag and lead: a default has the type of the value."""
    if node.args.get("default") is not None and node.type is not None and node.type != node.this.type:
        node.set("this", cast(node.this.copy(), node.type))


def count_if(node: exp.Expr) -> exp.Expr:
    """0 where no row is counted; DuckDB's is NULL where there is no row."""
    return exp.Count(this=exp.Case().when(node.this.copy(), exp.Literal.number(1)))
