"""Rewrites of calls that sqlglot would transpile to something with another result in DuckDB."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from millrace.athena_sql.endpoint.problems import unsupported
from millrace.athena_sql.endpoint.statements.syntax import place_of
from millrace.athena_sql.portability.dialect import INTEGERS
from millrace.errors import StatementFailed

# Joda's letters (format_datetime, parse_datetime) as DuckDB's strftime has them; longest first.
_JODA = {
    "yyyy": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%-m", "dd": "%d", "d": "%-d", "HH": "%H",
    "H": "%-H", "hh": "%I", "h": "%-I", "mm": "%M", "m": "%-M", "ss": "%S", "s": "%-S", "SSS": "%g", "EEEE": "%A",
    "EEE": "%a", "a": "%p", "Z": "%z", "DDD": "%j",
}  # fmt: skip
_MAX_FORMAT_LENGTH = 4
_MAX_ENTRIES = 10_000  # of a sequence, in Trino too
_MAX_PADDING = 65_536  # characters; DuckDB's memory limit does not count what one expression allocates
_ROOT = exp.Literal.string("$")
_GROUP = re.compile(r"\$(?P<group>\d)|\\?(?P<kept>.)", re.DOTALL)  # a backslash takes the next character as it is


def rewrite(query: exp.Query) -> exp.Query:
    """Changes the tree in place and returns it. Raises StatementFailed for a call that has no translation.

    Goes from the inside out, since a replacement contains copies of the node's parts.
    """
    for node in reversed(list(query.walk())):
        for kind, change in _CHANGES:
            if isinstance(node, kind) and (changed := change(node)) is not None:
                node.replace(changed)
                break
    return query


def _date_diff(node: exp.Expr) -> exp.Expr:
    """Whole units that have passed, not boundaries crossed: from 10:59 to 11:01 is 0 hours."""
    unit = exp.Literal.string(str(node.args["unit"].name).lower() if node.args.get("unit") else "day")
    return exp.Anonymous(this="DATE_SUB", expressions=[unit, node.expression.copy(), node.this.copy()])


def _regexp_extract(node: exp.Expr) -> exp.Expr:
    """NULL where nothing matches; DuckDB gives ''."""
    matches = exp.Anonymous(this="REGEXP_MATCHES", expressions=[node.this.copy(), node.expression.copy()])
    parts = [node.this.copy(), node.expression.copy()]
    if group := node.args.get("group"):
        parts.append(group.copy())
    return exp.Case().when(matches, exp.Anonymous(this="REGEXP_EXTRACT", expressions=parts))


def _json_extract_scalar(node: exp.Expr) -> exp.Expr:
    """NULL for an object or array, which are not scalars."""
    value, path = node.this.copy(), node.expression.copy()
    kind = exp.Anonymous(this="JSON_TYPE", expressions=[exp.cast(value, "JSON"), path])
    copied = exp.Paren(this=node.copy())
    return exp.Case().when(kind.isin("OBJECT", "ARRAY"), exp.null()).else_(copied)


def _joda_format(node: exp.Expr) -> exp.Expr | None:
    name = str(node.this).lower()
    if name not in ("format_datetime", "parse_datetime") or len(node.expressions) != 2:
        return None
    value, pattern = node.expressions
    if not (isinstance(pattern, exp.Literal) and pattern.is_string):
        raise unsupported(f"{place_of(node)}: {name} needs a literal format")
    given = [value.copy(), exp.Literal.string(_strftime(pattern.name, node))]
    if name == "format_datetime":
        return exp.Anonymous(this="STRFTIME", expressions=given)
    return exp.cast(exp.Anonymous(this="STRPTIME", expressions=given), exp.DType.TIMESTAMPTZ)


def _parse_datetime(node: exp.Expr) -> exp.Expr | None:
    return _joda_format(
        exp.Anonymous(this="parse_datetime", expressions=[node.this.copy(), node.args["format"].copy()])
        if node.args.get("format")
        else node
    )


def _strftime(pattern: str, node: exp.Expr) -> str:
    found, at = "", 0
    while at < len(pattern):
        if pattern[at] == "'":
            end = pattern.find("'", at + 1)
            end = len(pattern) if end < 0 else end
            found, at = found + (pattern[at + 1 : end] or "'"), end + 1
            continue
        letters = next(
            (pattern[at : at + n] for n in range(_MAX_FORMAT_LENGTH, 0, -1) if pattern[at : at + n] in _JODA), ""
        )
        if not letters and pattern[at].isalpha():
            raise unsupported(f"{place_of(node)}: the format {pattern!r} is not supported")
        found += _JODA.get(letters, pattern[at].replace("%", "%%"))
        at += max(len(letters), 1)
    return found


def _sequence(node: exp.Expr) -> exp.Expr | None:
    """A step of -1 where the end is below the start. Raises StatementFailed for more entries than Athena allows."""
    start, end = _number(node.args["start"]), _number(node.args["end"])
    step = _number(node.args["step"]) if node.args.get("step") else 1
    if start is None or end is None or not step:
        return None
    if abs(end - start) // abs(step) >= _MAX_ENTRIES:
        raise StatementFailed(
            "INVALID_FUNCTION_ARGUMENT",
            f"{place_of(node)}: result of sequence function must not have more than {_MAX_ENTRIES} entries",
        )
    if node.args.get("step") or start <= end:
        return None
    return exp.GenerateSeries(
        start=node.args["start"].copy(), end=node.args["end"].copy(), step=exp.Neg(this=exp.Literal.number(1))
    )


def _pad(node: exp.Expr) -> None:
    size = _number(node.expression)
    if size is not None and size > _MAX_PADDING:
        raise unsupported(f"{place_of(node)}: padding to more than {_MAX_PADDING:,} characters is not supported here")


def _number(node: exp.Expr) -> int | None:
    if isinstance(node, exp.Neg):
        found = _number(node.this)
        return None if found is None else -found
    return int(node.this) if isinstance(node, exp.Literal) and node.is_int else None


def _regexp_replace(node: exp.Expr) -> exp.Expr | None:
    """Groups are $1 in Trino and \\1 in DuckDB."""
    replacement = node.args.get("replacement")
    if replacement is None or not replacement.is_string:
        return None
    found = exp.RegexpReplace(this=node.this.copy(), expression=node.expression.copy())
    found.set("replacement", exp.Literal.string(_GROUP.sub(_as_group, replacement.name)))
    return found


def _as_group(found: re.Match[str]) -> str:
    if found["group"]:
        return f"\\{found['group']}"
    return found["kept"].replace("\\", "\\\\")


def _cast(node: exp.Expr) -> exp.Expr | None:
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


def _approx_quantile(node: exp.Expr) -> None:
    if node.args.get("weight") or node.args.get("accuracy"):
        raise unsupported(f"{place_of(node)}: approx_percentile with a weight or an accuracy is not supported")


def _gives_json(node: exp.Expr) -> bool:
    return isinstance(node, exp.JSONExtract | exp.ParseJSON) or (
        isinstance(node, exp.Anonymous) and node.this == "TO_JSON"
    )


def _split(node: exp.Expr) -> exp.Expr | None:
    """With a limit: the last entry holds the rest of the text."""
    limit = node.args.get("limit")
    if limit is None:
        return None
    parts = [node.this.copy(), node.expression.copy(), limit.copy()]
    return exp.Anonymous(this="athena_split", expressions=parts)


def _json_array_length(node: exp.Expr) -> exp.Expr | None:
    """json_array_length as BIGINT: Athena has no unsigned types."""
    named = str(node.this).lower() if isinstance(node, exp.Anonymous) else ""
    if named != "json_array_length" or isinstance(node.parent, exp.Cast):
        return None
    return exp.cast(node.copy(), exp.DType.BIGINT)


def _unnest(node: exp.Expr) -> None:
    alias = node.args.get("alias")
    if len(node.expressions) == 1 and alias is not None and len(alias.args.get("columns") or ()) > 1:
        raise unsupported(f"{place_of(node)}: UNNEST of rows or of a map is not supported; give the alias one column")


def _macro(name: str, *parts: str) -> Callable[[exp.Expr], exp.Expr]:
    """Replaces a node by a call of one of `functions.MACROS` with these parts of the node."""
    return lambda node: exp.Anonymous(this=name, expressions=[node.args[part].copy() for part in parts])


_CHANGES: tuple[tuple[type[exp.Expr], Callable[[exp.Expr], exp.Expr | None]], ...] = (
    (exp.DateDiff, _date_diff),
    (exp.RegexpExtract, _regexp_extract),
    (exp.JSONExtractScalar, _json_extract_scalar),
    (exp.ParseDatetime, _parse_datetime),
    (exp.Anonymous, _joda_format),
    (exp.Anonymous, _json_array_length),
    (exp.ApproxQuantile, _approx_quantile),
    (exp.ArraySize, lambda node: exp.cast(exp.Anonymous(this="CARDINALITY", expressions=[node.this.copy()]), "BIGINT")),
    (exp.ArrayContains, _macro("athena_contains", "this", "expression")),
    (exp.ArrayDistinct, _macro("athena_distinct", "this")),
    (exp.ArrayMax, _macro("athena_array_max", "this")),
    (exp.ArrayMin, _macro("athena_array_min", "this")),
    (exp.ArrayPosition, _macro("athena_position", "this", "expression")),
    (exp.ArraySlice, _macro("athena_slice", "this", "start", "end")),  # `end` is the length
    (exp.SplitPart, _macro("athena_split_part", "this", "delimiter", "part_index")),
    (exp.GenerateSeries, _sequence),
    (exp.Pad, _pad),
    (exp.RegexpReplace, _regexp_replace),
    (exp.Cast, _cast),
    (exp.Split, _split),
    (exp.Unnest, _unnest),
)
