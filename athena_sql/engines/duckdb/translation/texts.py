"""Rewrites of functions of texts and patterns."""

from __future__ import annotations

import re

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.parts import unsupported
from millrace.athena_sql.portability import refusals
from millrace.athena_sql.statements.numerals import number

_MAX_PADDING = 65_536  # characters; DuckDB's memory limit does not count what one expression allocates


_GROUP = re.compile(r"\$(?P<group>\d)|\\?(?P<kept>.)", re.DOTALL)  # a backslash takes the next character as it is


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


def regexp_extract(node: exp.Expr) -> exp.Expr:
    """NULL where nothing matches; DuckDB gives ''."""
    matches = exp.Anonymous(this="REGEXP_MATCHES", expressions=[node.this.copy(), node.expression.copy()])
    parts = [node.this.copy(), node.expression.copy()]
    if group := node.args.get("group"):
        parts.append(group.copy())
    return exp.Case().when(matches, exp.Anonymous(this="REGEXP_EXTRACT", expressions=parts))


def regexp_replace(node: exp.Expr) -> exp.Expr | None:
    """Groups are $1 in Trino and \\1 in DuckDB."""
    replacement = node.args.get("replacement")
    if replacement is None:
        return None
    if not replacement.is_string:
        given: exp.Expr = exp.Anonymous(this="athena_replacement", expressions=[replacement.copy()])
    elif "${" in replacement.name:
        raise unsupported(node, refusals.REFUSED_GROUP_NAME.said)
    else:
        given = exp.Literal.string(_GROUP.sub(_as_group, replacement.name))
    found = exp.RegexpReplace(this=node.this.copy(), expression=node.expression.copy(), replacement=given)
    if node.args.get("modifiers"):
        found.set("modifiers", node.args["modifiers"].copy())
    return found


def _as_group(found: re.Match[str]) -> str:
    if found["group"]:
        return f"\\{found['group']}"
    return found["kept"].replace("\\", "\\\\")


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
    """With a limit: the last entry holds the rest of the text."""
    limit = node.args.get("limit")
    if limit is None:
        return None
    parts = [node.this.copy(), node.expression.copy(), limit.copy()]
    return exp.Anonymous(this="athena_split", expressions=parts)


def pad(node: exp.Expr) -> None:
    size = number(node.expression)
    if size is not None and size > _MAX_PADDING:
        raise unsupported(node, f"padding to more than {_MAX_PADDING:,} characters is not supported here")
