"""Rewrites of times as texts: date_format, date_parse, format_datetime, parse_datetime, casts of times to texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.parts import call, unsupported
from millrace.athena_sql.engines.duckdb.translation.times.kinds import Kind, TimeKind, noted, split_zone
from millrace.athena_sql.statements.places import place_of
from millrace.errors import StatementFailed

# The specifiers of date_format and date_parse, as sqlglot's tree has MySQL's, by what DuckDB has for them.
_SPECIFIERS = MappingProxyType(
    {name: f"%{name}" for name in ("a", "b", "-m", "d", "-d", "f", "H", "I", "M", "j", "-H", "-I", "B", "m", "p", "S",
                                   "A", "G", "Y", "y", "%")}
    | {"v": "%V"}
)  # fmt: skip
_REFUSED = MappingProxyType({name: name for name in "DUVwX"} | {"W": "u"})  # by Athena, under these names of its own
_DIRECTIVE = re.compile(r"%(?P<name>-?.)|(?P<text>[^%]+)", re.DOTALL)
_NO_PARSE = MappingProxyType({"a": "%a", "A": "%W", "v": "%v", "G": "%x", "j": "%j"})

_DIGITS = 3  # of a TIMESTAMP without a number
_YEAR = re.compile(r"\+?0*[1-9]\d{0,3}-")
_OF_A_YEAR = ("m", "-m", "b", "B", "d", "-d")
_MOST_DIGITS = 6  # that DuckDB keeps

# Joda's letters (format_datetime, parse_datetime) as DuckDB's strftime has them; longest first.
_JODA = MappingProxyType(
    {
        "yyyy": "%Y", "YYYY": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%-m", "dd": "%d",
        "d": "%-d", "HH": "%H", "H": "%-H", "hh": "%I", "h": "%-I", "mm": "%M", "m": "%-M", "ss": "%S", "s": "%-S",
        "SSS": "%g",
        "EEEE": "%A", "EEE": "%a", "a": "%p", "DDD": "%j", "xxxx": "%G", "ww": "%V", "e": "%u",
    }
)  # fmt: skip
_NO_JODA_PARSE = frozenset({"yy", "EEEE", "EEE", "DDD", "xxxx", "ww", "e"})
_RUN = re.compile(r"'(?P<quoted>(?:[^']|'')*)'|(?P<letters>(?P<letter>[A-Za-z])(?P=letter)*)|(?P<text>[^A-Za-z']+)")


def date_format(node: exp.Expr) -> exp.Expr:
    if is_text(node.this):
        raise StatementFailed(
            "FUNCTION_NOT_FOUND", f"{place_of(node)}: date_format of a text; use instead: CAST(x AS TIMESTAMP)"
        )
    if node.args["format"].is_string and not node.args["format"].name:
        raise StatementFailed("INVALID_FUNCTION_ARGUMENT", f"{place_of(node)}: Invalid format: ''")
    return _formatted(node.this, "".join(text for _, text in _directives(node, "date_format")))


def date_parse(node: exp.Expr) -> exp.Expr:
    given = list(_directives(node, "date_parse"))
    if refused := [shown for name, _ in given if (shown := _NO_PARSE.get(name))]:
        raise unsupported(node, f"date_parse with {refused[0]} is not supported; use instead: %Y-%m-%d %H:%i:%s")
    return _parsed(node.this, "".join(text for _, text in given))


def is_text(value: exp.Expr) -> bool:
    known = value.type is not None and value.type.this in exp.DataType.TEXT_TYPES
    return known or (isinstance(value, exp.Literal) and bool(value.is_string))


def _formatted(value: exp.Expr, pattern: str) -> exp.Expr:
    kind = noted(value)
    given = value.copy()
    if kind is None or kind.kind is not Kind.TIMESTAMP:
        given = exp.cast(given, exp.DType.TIMESTAMP)
    if kind is None or kind.precision > _DIGITS or "%f" in pattern:
        given = call("athena_rounded", given, exp.Literal.number(_DIGITS))
    return call("STRFTIME", given, exp.Literal.string(pattern))


def _parsed(value: exp.Expr, pattern: str) -> exp.Expr:
    """What a text leaves out is of 1970-01-01, or of 2000 if it has a month or a day; milliseconds are kept.

    A year of two digits is from 1970 to 2069. Twelve o'clock is 0 without AM or PM.
    """
    text = value.copy()
    if ("%I" in pattern or "%-I" in pattern) and "%p" not in pattern:
        text, pattern = exp.DPipe(this=text, expression=exp.Literal.string(" AM")), f"{pattern} %p"
    if "%Y" not in pattern and "%y" not in pattern:
        year = "2000" if any(f"%{name}" in pattern for name in _OF_A_YEAR) else "1970"
        text, pattern = exp.DPipe(this=exp.Literal.string(f"{year} "), expression=text), f"%Y {pattern}"
    found = call("athena_parsed", text, exp.Literal.string(pattern))
    if "%f" in pattern:
        found = call("date_trunc", exp.Literal.string("millisecond"), found)
    return call("athena_two_digits", found) if "%y" in pattern else found


def _directives(node: exp.Expr, function: str) -> Iterator[tuple[str, str]]:
    """Each part of the format: its name in the tree, or "" for text, and the part as DuckDB has it."""
    pattern = node.args["format"]
    if not pattern.is_string:
        raise unsupported(node, f"{function} needs a literal format; use instead: a text such as '%Y-%m-%d'")
    for found in _DIRECTIVE.finditer(pattern.name):  # a percent sign at the end is no part
        name = found["name"]
        if name is None:
            yield "", found["text"]
        elif name in _REFUSED:
            raise StatementFailed(
                "INVALID_FUNCTION_ARGUMENT",
                f"{place_of(node)}: %{_REFUSED[name]} not supported in date format string",
            )
        else:
            yield name, _SPECIFIERS.get(name, name)


def joda_format(node: exp.Expr) -> exp.Expr | None:
    """format_datetime and parse_datetime."""
    name = str(node.this).lower()
    if name not in ("format_datetime", "parse_datetime") or len(node.expressions) != 2:
        return None
    value, pattern = node.expressions
    if not pattern.is_string:
        raise unsupported(node, f"{name} needs a literal format; use instead: a text such as 'yyyy-MM-dd'")
    is_parsed = name == "parse_datetime"
    given = "".join(_of_joda(pattern.name, node, is_parsed=is_parsed))
    if is_parsed:
        return exp.cast(_parsed(value, given), exp.DType.TIMESTAMPTZ)
    return _formatted(value, given)


def parse_datetime(node: exp.Expr) -> exp.Expr | None:
    pattern = node.args.get("format")
    return None if pattern is None else joda_format(call("parse_datetime", node.this.copy(), pattern.copy()))


def _of_joda(pattern: str, node: exp.Expr, *, is_parsed: bool) -> Iterator[str]:
    end = 0
    for found in _RUN.finditer(pattern):
        letters, end = found["letters"], found.end()
        if letters is not None and (letters not in _JODA or (is_parsed and letters in _NO_JODA_PARSE)):
            raise unsupported(node, f"{letters!r} in the format {pattern!r} is not supported; use instead: date_format")
        if found["quoted"] is not None:
            yield (found["quoted"].replace("''", "'") or "'").replace("%", "%%")
        else:
            yield _JODA[letters] if letters is not None else found["text"].replace("%", "%%")
    if end != len(pattern):
        raise StatementFailed("INVALID_FUNCTION_ARGUMENT", f"{place_of(node)}: not a format: {pattern}")


def time_text(node: exp.Expr) -> exp.Expr | None:
    """CAST(x AS VARCHAR) of a TIMESTAMP or a TIME: as many digits of a second as the type has."""
    kind, to = noted(node.this), node.args["to"]
    if to.this is not exp.DType.VARCHAR or to.expressions or kind is None:
        return None
    if kind.kind is Kind.TIME:
        return text_of_time(node.this, kind)
    if kind.kind is Kind.TIMESTAMP:
        return call("athena_time_text", node.this.copy(), exp.Literal.number(kind.precision))
    return None


def text_of_time(value: exp.Expr, kind: TimeKind) -> exp.Expr:
    """Of a TIME."""
    midnight = exp.cast(exp.Literal.string("1970-01-01"), exp.DType.DATE)
    text = call("athena_time_text", exp.Add(this=midnight, expression=value.copy()), exp.Literal.number(kind.precision))
    return call("substr", text, exp.Literal.number(12))


_LITERAL_FORMS = MappingProxyType(
    {
        exp.DType.DATE: re.compile(r"[+-]?\d{1,9}-\d{1,2}-\d{1,2}"),
        exp.DType.TIME: re.compile(r"([01]?\d|2[0-3]):\d{1,2}(:\d{1,2}(\.\d*)?)?"),
        exp.DType.TIMESTAMP: re.compile(r"[+-]?\d{1,9}-\d{1,2}-\d{1,2}( ([01]?\d|2[0-3]):\d{1,2}(:\d{1,2}(\.\d*)?)?)?"),
    }
)


def check_literal(node: exp.Expr) -> None:
    """DATE '...', TIME '...' and TIMESTAMP '...'. Raises StatementFailed for a text of a form that Athena refuses."""
    value, to = node.this, node.args["to"]
    if to.this is exp.DType.TIMETZ:
        raise unsupported(node, "TIME WITH TIME ZONE is not supported; use instead: TIMESTAMP WITH TIME ZONE, or TIME")
    form = _LITERAL_FORMS.get(exp.DType.TIMESTAMP if to.this is exp.DType.TIMESTAMPTZ else to.this)
    if form is None or "safe" in node.args or not (isinstance(value, exp.Literal) and value.is_string):
        return
    time = split_zone(value.name)[0] if to.this is exp.DType.TIMESTAMPTZ else value.name.strip()
    if not form.fullmatch(time):
        raise StatementFailed(
            "INVALID_LITERAL", f"{place_of(node)}: '{value.name}' is not a valid {to.this.value} literal"
        )
    if len(time.partition(".")[2]) > _MOST_DIGITS:
        raise unsupported(node, "a time with more than six digits of a second is not supported; use instead: six")
    if to.this is not exp.DType.TIME and not _YEAR.match(time):
        raise unsupported(node, "a year before 1 or after 9999 is not supported; use instead: one that is between")


def precise_cast(node: exp.Expr) -> exp.Expr | None:
    """A TIMESTAMP in as many digits of a second as its type has, 3 by default: rounded where the value has more.

    In DuckDB all have one type: those of fewer digits hold fewer years.
    """
    value, to = node.this, node.args["to"]
    if to.this not in (exp.DType.TIMESTAMP, exp.DType.TIME):
        return None
    given = to.find(exp.DataTypeParam)
    digits, known = int(given.name) if given else _DIGITS, noted(value)
    is_literal = isinstance(value, exp.Literal) and value.is_string
    has = len(value.name.partition(".")[2]) if is_literal else known.precision if known else 0
    if given:
        to.set("expressions", [])
    if has <= digits or "safe" not in node.args or digits >= _MOST_DIGITS:
        return None
    if to.this is exp.DType.TIME:
        raise unsupported(node, "a cast to fewer digits of a second is not supported; use instead: a TIME of them")
    return call("athena_rounded", node.copy(), exp.Literal.number(digits))
