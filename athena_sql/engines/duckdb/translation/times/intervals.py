"""Rewrites of intervals, of which Athena has two types and DuckDB one, and of dates that they are added to."""

from __future__ import annotations

import re

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.parts import call, unsupported
from millrace.athena_sql.engines.duckdb.translation.times.kinds import INTERVALS, MONTH_UNITS, Kind, TimeKind, noted
from millrace.athena_sql.statements.numerals import number
from millrace.athena_sql.statements.places import place_of
from millrace.errors import StatementFailed

_UNITS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")
_OF_DATES = frozenset({"day", "week", "month", "quarter", "year"})
_OF_TIMES = frozenset({"millisecond", "second", "minute", "hour"})
_MILLISECONDS = 3  # digits of a second
_WHOLE = re.compile(r"[+-]?\d+")
_SECONDS = re.compile(r"[+-]?\d+(\.\d+)?")
_SPAN = re.compile(
    r"(?P<sign>[+-]?)((?P<days>\d+)( |$))?((?P<hours>\d+)?(:(?P<minutes>\d+))?(:(?P<seconds>\d+(\.\d+)?))?)?"
)
_FIELDS = frozenset({"year", "month", "day", "hour", "minute", "second"})


def interval_literal(node: exp.Expr) -> exp.Expr | None:
    """`INTERVAL -'3' HOUR`, `INTERVAL '1-2' YEAR TO MONTH` and `INTERVAL '2 03:04:05' DAY TO SECOND`."""
    unit, value = node.args.get("unit"), node.this
    is_negative = isinstance(value, exp.Neg)
    text = value.this.name if is_negative else value.name if isinstance(value, exp.Literal) else ""
    if isinstance(unit, exp.IntervalSpan):
        found = _span(text, unit.this.name.upper(), unit.expression.name.upper())
    else:
        name = unit.name.upper() if unit else ""
        form = _SECONDS if name == "SECOND" else _WHOLE
        found = [(text, name)] if name in _UNITS and form.fullmatch(text) else []
    if not found:
        raise StatementFailed("SYNTAX_ERROR", f"{place_of(node)}: not an interval: {node.sql('trino')}")
    if not is_negative and len(found) == 1 and not isinstance(unit, exp.IntervalSpan):
        return None
    parts: list[exp.Expr] = [
        exp.Interval(this=exp.Literal.string(amount), unit=exp.var(name)) for amount, name in found
    ]
    whole = parts[0]
    for part in parts[1:]:
        whole = exp.Add(this=whole, expression=part)
    return exp.Paren(this=exp.Neg(this=exp.Paren(this=whole)) if is_negative else whole)


