"""What Athena refuses of numbers, aggregates and window functions, on a typed tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from sqlglot import exp

from millrace.athena_sql.language.number_types import is_number

_DECIMAL = re.compile(r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)")
_NO_VALUE = (exp.DType.UNKNOWN, exp.DType.NULL)

# An error's code in Athena, and its words.
Refused = tuple[str, str]


def refused_numbers(tree: exp.Expr) -> Iterator[tuple[exp.Expr, str, str]]:
    """The nodes, each with the code and the words of Athena's error."""
    for node in tree.walk():
        check = _CHECKS.get(type(node))
        if check is not None and (found := check(node)):
            yield node, *found


def _literal(node: exp.Expr) -> Refused | None:
    is_literal = "safe" not in node.args and node.args["to"].this is exp.DType.DECIMAL and node.this.is_string
    if is_literal and not _DECIMAL.fullmatch(node.this.name):
        return "INVALID_LITERAL", f"'{node.this.name}' is not a valid DECIMAL literal"
    return None


def _of_numbers(node: exp.Expr) -> Refused | None:
    value = node.this.expressions[0] if isinstance(node.this, exp.Distinct) else node.this
    if (
        value.type is None
        or value.type.this in _NO_VALUE
        or is_number(value.type)
        or value.type.this is exp.DType.INTERVAL
    ):
        return None
    given = value.type.sql("trino").lower()
    return "FUNCTION_NOT_FOUND", f"Unexpected parameters ({given}) for function {node.key}"


def _neighbour(node: exp.Expr) -> Refused | None:
    offset = node.args.get("offset")
    if isinstance(offset, exp.Null) or (isinstance(offset, exp.Neg) and isinstance(offset.this, exp.Literal)):
        return "INVALID_FUNCTION_ARGUMENT", "Offset must be at least 0"
    window = _window_of(node)
    if window is not None and not (window.args.get("order") or window.args.get("alias")):
        return "MISSING_ORDER_BY", f"{node.key} window function requires an ORDER BY window clause"
    return None


def _nth(node: exp.Expr) -> Refused | None:
    offset = node.args.get("offset")
    is_least = isinstance(offset, exp.Null | exp.Neg) or (isinstance(offset, exp.Literal) and offset.name == "0")
    return ("INVALID_FUNCTION_ARGUMENT", "Offset must be at least 1") if is_least else None


def _window_of(node: exp.Expr) -> exp.Window | None:
    around = node.parent
    while isinstance(around, exp.IgnoreNulls | exp.RespectNulls | exp.Filter):
        around = around.parent
    return around if isinstance(around, exp.Window) else None


def _window(node: exp.Expr) -> Refused | None:
    if isinstance(node.this, exp.Filter):
        return "NOT_SUPPORTED", "FILTER is not yet supported for window functions"
    return None


def _frame(node: exp.Expr) -> Refused | None:
    for end in ("start", "end"):
        value = node.args.get(end)
        if isinstance(value, exp.Neg) and isinstance(value.this, exp.Literal):
            return "INVALID_WINDOW_FRAME", "Window frame offset value must not be negative or null"
    return None


_CHECKS: dict[type[exp.Expr], Callable[[exp.Expr], Refused | None]] = {
    exp.Cast: _literal,
    exp.Sum: _of_numbers,
    exp.Avg: _of_numbers,
    exp.Lag: _neighbour,
    exp.Lead: _neighbour,
    exp.NthValue: _nth,
    exp.Window: _window,
    exp.WindowSpec: _frame,
}
