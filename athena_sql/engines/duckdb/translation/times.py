"""Rewrites of functions of times, and of instants, which have no zone of their own in DuckDB."""

from __future__ import annotations

import re

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.parts import unsupported
from millrace.athena_sql.portability import refusals

# Joda's letters (format_datetime, parse_datetime) as DuckDB's strftime has them; longest first.
_JODA = {
    "yyyy": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%-m", "dd": "%d", "d": "%-d", "HH": "%H",
    "H": "%-H", "hh": "%I", "h": "%-I", "mm": "%M", "m": "%-M", "ss": "%S", "s": "%-S", "SSS": "%g", "EEEE": "%A",
    "EEE": "%a", "a": "%p", "Z": "%z", "DDD": "%j",
}  # fmt: skip


_MAX_FORMAT_LENGTH = 4


_EXTRACTED = {
    **{name: name for name in ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DOY", "HOUR", "MINUTE", "SECOND", "ISODOW")},
    "DAY_OF_MONTH": "DAY", "DAY_OF_WEEK": "ISODOW", "DOW": "ISODOW", "DAYOFWEEK": "ISODOW", "DAY_OF_YEAR": "DOY",
    "YEAR_OF_WEEK": "ISOYEAR", "YOW": "ISOYEAR",
}  # fmt: skip


_IN_UTC = re.compile(r"(UTC|Z|[+-]00:?00)$")


_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)


_ZONES_DO_NOT_COUNT = (*_COMPARISONS, exp.TimeToUnix, exp.DateDiff, exp.AtTimeZone)


_FIELDS = (
    exp.Year, exp.Quarter, exp.Month, exp.Week, exp.Day, exp.DayOfMonth, exp.DayOfWeekIso, exp.DayOfYear, exp.Hour,
    exp.Minute, exp.Second, exp.Extract, exp.TimeToStr,
)  # fmt: skip


def date_diff(node: exp.Expr) -> exp.Expr:
    """Whole units that have passed, not boundaries crossed: from 10:59 to 11:01 is 0 hours."""
    unit = exp.Literal.string(str(node.args["unit"].name).lower() if node.args.get("unit") else "day")
    return exp.Anonymous(this="DATE_SUB", expressions=[unit, node.expression.copy(), node.this.copy()])


def joda_format(node: exp.Expr) -> exp.Expr | None:
    name = str(node.this).lower()
    if name not in ("format_datetime", "parse_datetime") or len(node.expressions) != 2:
        return None
    value, pattern = node.expressions
    if not (isinstance(pattern, exp.Literal) and pattern.is_string):
        raise unsupported(node, f"{name} needs a literal format")
    given = [value.copy(), exp.Literal.string(_strftime(pattern.name, node))]
    if name == "format_datetime":
        return exp.Anonymous(this="STRFTIME", expressions=given)
    return exp.cast(exp.Anonymous(this="STRPTIME", expressions=given), exp.DType.TIMESTAMPTZ)


def parse_datetime(node: exp.Expr) -> exp.Expr | None:
    return joda_format(
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
            raise unsupported(node, f"the format {pattern!r} is not supported")
        found += _JODA.get(letters, pattern[at].replace("%", "%%"))
        at += max(len(letters), 1)
    return found


def extract_field(node: exp.Expr) -> exp.Expr | None:
    """Trino's fields under DuckDB's names: Sunday is 7."""
    field = node.name.upper()
    if field not in _EXTRACTED:
        raise unsupported(node, f"EXTRACT of {field} is not supported")
    if _EXTRACTED[field] == field:
        return None
    return exp.Extract(this=exp.var(_EXTRACTED[field]), expression=node.expression.copy())


def instant(node: exp.Expr) -> exp.Expr | None:
    """DuckDB's instants have no zone of their own, so that only those in UTC have the fields that they have in Athena;
    compared, subtracted or counted in seconds, all have the same."""
    if isinstance(node.parent, _ZONES_DO_NOT_COUNT) or _is_result(node):
        return None
    return exp.Anonymous(this="athena_utc", expressions=[node.this.copy()])


def unix_to_time(node: exp.Expr) -> None:
    zone = node.args.get("zone")
    if zone is not None and zone.name.upper() != "UTC":
        raise unsupported(node, "from_unixtime with a zone is not supported; use instead: from_unixtime(n), in UTC")


def zoned_literal(node: exp.Expr) -> None:
    value = node.this
    if node.args["to"].this is not exp.DType.TIMESTAMPTZ or not (isinstance(value, exp.Literal) and value.is_string):
        return
    if not (_IN_UTC.search(value.name) or isinstance(node.parent, _ZONES_DO_NOT_COUNT) or _is_result(node)):
        raise unsupported(node, "a time with a zone other than UTC is not supported; use instead: TIMESTAMP, in UTC")


def _is_result(node: exp.Expr) -> bool:
    """Whether the node is a column of the whole query."""
    column = node.parent if isinstance(node.parent, exp.Alias) else node
    return isinstance(column.parent, exp.Select) and column.parent.parent is None


def at_time_zone(node: exp.Expr) -> exp.Expr:
    """The local time, where only its fields count."""
    parent = node.parent
    dated = isinstance(parent, exp.Cast) and parent.to.this is exp.DType.DATE
    if not (dated or isinstance(parent, _FIELDS)):
        raise unsupported(
            node,
            f"{refusals.REFUSED_TIME_ZONE.said}; a field or the date of the local time is supported, such as"
            " hour(x AT TIME ZONE 'Asia/Tokyo')",
        )
    return exp.Anonymous(this="athena_local", expressions=[node.this.copy(), node.args["zone"].copy()])
