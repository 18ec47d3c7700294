"""Numbers as Athena reads them: `1.5` is a DOUBLE, `DECIMAL '1.50'` a DECIMAL(3, 2), DECIMAL alone a DECIMAL(38, 0).

DuckDB and Spark read the first as a DECIMAL, and give DECIMAL alone other digits. Written out, all three agree.
"""

from __future__ import annotations

import re

from sqlglot import exp

_EXACT = re.compile(r"[+-]?0*(\d*)\.?(\d*)")
_MOST_DIGITS = 38


def write_out(tree: exp.Expr) -> None:
    """Changes the tree in place."""
    for node in list(tree.walk()):
        if isinstance(node, exp.Literal):
            _write_out_double(node)
        elif isinstance(node, exp.Cast):
            _write_out_decimals(node)


def _write_out_double(node: exp.Literal) -> None:
    text = str(node.this)
    if not node.is_string and "." in text and "e" not in text.lower() and not isinstance(node.parent, exp.TableSample):
        node.set("this", f"{text}E0")


def _write_out_decimals(node: exp.Cast) -> None:
    for type_ in list(node.to.find_all(exp.DataType)):
        if type_.this is exp.DType.DECIMAL and not type_.expressions:
            type_.set("expressions", _decimal(*(_digits(node) if type_ is node.to else (_MOST_DIGITS, 0))).expressions)


def _digits(node: exp.Cast) -> tuple[int, int]:
    """Precision and scale. Only CAST has the argument `safe`: what has none is a literal, such as DECIMAL '1.5'."""
    found = _EXACT.fullmatch(node.this.name) if "safe" not in node.args and node.this.is_string else None
    if found is None:
        return _MOST_DIGITS, 0
    before, after = found.groups()
    return min(max(len(before + after), 1), _MOST_DIGITS), len(after)


def _decimal(precision: int, scale: int) -> exp.DataType:
    return exp.DataType.build(f"DECIMAL({precision}, {scale})")
