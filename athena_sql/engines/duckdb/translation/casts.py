"""Rewrites of casts."""

from __future__ import annotations

import re

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.json.functions import gives_json, gives_scalar
from millrace.athena_sql.engines.duckdb.translation.parts import unsupported
from millrace.athena_sql.portability import refusals
from millrace.athena_sql.portability.dialect import INTEGERS

_CHARS = frozenset({exp.DType.CHAR, exp.DType.NCHAR, exp.DType.BPCHAR})
# Macros for casts to a text, by the type of the value; other types need none.
_TEXTS = {
    exp.DType.DOUBLE: "ATHENA_DOUBLE_TEXT",
    exp.DType.FLOAT: "ATHENA_REAL_TEXT",
    exp.DType.JSON: "ATHENA_JSON_TEXT",
    exp.DType.BINARY: "ATHENA_TEXT",
    exp.DType.VARBINARY: "ATHENA_TEXT",
    exp.DType.UNKNOWN: "ATHENA_TEXT",
}

_TEXT_FORMS: tuple[tuple[frozenset[exp.DType], str], ...] = (
    (INTEGERS, "WHOLE"),
    (frozenset({exp.DType.BOOLEAN}), "BOOLEAN"),
    (frozenset({exp.DType.DATE}), "DATE"),
    (frozenset({exp.DType.TIMESTAMP}), "TIME"),
    (frozenset({exp.DType.DOUBLE, exp.DType.FLOAT}), "DOUBLE"),
    (frozenset({exp.DType.DECIMAL}), "DECIMAL"),
)


_TEXT = (exp.JSONExtractScalar, exp.DPipe)  # known from the tree; others by their type


_NO_TEXT = (exp.Null, exp.Count, exp.Floor, exp.Ceil, exp.Round, exp.Binary, exp.Cast, exp.Var, exp.JSONExtract)


_PLAIN_TEXT = re.compile(r"[+-]?[0-9]+|[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9:.]+)?")


def cast_as_athena(node: exp.Expr) -> exp.Expr | None:
    """CHAR, which Athena pads, is refused.

    An expression that is recognisably a DOUBLE is rounded to the nearest integer, halves away from zero.
    """
    to = node.args["to"]
    if to.this in INTEGERS and _is_double(node.this):
        rounded = node.copy()
        rounded.set("this", exp.Round(this=node.this.copy()))
        return rounded
    if any(one.this in _CHARS for one in to.find_all(exp.DataType)):
        raise unsupported(node, refusals.REFUSED_CHAR.said)
    return None


def cast_to_text(node: exp.Expr) -> exp.Expr | None:
    """A DOUBLE is `1.5E0`, and JSON's text loses its quotes. A text is cut to the length, any other value must fit."""
    to, value = node.args["to"], node.this
    if "safe" not in node.args:
        return None
    if to.this is not exp.DType.VARCHAR:
        return _nested_texts(node, to) if to.args.get("nested") else None
    length = to.find(exp.DataTypeParam)
    if length is None:
        known = value.type.this if value.type else exp.DType.UNKNOWN
        name = None if value.is_string else _TEXTS.get(known)
        return exp.Anonymous(this=name, expressions=[value.copy()]) if name else None
    name = "ATHENA_TRY_VARCHAR" if isinstance(node, exp.TryCast) else "ATHENA_VARCHAR"
    return exp.Anonymous(this=name, expressions=[value.copy(), length.this.copy()])


def _nested_texts(node: exp.Expr, to: exp.DataType) -> exp.Expr | None:
    """DOUBLEs in an array as texts; in a map or a row they are refused."""
    if not any(one.this is exp.DType.VARCHAR for one in to.find_all(exp.DataType)) or gives_json(node.this):
        return None
    if to.this is exp.DType.ARRAY and to.expressions[0].this is exp.DType.VARCHAR:
        return exp.Anonymous(this="ATHENA_TEXTS", expressions=[node.this.copy()])
    exact = node.copy()
    exact.set("this", exp.Anonymous(this="ATHENA_EXACT", expressions=[node.this.copy()]))
    return exact


def _is_double(node: exp.Expr) -> bool:
    if isinstance(node, exp.Paren | exp.Neg):
        return _is_double(node.this)
    if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div):
        return _is_double(node.this) or _is_double(node.expression)
    if isinstance(node, exp.Cast):
        return node.to.this in (exp.DType.DOUBLE, exp.DType.FLOAT)
    return isinstance(node, exp.Literal) and not node.is_string and "e" in str(node.this).lower()


def text_cast(node: exp.Expr) -> exp.Expr | None:
    """A text is cast only if Athena reads it: DuckDB takes '7.0', '1e3' and '0x10' for whole numbers.

    A DOUBLE is rounded to the nearest integer, halves away from zero.
    """
    to, value = node.args["to"], node.this
    form = next((name for types, name in _TEXT_FORMS if to.this in types), "")
    if not form or "safe" not in node.args or value.find(exp.Query) or isinstance(value, exp.Boolean):
        return None
    is_text = isinstance(value.unnest(), _TEXT) or gives_scalar(value.unnest())
    if (isinstance(value, _NO_TEXT) and not is_text) or gives_json(value):
        return None
    if isinstance(value, exp.Literal) and (not value.is_string or _is_plain(value.name, form)):
        return None
    if isinstance(node, exp.TryCast):
        return _tried(node, form, is_text)
    null = exp.cast(exp.null(), to.copy())
    return exp.Anonymous(this=f"ATHENA_{'TEXT_' if is_text else ''}TO_{form}", expressions=[value.copy(), null])


def _is_plain(text: str, form: str) -> bool:
    """Whether DuckDB reads a text as Athena does."""
    return bool(_PLAIN_TEXT.fullmatch(text)) and not (form == "DATE" and " " in text)


def _tried(node: exp.TryCast, form: str, is_text: bool) -> exp.Expr:
    """Without a macro: DuckDB has no TRY_CAST to the type of a value, and its TRY takes no window."""
    to, value = node.to, node.this
    text = value.copy() if is_text else exp.cast(value.copy(), exp.DType.VARCHAR)
    read: exp.Expr = exp.TryCast(this=exp.Anonymous(this=f"ATHENA_READ_{form}", expressions=[text]), to=to.copy())
    if form == "TIME":  # to milliseconds
        read = exp.Anonymous(this="ATHENA_ROUNDED", expressions=[read, exp.Literal.number(3)])
    if is_text:
        return read
    kind = exp.Anonymous(this="TYPEOF", expressions=[value.copy()])
    case = exp.Case().when(kind.eq("VARCHAR"), read, copy=False)
    if to.this in INTEGERS:
        rounded = exp.Round(this=exp.cast(value.copy(), exp.DType.DOUBLE))
        case.when(kind.isin("DOUBLE", "FLOAT"), exp.TryCast(this=rounded, to=to.copy()), copy=False)
    return case.else_(exp.paren(node.copy(), copy=False), copy=False)
