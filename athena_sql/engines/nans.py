"""Rewrites of typed trees for engines that take NaN for the largest number, equal to itself.

In Athena no comparison with NaN is true but `<>`; max, greatest and max_by pass over it. Each rewrite is of one node
and returns its replacement, or None where NaN can make no difference: whole numbers, and comparisons with a literal
for which NaN is too large anyway.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from sqlglot import exp

from millrace.athena_sql.engines.wrapped import AROUND, inner, is_outermost, over, value_of
from millrace.athena_sql.language.number_types import is_fraction
from millrace.athena_sql.language.orders import selected_at

NanRewrite = Callable[[exp.Expr], exp.Expr | None]


def may_be_nan(node: exp.Expr) -> bool:
    """Whether the node is a DOUBLE or REAL, and no literal."""
    return is_fraction(node) and not isinstance(node.unnest(), exp.Literal) and not _is_signed_literal(node)


def _is_signed_literal(node: exp.Expr) -> bool:
    inner = node.unnest()
    return isinstance(inner, exp.Neg) and isinstance(inner.this.unnest(), exp.Literal)


def _copy(node: exp.Expr) -> exp.Expr:
    """With its type, and in parentheses where it needs them."""
    copied = node.copy()
    if isinstance(copied, exp.Binary | exp.Between | exp.Not | exp.In):
        copied = _typed(exp.Paren(this=copied), node.type)
    return copied


def _typed(node: exp.Expr, type_: exp.DataType | None) -> exp.Expr:
    node.type = type_
    return node


def _is_nan(node: exp.Expr) -> exp.Expr:
    return exp.IsNan(this=node.copy())


def _both(one: exp.Expr, other: exp.Expr) -> exp.Expr:
    return exp.Paren(this=exp.And(this=one, expression=other))


def _is_condition(node: exp.Expr) -> bool:
    """Whether FALSE and NULL are the same here: a condition of a clause, or a part of one that is not negated."""
    child: exp.Expr = node
    parent: exp.Expr | None = node.parent
    while isinstance(parent, exp.And | exp.Or | exp.Paren):
        child, parent = parent, parent.parent
    return isinstance(parent, exp.Where | exp.Having | exp.Join) or (
        isinstance(parent, exp.If) and parent.this is child
    )


def equal(node: exp.Expr) -> exp.Expr | None:
    """x = y: FALSE if both are NaN."""
    if not (may_be_nan(node.this) and may_be_nan(node.expression)):
        return None
    one, other = node.this, node.expression
    if _is_condition(node):  # as one comparison, by which rows can be joined
        there = exp.Case().when(exp.Not(this=_is_nan(other)), other.copy(), copy=False)
        return exp.EQ(this=_copy(one), expression=_typed(there, other.type))
    return _both(_compared(node), exp.Not(this=_both(_is_nan(one), _is_nan(other))))


def different(node: exp.Expr) -> exp.Expr | None:
    """x <> y: TRUE if both are NaN."""
    if not (may_be_nan(node.this) and may_be_nan(node.expression)):
        return None
    both = _both(_is_nan(node.this), _is_nan(node.expression))
    return exp.Paren(this=exp.Or(this=_compared(node), expression=both))


def greater(node: exp.Expr) -> exp.Expr | None:
    """x > y: FALSE if x is NaN."""
    return _without_nan(node, node.this, node.expression)


def less(node: exp.Expr) -> exp.Expr | None:
    """x < y: FALSE if y is NaN."""
    return _without_nan(node, node.expression, node.this)


def _without_nan(node: exp.Expr, larger: exp.Expr, smaller: exp.Expr) -> exp.Expr | None:
    if not may_be_nan(larger):
        return None
    is_nan = _is_nan(larger)
    if not (_is_condition(node) or isinstance(smaller.unnest(), exp.Literal) or _is_signed_literal(smaller)):
        is_nan = _both(is_nan, exp.Not(this=exp.Is(this=_copy(smaller), expression=exp.null())))
    return _both(_compared(node), exp.Not(this=is_nan))


def _compared(node: exp.Expr) -> exp.Expr:
    """The comparison itself, without a type: it is not rewritten once more."""
    return type(node)(this=_copy(node.this), expression=_copy(node.expression))


_COMPARED: dict[type[exp.Expr], NanRewrite] = {
    exp.EQ: equal,
    exp.NEQ: different,
    exp.GT: greater,
    exp.GTE: greater,
    exp.LT: less,
    exp.LTE: less,
}


def _rewritten(kind: type[exp.Binary], one: exp.Expr, other: exp.Expr) -> exp.Expr:
    """A comparison that stands nowhere yet."""
    node = kind(this=_copy(one), expression=_copy(other))
    return _COMPARED[kind](node) or node


def between(node: exp.Expr) -> exp.Expr | None:
    """Where the upper end may be NaN. A NaN is above any other end."""
    low, high = node.args["low"], node.args["high"]
    if not may_be_nan(high):
        return None
    return _both(_rewritten(exp.GTE, node.this, low), _rewritten(exp.LTE, node.this, high))


def in_values(node: exp.Expr) -> exp.Expr | None:
    """Where the value and one of a list may be NaN. In a subquery's rows Athena finds a NaN."""
    if not may_be_nan(node.this):
        return None
    if not any(map(may_be_nan, node.expressions)):
        return None
    equals = [_rewritten(exp.EQ, node.this, one) for one in node.expressions]
    return exp.Paren(this=reduce(lambda one, other: exp.Or(this=one, expression=other), equals))


