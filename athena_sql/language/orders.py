"""Values that have no order in Athena and one in other engines: JSON, maps, and arrays and rows of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlglot import exp

from millrace.athena_sql.language.refused import AthenaRefusal
from millrace.athena_sql.language.value_types import shown_type
from millrace.athena_sql.portability.refusals import REFUSED_ORDER

_NO_ORDER = (exp.DType.JSON, exp.DType.MAP)
_OPERATORS: dict[type[exp.Expr], str] = {exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}
# Functions that compare values, and the part that has these.
_COMPARING: dict[type[exp.Expr], tuple[str, str]] = {
    exp.Max: ("max", "this"),
    exp.Min: ("min", "this"),
    exp.ArgMax: ("max_by", "expression"),
    exp.ArgMin: ("min_by", "expression"),
    exp.Greatest: ("greatest", "this"),
    exp.Least: ("least", "this"),
    exp.ArrayMax: ("array_max", "this"),
    exp.ArrayMin: ("array_min", "this"),
    exp.ArraySort: ("array_sort", "this"),
}


def without_order(nodes: Iterable[exp.Expr]) -> Iterator[tuple[exp.Expr, AthenaRefusal]]:
    """Those of a typed tree that put such values in order."""
    for node in nodes:
        check = _CHECKS.get(type(node))
        if check is not None and (found := check(node)):
            yield node, found


def selected_at(key: exp.Expr, around: exp.Expr | None) -> exp.Expr:
    """The value that is selected at the place that a number in a query's ORDER BY or GROUP BY means; else the key."""
    if isinstance(around, exp.Query) and isinstance(key, exp.Literal) and key.is_int:
        place = int(key.name)
        return around.selects[place - 1].unalias() if 0 < place <= len(around.selects) else key
    return key


def _refused(words: str, code: str = "TYPE_MISMATCH") -> AthenaRefusal:
    return AthenaRefusal(code, words, REFUSED_ORDER)


def _has_none(nodes: Sequence[object]) -> bool:
    types = [node.type for node in nodes if isinstance(node, exp.Expr) and node.type is not None]
    return any(part.this in _NO_ORDER for type_ in types for part in type_.find_all(exp.DataType))


def _ordered(node: exp.Expr) -> AthenaRefusal | None:
    around = node.parent.parent if node.parent is not None else None
    value = selected_at(node.this, around)
    if not _has_none([value]):
        return None
    shown = shown_type(value)
    if isinstance(around, exp.Query):
        return _refused(f"Type {shown} is not orderable, and therefore cannot be used in ORDER BY")
    if isinstance(around, exp.Window):
        return _refused(f"{shown} is not orderable, and therefore cannot be used in window function ORDER BY")
    return _refused(f"ORDER BY can only be applied to orderable types (actual: {shown})")


def _compared(node: exp.Expr) -> AthenaRefusal | None:
    left, right = node.this, node.expression
    if not _has_none([left, right]):
        return None
    return _refused(f"Cannot apply operator: {shown_type(left)} {_OPERATORS[type(node)]} {shown_type(right)}")


def _between(node: exp.Expr) -> AthenaRefusal | None:
    value, low, high = node.this, node.args["low"], node.args["high"]
    if not _has_none([value]):
        return None
    return _refused(f"Cannot check if {shown_type(value)} is BETWEEN {shown_type(low)} and {shown_type(high)}")


def _extreme(node: exp.Expr) -> AthenaRefusal | None:
    name, part = _COMPARING[type(node)]
    value = node.args.get(part)
    has_comparator = isinstance(node, exp.ArraySort) and node.args.get("expression")
    if not isinstance(value, exp.Expr) or has_comparator or not _has_none([value]):
        return None
    return _refused(f"Unexpected parameters ({shown_type(value)}) for function {name}", "FUNCTION_NOT_FOUND")


_CHECKS: dict[type[exp.Expr], Callable[[exp.Expr], AthenaRefusal | None]] = {
    exp.Ordered: _ordered,
    exp.Between: _between,
    **dict.fromkeys(_OPERATORS, _compared),
    **dict.fromkeys(_COMPARING, _extreme),
}
