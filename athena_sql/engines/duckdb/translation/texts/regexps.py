"""Rewrites of the functions of regular expressions."""

from __future__ import annotations

import re

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.parts import call, unsupported
from millrace.athena_sql.engines.duckdb.translation.texts.patterns import Pattern, PatternRefused, translated_pattern
from millrace.athena_sql.portability import refusals
from millrace.athena_sql.statements.numerals import number
from millrace.athena_sql.statements.places import place_of
from millrace.errors import StatementFailed

_MAX_GROUP = 9  # of a replacement in RE2
_NAMED = re.compile(
    r"\$\{(?P<name>\w+)\}|\$(?P<group>\d+)|\\(?P<kept>.)|(?P<wrong>[\\$])|(?P<other>[^\\$]+)", re.DOTALL
)
_CALL = "REGEXP_MATCHES"


def regexp_like(node: exp.Expr) -> exp.Expr | None:
    if node.args.get("flag"):
        raise unsupported(node, "regexp_like takes a text and a pattern; (?i) at its beginning minds no case")
    pattern = _pattern(node)
    if pattern is None:
        return _copied(_CALL, node.this, _unknown_pattern(node))
    if pattern.text == node.expression.name and not (pattern.has_boundaries or pattern.by_lines or pattern.folds):
        return None
    text = _line(node.this) if pattern.by_lines else node.this
    return _copied(_CALL, _checked(text, pattern), exp.Literal.string(pattern.text))


def regexp_extract(node: exp.Expr) -> exp.Expr:
    """NULL where nothing matches, and for a group that the match leaves out; DuckDB gives ''."""
    pattern = _pattern(node)
    text, written = _operands(node, pattern)
    group = node.args.get("group")
    found: exp.Expr = _copied("REGEXP_EXTRACT", text, written, *([group] if group else []))
    if group is not None and pattern is not None and _left_out(node, pattern, number(group)):
        found = exp.Nullif(this=found, expression=exp.Literal.string(""))
    return exp.Case().when(_copied(_CALL, text, written), found)


def regexp_extract_all(node: exp.Expr) -> exp.Expr:
    pattern = _pattern(node)
    group = node.args.get("group")
    if pattern is not None and group is not None:
        _left_out(node, pattern, number(group))
    return _copied("REGEXP_EXTRACT_ALL", *_operands(node, pattern), *([group] if group else []))


def regexp_split(node: exp.Expr) -> exp.Expr:
    return _copied("STR_SPLIT_REGEX", *_operands(node, _pattern(node), may_be_empty=False))


def regexp_count(node: exp.Expr) -> exp.Expr:
    found = _copied("REGEXP_EXTRACT_ALL", *_operands(node, _pattern(node), may_be_empty=False))
    return _copied("LEN", found)


def regexp_position(node: exp.Expr) -> exp.Expr | None:
    """The length of what stands before the first match; -1 without one."""
    if not isinstance(node, exp.Anonymous) or str(node.this).lower() != "regexp_position":
        return None
    if len(node.expressions) != 2:
        raise unsupported(node, refusals.REFUSED_REGEXP_POSITION.said)
    call = exp.RegexpLike(this=node.expressions[0].copy(), expression=node.expressions[1].copy())
    return exp.Anonymous(this="athena_regexp_position", expressions=list(_operands(call, _pattern(call, node))))


def regexp_replace(node: exp.Expr) -> exp.Expr | None:
    """Groups are $1 and ${name} in Trino and \\1 in DuckDB."""
    replacement = node.args.get("replacement")
    if replacement is None:
        return None
    if isinstance(replacement, exp.Lambda):
        raise unsupported(node, refusals.REFUSED_REPLACING_FUNCTION.said)
    pattern = _pattern(node)
    if replacement.is_string:
        given: exp.Expr = exp.Literal.string(_replacement(node, replacement.name, pattern))
    else:
        given = exp.Anonymous(this="athena_replacement", expressions=[replacement.copy()])
    text, written = _operands(node, pattern)
    found = exp.RegexpReplace(this=text, expression=written, replacement=given)
    if node.args.get("modifiers"):
        found.set("modifiers", node.args["modifiers"].copy())
    return found


