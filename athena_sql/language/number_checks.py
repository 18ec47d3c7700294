"""What Athena refuses of numbers, aggregates and window functions, on a typed tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from sqlglot import exp

from millrace.athena_sql.language.number_types import is_number
from millrace.athena_sql.language.refused import AthenaRefusal
from millrace.athena_sql.portability.dialect import TRINO
from millrace.athena_sql.portability.refusals import Refusal

_DECIMAL = re.compile(r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)")
_UNCHECKED = (exp.DType.UNKNOWN, exp.DType.NULL, exp.DType.INTERVAL)


def refused_calls(nodes: Iterable[exp.Expr]) -> Iterator[tuple[exp.Expr, AthenaRefusal]]:
    for node in nodes:
        check = _CHECKS.get(type(node))
        if check is not None and (found := check(node)):
            yield node, found


def _refused(code: str, words: str, alternative: str) -> AthenaRefusal:
    return AthenaRefusal(code, words, Refusal(words, alternative))


def _literal(node: exp.Expr) -> AthenaRefusal | None:
    is_literal = "safe" not in node.args and node.args["to"].this is exp.DType.DECIMAL and node.this.is_string
    if is_literal and not _DECIMAL.fullmatch(node.this.name):
        return _refused(
            "INVALID_LITERAL", f"'{node.this.name}' is not a valid DECIMAL literal", "digits and a point: DECIMAL '1.5'"
        )
    return None


def _of_numbers(node: exp.Expr) -> AthenaRefusal | None:
    given = node.this.expressions[:1] if isinstance(node.this, exp.Distinct) else [node.this]
    types = [value.type for value in given if isinstance(value, exp.Expr) and value.type is not None]
    if not types or is_number(types[0]) or types[0].this in _UNCHECKED:
        return None
    shown = types[0].sql(TRINO).lower()
    return _refused(
        "FUNCTION_NOT_FOUND",
        f"Unexpected parameters ({shown}) for function {node.key}",
        f"{node.key}(CAST(x AS DOUBLE)), or count_if",
    )


def _neighbour(node: exp.Expr) -> AthenaRefusal | None:
    offset = node.args.get("offset")
    if isinstance(offset, exp.Null) or (isinstance(offset, exp.Neg) and isinstance(offset.this, exp.Literal)):
        return _refused("INVALID_FUNCTION_ARGUMENT", "Offset must be at least 0", "lag for lead, or lead for lag")
    window = _window_of(node)
    if window is not None and not (window.args.get("order") or window.args.get("alias")):
        return _refused(
            "MISSING_ORDER_BY", f"{node.key} window function requires an ORDER BY window clause", "OVER (ORDER BY ...)"
        )
    return None


def _nth(node: exp.Expr) -> AthenaRefusal | None:
    offset = node.args.get("offset")
    is_least = isinstance(offset, exp.Neg) or (isinstance(offset, exp.Literal) and offset.name == "0")
    if not is_least:
        return None
    return _refused("INVALID_FUNCTION_ARGUMENT", "Offset must be at least 1", "nth_value(x, 1)")


def _window_of(node: exp.Expr) -> exp.Window | None:
    around = node.parent
    while isinstance(around, exp.IgnoreNulls | exp.RespectNulls | exp.Filter):
        around = around.parent
    return around if isinstance(around, exp.Window) else None


def _window(node: exp.Expr) -> AthenaRefusal | None:
    if isinstance(node.this, exp.Filter):
        return _refused(
            "NOT_SUPPORTED",
            "FILTER is not yet supported for window functions",
            "sum(CASE WHEN ... THEN x END) OVER (...)",
        )
    return None


def _frame(node: exp.Expr) -> AthenaRefusal | None:
    for end in ("start", "end"):
        value = node.args.get(end)
        if isinstance(value, exp.Neg) and isinstance(value.this, exp.Literal):
            return _refused(
                "INVALID_WINDOW_FRAME", "Window frame offset value must not be negative or null", "n FOLLOWING for -n"
            )
    return None


_CHECKS: dict[type[exp.Expr], Callable[[exp.Expr], AthenaRefusal | None]] = {
    exp.Cast: _literal,
    exp.Sum: _of_numbers,
    exp.Avg: _of_numbers,
    exp.Lag: _neighbour,
    exp.Lead: _neighbour,
    exp.NthValue: _nth,
    exp.Window: _window,
    exp.WindowSpec: _frame,
}
