"""Rewrites of functions of texts."""

from __future__ import annotations

import re

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.parts import call, refused, unsupported
from millrace.athena_sql.portability.refusals import Refusal
from millrace.athena_sql.statements.numerals import number
from millrace.athena_sql.statements.places import place_of
from millrace.errors import StatementFailed

_MAX_PADDING = 65_536  # characters; DuckDB's memory limit does not count what one expression allocates


_WHITE = "".join(
    chr(code)
    for code in (
        *range(9, 14),
        *range(28, 33),
        0x1680,
        *range(0x2000, 0x2007),
        *range(0x2008, 0x200B),
        0x2028,
        0x2029,
        0x205F,
        0x3000,
    )
)


def trim_white(node: exp.Expr) -> None:
    """Without characters given, Trino takes off white characters of every script."""
    if not node.expression:
        node.set("expression", exp.Literal.string(_WHITE))


def substring(node: exp.Expr) -> exp.Expr | None:
    """From zero, or from before the beginning: an empty text."""
    if not node.args.get("start"):
        return None
    start, length = number(node.args["start"]), node.args.get("length")
    size = number(length) if length else 1
    if start is not None and start > 0 and size is not None and size > 0:
        return None
    given = [node.this.copy(), node.args["start"].copy(), *([length.copy()] if length else [])]
    return exp.Anonymous(this="athena_substring" if length else "athena_substr", expressions=given)


def replace_text(node: exp.Expr) -> exp.Expr | None:
    """An empty text is found between all characters."""
    sought, by = node.args.get("expression"), node.args.get("replacement")
    if sought is None or by is None or (sought.is_string and sought.name):
        return None
    return exp.Anonymous(this="athena_replace", expressions=[node.this.copy(), sought.copy(), by.copy()])


def split_text(node: exp.Expr) -> exp.Expr | None:
    """With a limit: the last entry holds the rest of the text. The separator must not be empty."""
    limit, separator = node.args.get("limit"), node.expression
    if limit is None:
        known = separator.is_string and separator.name
        return (
            None if known else exp.Anonymous(this="athena_split_all", expressions=[node.this.copy(), separator.copy()])
        )
    parts = [node.this.copy(), separator.copy(), limit.copy()]
    return exp.Anonymous(this="athena_split", expressions=parts)


def pad(node: exp.Expr) -> exp.Expr | None:
    fill, size = node.args.get("fill_pattern"), number(node.expression)
    if fill is None:
        raise unsupported(node, "lpad or rpad takes a text, a length and what it is filled with")
    if size is not None and size > _MAX_PADDING:
        raise unsupported(node, f"padding to more than {_MAX_PADDING:,} characters is not supported here")
    if size is not None and size >= 0 and fill.is_string and fill.name:
        return None
    name = "athena_lpad" if node.args.get("is_left") else "athena_rpad"
    return exp.Anonymous(this=name, expressions=[node.this.copy(), node.expression.copy(), fill.copy()])


def concatenation(node: exp.Expr) -> None:
    """Of two texts or more; a NULL among three or more is a text."""
    if len(node.expressions) < 2:
        raise _wrong(node, "There must be two or more concatenation arguments")
    for part in node.expressions:
        if isinstance(part, exp.Null) and len(node.expressions) > 2:
            part.replace(exp.cast(exp.null(), exp.DType.VARCHAR))


def like_escaped(node: exp.Expr) -> None:
    """The escape is one character, and stands before %, _ or itself."""
    like, escape = node.this, node.expression
    if not escape.is_string:
        return
    if len(escape.name) != 1:
        raise _wrong(node, "Escape string must be a single character")
    pattern = like.expression
    if pattern.is_string and re.search(
        rf"{re.escape(escape.name)}(?![%_{re.escape(escape.name)}])", _unescaped(pattern.name, escape.name)
    ):
        raise _wrong(node, "Escape character must be followed by '%', '_' or the escape character itself")


def _unescaped(pattern: str, escape: str) -> str:
    """The pattern without what is escaped rightly."""
    return re.sub(rf"{re.escape(escape)}[%_{re.escape(escape)}]", "", pattern)


def _wrong(node: exp.Expr, message: str) -> StatementFailed:
    return StatementFailed("INVALID_FUNCTION_ARGUMENT", f"{place_of(node)}: {message}")


def joined_texts(node: exp.Expr) -> None:
    node.set("this", call("ATHENA_TEXTS", node.this.copy()))


def upper(node: exp.Expr) -> exp.Expr | None:
    """A sharp s stays one."""
    known = node.this.type
    may_be_text = known is None or known.this in (*exp.DataType.TEXT_TYPES, exp.DType.UNKNOWN)
    return call("athena_upper", node.this.copy()) if may_be_text else None


def like(node: exp.Expr) -> None:
    if isinstance(node.expression, exp.Any | exp.All):
        _refuse_any(node)


_refuse_any = refused(Refusal("LIKE ANY or LIKE ALL", "LIKE ... OR LIKE ..., or LIKE ... AND LIKE ..."))