def _replacement(node: exp.Expr, text: str, pattern: Pattern | None) -> str:
    parts: list[str] = []
    for found in _NAMED.finditer(text):
        if found["wrong"]:
            raise _wrong(node, f"Illegal replacement sequence: {text}")
        if found["name"]:
            parts.append(_named_group(node, found["name"], pattern))
        elif found["group"]:
            parts.append(_numbered_group(node, found["group"], pattern))
        else:
            parts.append((found["kept"] or found["other"]).replace("\\", "\\\\"))
    return "".join(parts)


def _named_group(node: exp.Expr, name: str, pattern: Pattern | None) -> str:
    if pattern is None:
        raise unsupported(node, refusals.REFUSED_GROUP_NAME.said)
    if name not in pattern.names:
        raise _wrong(node, f"Illegal replacement sequence: unknown group {name}")
    return _group(node, pattern.names[name])


def _numbered_group(node: exp.Expr, digits: str, pattern: Pattern | None) -> str:
    """As many digits as make the number of a group."""
    taken = 1
    while pattern is not None and taken < len(digits) and int(digits[: taken + 1]) <= pattern.groups:
        taken += 1
    if pattern is not None and int(digits[:taken]) > pattern.groups:
        raise _wrong(node, f"Illegal replacement sequence: unknown group {digits[:taken]}")
    if pattern is None and len(digits) > 1:
        raise unsupported(node, refusals.REFUSED_GROUP_NUMBER.said)
    return _group(node, int(digits[:taken])) + digits[taken:]


def _group(node: exp.Expr, at: int) -> str:
    if at > _MAX_GROUP:
        raise unsupported(node, refusals.REFUSED_GROUP_NUMBER.said)
    return f"\\{at}"


def _left_out(node: exp.Expr, pattern: Pattern, group: int | None) -> bool:
    """Whether a group that gives '' is one that the match leaves out. Raises StatementFailed if that cannot be told."""
    if group is None:
        return False
    if not 0 <= group <= pattern.groups:
        raise _wrong(node, f"Pattern has {pattern.groups} groups. Cannot access group {group}")
    if not pattern.may_be_missing(group):
        return False
    if pattern.may_be_empty(group):
        raise unsupported(node, refusals.REFUSED_EMPTY_GROUP.said)
    return True


def _operands(node: exp.Expr, pattern: Pattern | None, *, may_be_empty: bool = True) -> tuple[exp.Expr, exp.Expr]:
    """The text and the pattern, for a function that gives a part of the text."""
    text = node.this
    if pattern is None:
        unknown = _unknown_pattern(node)
        lines = exp.Anonymous(this="athena_line_of", expressions=[text.copy(), node.expression.copy()])
        return lines, unknown if may_be_empty else exp.Anonymous(this="athena_matching", expressions=[unknown])
    written = exp.Literal.string(pattern.text)
    if not may_be_empty and pattern.may_match_nothing:
        raise unsupported(node, refusals.REFUSED_EMPTY_MATCH.said)
    if pattern.ends_lines:
        text = _line(text)
    return _checked(text, pattern), written


def _line(text: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="athena_line", expressions=[text.copy()])


def _checked(text: exp.Expr, pattern: Pattern) -> exp.Expr:
    """The text; an error for one in which RE2 would find something else."""
    if pattern.has_boundaries:
        text = exp.Anonymous(this="athena_ascii_words", expressions=[text.copy()])
    return exp.Anonymous(this="athena_unfolded", expressions=[text.copy()]) if pattern.folds else text


def _unknown_pattern(node: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="athena_pattern", expressions=[node.expression.copy()])


def _pattern(node: exp.Expr, place: exp.Expr | None = None) -> Pattern | None:
    """None where the pattern is no literal."""
    if not node.expression.is_string:
        return None
    try:
        return translated_pattern(node.expression.name)
    except PatternRefused as error:
        raise unsupported(place or node, f"{error.what} in a regular expression is not supported") from None


def _wrong(node: exp.Expr, message: str) -> StatementFailed:
    return StatementFailed("INVALID_FUNCTION_ARGUMENT", f"{place_of(node)}: {message}")


def _copied(name: str, *operands: exp.Expr) -> exp.Anonymous:
    return call(name, *(one.copy() for one in operands))
