"""Aggregates and what is put around them in a tree: FILTER, IGNORE NULLS, OVER."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

_AROUND: tuple[type[exp.Expr], ...] = (exp.Filter, exp.IgnoreNulls, exp.RespectNulls, exp.Window)
AROUND: tuple[type[exp.Expr], ...] = (exp.Filter, exp.Window)  # the outermost of them


def is_outermost(node: exp.Expr) -> bool:
    """Whether nothing is put around the node."""
    return not (isinstance(node.parent, _AROUND) and node.parent.this is node)


def inner(whole: exp.Expr) -> exp.Expr:
    """The aggregate or window function itself."""
    while isinstance(whole, _AROUND):
        whole = whole.this
    return whole


def over(whole: exp.Expr, change: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """A copy of the whole with another aggregate inside. `change` gets the copied one."""
    copied = whole.copy()
    if not isinstance(copied, _AROUND):
        return change(copied)
    aggregate = inner(copied)
    aggregate.replace(change(aggregate.copy()))
    return copied


def value_of(aggregate: exp.Expr) -> exp.Expr:
    """What is aggregated, without DISTINCT."""
    value = aggregate.this
    assert isinstance(value, exp.Expr)
    if isinstance(value, exp.Distinct) and len(value.expressions) == 1:
        (value,) = value.expressions
        assert isinstance(value, exp.Expr)
    return value


def is_whole(node: exp.Expr) -> bool:
    """Whether the node has all parts that its class requires."""
    return all(node.args.get(name) is not None for name, required in node.arg_types.items() if required)
