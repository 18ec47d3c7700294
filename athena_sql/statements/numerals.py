"""Number literals written out, so that every engine gives them the types that they have in Athena.

In Athena `1.5` is a DOUBLE, `DECIMAL '1.50'` a DECIMAL(3, 2), and DECIMAL alone a DECIMAL(38, 0). DuckDB and Spark read
`1.5` as a DECIMAL, and give DECIMAL alone another precision. `1.5E0` and DECIMAL(p, s) mean the same on all three.
"""

from __future__ import annotations

import re

from sqlglot import exp

from millrace.athena_sql.language.number_types import decimal
from millrace.athena_sql.ports import MAX_DIGITS

_DECIMAL_TEXT = re.compile(r"[+-]?0*(\d*)\.?(\d*)")


def write_out(tree: exp.Expr) -> None:
    """Changes the tree in place."""
    for node in list(tree.walk()):
        if isinstance(node, exp.Literal):
            _write_out_double(node)
        elif isinstance(node, exp.Cast):
            _write_out_decimals(node)


def number(node: exp.Expr) -> int | None:
    """The whole number that a node writes out, with its sign; None for another node."""
    if isinstance(node, exp.Neg):
        found = number(node.this)
        return None if found is None else -found
    return int(node.this) if isinstance(node, exp.Literal) and node.is_int else None


def _write_out_double(node: exp.Literal) -> None:
    text = str(node.this)
    if not node.is_string and "." in text and "e" not in text.lower() and not isinstance(node.parent, exp.TableSample):
        node.set("this", f"{text}E0")


def _write_out_decimals(node: exp.Cast) -> None:
    for type_ in list(node.to.find_all(exp.DataType)):
        if type_.this is exp.DType.DECIMAL and not type_.expressions:
            precision, scale = _precision_and_scale(node) if type_ is node.to else (MAX_DIGITS, 0)
            type_.set("expressions", decimal(precision, scale).expressions)


def _precision_and_scale(node: exp.Cast) -> tuple[int, int]:
    """Only CAST has the argument `safe`: a node without it is a literal, such as DECIMAL '1.5'."""
    number = _DECIMAL_TEXT.fullmatch(node.this.name) if "safe" not in node.args and node.this.is_string else None
    if number is None:
        return MAX_DIGITS, 0
    before, after = number.groups()
    return min(max(len(before + after), 1), MAX_DIGITS), len(after)


def is_not_zero(node: exp.Expr) -> bool:
    """Whether the node is a number in the text, and not zero."""
    inner = node.unnest()
    while isinstance(inner, exp.Neg):
        inner = inner.this.unnest()
    return isinstance(inner, exp.Literal) and not inner.is_string and float(inner.name) != 0