def _span(text: str, first: str, last: str) -> list[tuple[str, str]]:
    """Amounts and units; empty for a text of another form."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text.lstrip("+"))
    if (first, last) == MONTH_UNITS:
        found = re.fullmatch(r"(\d+)-(\d+)", digits)
        return [(sign + found[1], "YEAR"), (sign + found[2], "MONTH")] if found else []
    units = _UNITS[_UNITS.index(first) : _UNITS.index(last) + 1] if {first, last} <= set(_UNITS) else ()
    amounts = re.split(r"[ :]", digits)
    right = r"\d+( \d+(:\d+)*(\.\d+)?)?" if first == "DAY" else r"\d+(:\d+)*(\.\d+)?"
    if len(amounts) > len(units) or not re.fullmatch(right, digits):
        return []
    return [(sign + amount, unit) for amount, unit in zip(amounts, units, strict=False)]


def scale_interval(node: exp.Expr) -> exp.Expr | None:
    """An interval times or divided by a number: whole milliseconds, or whole months."""
    left, right = noted(node.this), noted(node.expression)
    kind = left if left and left.kind in INTERVALS else right
    if kind is None or kind.kind not in INTERVALS:
        return None
    interval, factor = (node.this, node.expression) if kind is left else (node.expression, node.this)
    if isinstance(node, exp.Mul) and _is_whole(factor):
        return None
    unit = "month" if kind.kind is Kind.MONTHS else "millisecond"
    return call(f"athena_{unit}s_{node.key}", interval.copy(), factor.copy())


def _is_whole(node: exp.Expr) -> bool:
    return number(node.unnest()) is not None


def shift_time(node: exp.Expr) -> exp.Expr | None:
    """DATE and interval is a DATE; DATE minus DATE an interval."""
    left, right = noted(node.this), noted(node.expression)
    interval = [side is not None and side.kind in INTERVALS for side in (left, right)]
    if isinstance(node, exp.Sub) and left and right and not any(interval):
        return _difference(node)
    if all(interval):
        if left and right and left.kind is not right.kind:
            raise StatementFailed("TYPE_MISMATCH", f"{place_of(node)}: Cannot apply operator: {_named(node)}")
        return None
    value, shift = (node.expression, node.this) if interval[0] else (node.this, node.expression)
    kind, by = noted(value), noted(shift)
    if not any(interval):
        if (left or right) and (_is_number(node.this) or _is_number(node.expression) or (left and right)):
            raise StatementFailed("TYPE_MISMATCH", f"{place_of(node)}: Cannot apply operator: {_named(node)}")
        return None
    if kind is not None and kind.kind is Kind.TIME and by is not None and by.kind is Kind.MONTHS:
        raise StatementFailed("TYPE_MISMATCH", f"{place_of(node)}: Cannot apply operator: {_named(node)}")
    if kind is not None and kind.kind is not Kind.DATE:
        return None
    sign = exp.Neg(this=exp.Paren(this=shift.copy())) if isinstance(node, exp.Sub) else shift.copy()
    return call("athena_day_plus" if kind else "athena_time_plus", value.copy(), sign)


def _is_number(node: exp.Expr) -> bool:
    known = node.type is not None and node.type.this in exp.DataType.NUMERIC_TYPES
    return known or number(node) is not None


def _named(node: exp.Expr) -> str:
    names = [found.kind.value if (found := noted(side)) else "unknown" for side in (node.this, node.expression)]
    return f" {'+' if isinstance(node, exp.Add) else '-'} ".join(names)


def _difference(node: exp.Expr) -> exp.Expr:
    sides = [
        exp.cast(side.copy(), exp.DType.TIMESTAMP)
        if (kind := noted(side)) and kind.kind is Kind.DATE
        else _of_day(side)
        if kind and kind.kind is Kind.TIME
        else side.copy()
        for side in (node.this, node.expression)
    ]
    return exp.Paren(this=exp.Sub(this=sides[0], expression=sides[1]))


def _of_day(time: exp.Expr) -> exp.Expr:
    """A TIME as one of a day."""
    midnight = exp.cast(exp.Literal.string("1970-01-01"), exp.DType.DATE)
    return exp.Paren(this=exp.Add(this=midnight, expression=time.copy()))


def add_units(node: exp.Expr) -> exp.Expr | None:
    """date_add: a DATE stays one."""
    amount = node.expression
    if isinstance(amount, exp.Literal) and not amount.is_int:
        raise StatementFailed("FUNCTION_NOT_FOUND", f"{place_of(node)}: date_add of an amount that is not whole")
    kind, unit = noted(node.this), _checked_unit(node, noted(node.this))
    if kind is not None and kind.kind is Kind.DATE:
        return exp.cast(node.copy(), exp.DType.DATE)
    if kind is not None and unit == "millisecond" and kind.precision < _MILLISECONDS:
        return call("athena_rounded", node.copy(), exp.Literal.number(kind.precision))
    if kind is not None or unit in _OF_TIMES:
        return None
    return call("cast_to_type", node.copy(), node.this.copy())


def truncate(node: exp.Expr) -> exp.Expr | None:
    """date_trunc: a DATE stays one."""
    kind, unit = noted(node.this), _checked_unit(node, noted(node.this))
    if kind is not None and kind.kind is Kind.DATE:
        return exp.cast(node.copy(), exp.DType.DATE)
    if kind is not None and kind.kind is Kind.TIME:
        raise unsupported(node, "date_trunc of a TIME is not supported; use instead: hour(x), minute(x)")
    if kind is not None or unit in _OF_TIMES:
        return None
    return call("cast_to_type", node.copy(), node.this.copy())


def check_units(node: exp.Expr) -> None:
    """Raises StatementFailed for a unit that date_diff does not have for these times."""
    _checked_unit(node, noted(node.this), noted(node.expression))


def _checked_unit(node: exp.Expr, *kinds: TimeKind | None) -> str:
    unit = node.args["unit"].name.lower() if node.args.get("unit") else "day"
    if unit not in _OF_DATES | _OF_TIMES:
        raise unsupported(
            node,
            f"{unit!r} as the unit of a time is not supported; use instead: one of day, week, month, quarter,"
            " year, hour, minute, second, millisecond, as a text",
        )
    if unit in _OF_TIMES and all(kind is not None and kind.kind is Kind.DATE for kind in kinds):
        raise StatementFailed("INVALID_FUNCTION_ARGUMENT", f"{place_of(node)}: '{unit}' is not a valid DATE field")
    return unit


def interval_field(node: exp.Expr) -> exp.Expr | None:
    """hour(x) and EXTRACT(HOUR FROM x) of an interval."""
    name, value = (node.name, node.expression) if isinstance(node, exp.Extract) else (node.key, node.this)
    kind, field = noted(value), name.lower()
    if kind is None or kind.kind not in INTERVALS:
        return None
    if field not in _FIELDS or (kind.kind is Kind.MONTHS) != (field.upper() in MONTH_UNITS):
        raise StatementFailed("TYPE_MISMATCH", f"{place_of(node)}: Cannot extract {field} from {kind.kind.value}")
    return call(f"athena_interval_{field}", value.copy())


def interval_text(node: exp.Expr) -> exp.Expr | None:
    """CAST(interval AS VARCHAR)."""
    kind = noted(node.this)
    if kind is None or kind.kind not in INTERVALS or node.args["to"].this is not exp.DType.VARCHAR:
        return None
    return text_of_interval(node.this, kind)


def text_of_interval(value: exp.Expr, kind: TimeKind) -> exp.Expr:
    return call("athena_months_text" if kind.kind is Kind.MONTHS else "athena_seconds_text", value.copy())


def sum_interval(node: exp.Expr) -> exp.Expr | None:
    """sum and avg of an interval, in milliseconds or months."""
    kind = noted(node.this)
    if kind is None or kind.kind not in INTERVALS:
        return None
    unit = "month" if kind.kind is Kind.MONTHS else "millisecond"
    whole = node.copy()
    whole.set("this", call(f"athena_{unit}s", node.this.copy()))
    return call(f"to_{unit}s", exp.cast(exp.Round(this=whole), exp.DType.BIGINT))


def compare(node: exp.Expr) -> None:
    """Raises StatementFailed for a comparison of intervals of different types, as Athena does."""
    left, right = noted(node.this), noted(node.expression)
    if left and right and left.kind is not right.kind and (left.kind in INTERVALS or right.kind in INTERVALS):
        raise StatementFailed("TYPE_MISMATCH", f"{place_of(node)}: Cannot apply operator: {_named(node)}")


def time_sequence(node: exp.Expr) -> exp.Expr | None:
    """sequence of times without a step: of days."""
    start = noted(node.args["start"])
    if start is None or node.args.get("step") is not None:
        return None
    if start.kind is Kind.TIMESTAMP:
        raise StatementFailed("FUNCTION_NOT_FOUND", f"{place_of(node)}: sequence of timestamps needs a step")
    if start.kind is not Kind.DATE:
        return None
    return call("athena_sequence_of_days", *(node.args[part].copy() for part in ("start", "end")))
