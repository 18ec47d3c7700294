"""Rewrites of casts."""

from __future__ import annotations

import re

from sqlglot import exp

from millrace.athena_sql.portability.dialect import INTEGERS

_ROOT = exp.Literal.string("$")


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
    """CAST(x AS VARCHAR(n)) truncates, CAST(json AS VARCHAR) drops a string's quotes, CAST(x AS JSON) does not parse.

    An expression that is recognisably a DOUBLE is rounded to the nearest integer, halves away from zero.
    """
    to = node.args["to"]
    if to.this in INTEGERS and _is_double(node.this):
        rounded = node.copy()
        rounded.set("this", exp.Round(this=node.this.copy()))
        return rounded
    if to.this is exp.DType.JSON:
        return exp.Anonymous(this="TO_JSON", expressions=[node.this.copy()])
    if to.this is not exp.DType.VARCHAR:
        return None
    length = to.find(exp.DataTypeParam)
    if _gives_json(node.this):
        whole: exp.Expr = exp.JSONExtractScalar(this=exp.Paren(this=node.this.copy()), expression=_ROOT.copy())
    elif length is None:
        return None
    else:
        whole = node.copy()
        whole.set("to", exp.DataType.build("VARCHAR"))
    return whole if length is None else exp.Left(this=whole, expression=length.this.copy())


def _is_double(node: exp.Expr) -> bool:
    if isinstance(node, exp.Paren | exp.Neg):
        return _is_double(node.this)
    if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div):
        return _is_double(node.this) or _is_double(node.expression)
    if isinstance(node, exp.Cast):
        return node.to.this in (exp.DType.DOUBLE, exp.DType.FLOAT)
    return isinstance(node, exp.Literal) and not node.is_string and "e" in str(node.this).lower()


def _gives_json(node: exp.Expr) -> bool:
    return isinstance(node, exp.JSONExtract | exp.ParseJSON) or (
        isinstance(node, exp.Anonymous) and node.this == "TO_JSON"
    )


def text_cast(node: exp.Expr) -> exp.Expr | None:
    """A text is cast only if Athena reads it: DuckDB takes '7.0', '1e3' and '0x10' for whole numbers.

    A DOUBLE is rounded to the nearest integer, halves away from zero.
    """
    to, value = node.args["to"], node.this
    form = next((name for types, name in _TEXT_FORMS if to.this in types), "")
    if not form or "safe" not in node.args or value.find(exp.Query):
        return None
    is_text = isinstance(value.unnest(), _TEXT)
    if isinstance(value, _NO_TEXT) and not is_text:
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