def case_of(node: exp.Expr) -> exp.Expr | None:
    """CASE x WHEN y: with conditions of its own."""
    value = node.args.get("this")
    if value is None or not may_be_nan(value) or not any(may_be_nan(one.this) for one in node.args["ifs"]):
        return None
    ifs = [exp.If(this=_rewritten(exp.EQ, value, one.this), true=one.args["true"].copy()) for one in node.args["ifs"]]
    otherwise = node.args.get("default")
    return _typed(exp.Case(ifs=ifs, default=otherwise.copy() if otherwise else None), node.type)


def null_if(node: exp.Expr) -> exp.Expr | None:
    if not (may_be_nan(node.this) and may_be_nan(node.expression)):
        return None
    found = exp.Case().when(_rewritten(exp.EQ, node.this, node.expression), exp.null(), copy=False)
    return _typed(found.else_(node.this.copy(), copy=False), node.type)


def negative(node: exp.Expr) -> exp.Expr:
    return _typed(exp.Neg(this=exp.Paren(this=node)), node.type)


def greatest(node: exp.Expr) -> exp.Expr | None:
    """Through least of the negative values, which passes over NaN."""
    if not is_fraction(node) or not any(map(may_be_nan, (node.this, *node.expressions))):
        return None
    first, *others = (negative(one.copy()) for one in (node.this, *node.expressions))
    found = exp.Least(this=first, expressions=others)
    found.set("ignore_nulls", node.args.get("ignore_nulls"))
    return _typed(exp.Paren(this=negative(_typed(found, node.type))), node.type)


def largest(whole: exp.Expr) -> exp.Expr | None:
    """max, with what is around it, through min of the negative values, which passes over NaN."""
    aggregate = inner(whole)
    if not isinstance(aggregate, exp.Max) or not is_outermost(whole) or not isinstance(aggregate.this, exp.Expr):
        return None
    if not is_fraction(value_of(aggregate)):
        return None

    def change(one: exp.Expr) -> exp.Expr:
        value_of(one).replace(negative(value_of(one).copy()))
        return exp.Min(this=one.this.copy(), expressions=[part.copy() for part in one.expressions])

    return exp.Paren(this=negative(over(whole, change)))


def extreme(node: exp.Expr) -> exp.Expr | None:
    """max_by, through min_by of the negative key."""
    if not is_fraction(node.expression):
        return None
    return exp.ArgMin(this=node.this.copy(), expression=negative(node.expression.copy()))


def order(node: exp.Expr) -> exp.Expr | None:
    """With NULLS FIRST a NaN is the smallest; without, the largest as on the engines."""
    around = node.parent
    if isinstance(around, exp.SetOperation) or (isinstance(around, exp.Select) and around.args.get("distinct")):
        return None  # only what is selected can be an order there
    found = node.copy()
    keys: list[exp.Expr] = []
    for one, copied in zip(node.expressions, found.expressions, strict=True):
        value = selected_at(one.this, around)
        if one.args.get("nulls_first") and may_be_nan(value):
            is_nan = exp.Case().when(value.is_(exp.null()).not_(), _is_nan(value), copy=False)
            keys.append(exp.Ordered(this=is_nan, desc=not one.args.get("desc"), nulls_first=True))
        keys.append(copied)
    if len(keys) == len(node.expressions):
        return None
    found.set("expressions", keys)
    return found


NAN_REWRITES: tuple[tuple[type[exp.Expr], NanRewrite], ...] = (
    *_COMPARED.items(),
    (exp.Between, between),
    (exp.In, in_values),
    (exp.Case, case_of),
    (exp.Nullif, null_if),
    (exp.Greatest, greatest),
    (exp.Order, order),
)


_AGGREGATES: tuple[tuple[type[exp.Expr], NanRewrite], ...] = (
    (exp.Max, largest),
    *((kind, largest) for kind in AROUND),
    (exp.ArgMax, extreme),
)


def rewrite_nans(tree: exp.Expr) -> None:
    """Rewrites a typed tree in place, aggregates too."""
    for node in reversed(list(tree.walk())):
        for kind, change in (*NAN_REWRITES, *_AGGREGATES):
            if isinstance(node, kind) and (changed := change(node)) is not None:
                if changed.type is None:
                    changed.type = node.type
                node.replace(changed)
                break
