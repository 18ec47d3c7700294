"""Rewrites of times with a zone. DuckDB's instants have none: it is known from the tree (`kind_finder.py`) or a text.

Where the zone of a value is not known and would count, the statement is refused.
"""

from __future__ import annotations

from datetime import UTC as UTC_ZONE
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.parts import call, unsupported
from millrace.athena_sql.engines.duckdb.translation.times.kinds import (
    ANY_ZONE,
    LOCAL,
    LOCAL_NAMES,
    UTC,
    ZONE_NAMES,
    ZONES_SET,
    Kind,
    TimeKind,
    forget_kind,
    noted,
    offset_text,
    split_zone,
    takes_zone,
    zone_shown,
)
from millrace.athena_sql.statements.places import place_of
from millrace.errors import StatementFailed

SOURCES = (
    exp.FromISO8601Timestamp, exp.UnixToTime, exp.AtTimeZone, exp.ParseDatetime, exp.CurrentTimestamp,
)  # fmt: skip
SOURCE_NAMES = frozenset({*ZONES_SET, "parse_datetime"})

# What a time with a zone may stand in: where only its instant counts, or where a rewrite below takes its local time.
_ALLOWED = (
    *LOCAL, exp.Alias, exp.Paren, exp.Select, exp.Cast, exp.Extract, exp.AtTimeZone, exp.TimestampTrunc, exp.DateAdd,
    exp.DateDiff, exp.Add, exp.Sub, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In,
    exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is, exp.TimeToUnix, exp.Max, exp.Min, exp.ArgMax, exp.ArgMin, exp.Coalesce,
    exp.Greatest, exp.Least, exp.Case, exp.If, exp.Nullif, exp.Count, exp.Distinct, exp.Ordered, exp.Group, exp.Lag,
    exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue, exp.AnyValue, exp.Window, exp.Filter, exp.Tuple, exp.Try,
    exp.ApproxDistinct, exp.Join, exp.Where, exp.Having, exp.CountIf, exp.WindowSpec, exp.IgnoreNulls,
)  # fmt: skip
UNKNOWN = "unknown"  # the key of meta: what may have a zone, in a statement that has zones
_ZONE = "zone"  # the key of meta: a value's zone, as an expression
_USED_AS_INSTANT = (
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.TimeToUnix, exp.DateDiff,
)  # fmt: skip
_SHORT_ZONES = ("EST", "HST", "MST")  # Java has them no longer
_UNKNOWN = "the zone of this time is not known here; use instead: x AT TIME ZONE 'UTC', or another zone, around it"
_NESTED = "a time with a zone is not supported inside this; use instead: CAST(x AS VARCHAR)"


def is_zoned(value: exp.Expr | None) -> bool:
    """Whether the value has, or may have, a zone other than UTC."""
    kind = noted(value)
    return kind is not None and kind.kind is Kind.ZONED and kind.zone not in (UTC, ANY_ZONE)


def has_zone(value: exp.Expr | None) -> bool:
    kind = noted(value)
    return kind is not None and kind.kind is Kind.ZONED


def instant_of(value: exp.Expr) -> exp.Expr:
    return exp.cast(value.copy(), exp.DType.TIMESTAMPTZ)


def zone_expression(value: exp.Expr) -> exp.Expr:
    """The zone of a zoned value, as a text. Raises StatementFailed where it is not known."""
    inner = value.unnest() if isinstance(value, exp.Paren) else value
    own = inner.meta.get(_ZONE)
    if isinstance(own, exp.Expr):
        return own.copy()
    kind = noted(value)
    if kind is None or not kind.zone:
        raise unsupported(value, _UNKNOWN)
    return exp.Literal.string(_known_zone(kind.zone.replace(ANY_ZONE, UTC), value))


def local(value: exp.Expr) -> exp.Expr:
    """The local time of a zoned value, as a TIMESTAMP."""
    return call("athena_local", instant_of(value), zone_expression(value))


def instant_at(value: exp.Expr, zone: exp.Expr) -> exp.Expr:
    """The instant of a local time in a zone."""
    return call("athena_instant", exp.cast(value.copy(), exp.DType.TIMESTAMP), zone)


def take_local_time(node: exp.Expr) -> None:
    """A function of the fields of a zoned value gets its local time. Changes the node in place."""
    part = "expression" if isinstance(node, exp.Extract) else "this"
    if isinstance(node, exp.Extract) and node.name.lower().startswith("timezone_"):
        return
    value = node.args.get(part)
    if value is not None and is_zoned(value):
        node.set(part, local(value))
    elif value is not None and value.meta.pop(UNKNOWN, False):
        node.set(part, call("athena_no_zone", value.copy()))


def call_with_local_time(node: exp.Expr) -> exp.Expr | None:
    """`take_local_time` of the functions that sqlglot does not know, and the functions of the zone itself."""
    name, given = str(node.this).lower(), node.expressions
    if not given or not has_zone(given[0]):
        return None
    if name in LOCAL_NAMES and is_zoned(given[0]):
        given[0].replace(local(given[0]))
    if name in ("timezone_hour", "timezone_minute"):
        return call(f"athena_{name}", instant_of(given[0]), local(given[0]))
    return None


def zone_field(node: exp.Expr) -> exp.Expr | None:
    name = node.name.lower()
    if name not in ("timezone_hour", "timezone_minute"):
        return None
    value = node.expression
    if not has_zone(value):
        raise unsupported(node, f"{name} of a time without a zone is not supported")
    return call(f"athena_{name}", instant_of(value), local(value))


def set_zone(node: exp.Expr) -> exp.Expr | None:
    """`x AT TIME ZONE z`, at_timezone and with_timezone: an instant, which keeps its zone beside it."""
    if isinstance(node, exp.AtTimeZone):
        name, value, zone = "at_timezone", node.this, _zone_of_clause(node)
    else:
        name = str(node.this).lower()
        if name not in ZONES_SET or len(node.expressions) != 2:
            return None
        value, zone = node.expressions
    kind = noted(value)
    if (kind is not None and kind.kind not in (Kind.TIMESTAMP, Kind.ZONED)) or isinstance(
        value, exp.Literal | exp.Null
    ):
        raise StatementFailed("TYPE_MISMATCH", f"{place_of(node)}: Type of value must be a time or timestamp")
    shown = _shown(zone, node)
    if name == "with_timezone":
        if has_zone(value):
            raise unsupported(node, "with_timezone of a time with a zone is not supported; use instead: AT TIME ZONE")
        found = instant_at(value, shown.copy())
    else:
        found = instant_of(value)
    forget_kind(found)  # the zone that the value had
    found.meta[_ZONE] = shown.copy()
    return found


def _shown(zone: exp.Expr, node: exp.Expr) -> exp.Expr:
    """A zone as Athena shows it. Raises StatementFailed for a text that names none."""
    if zone.is_string:
        return exp.Literal.string(_known_zone(zone_shown(zone.name), node))
    return call("athena_zone", zone.copy())


def _zone_of_clause(node: exp.AtTimeZone) -> exp.Expr:
    zone: exp.Expr = node.args["zone"]
    if isinstance(zone, exp.Interval) and zone.text("unit").upper() == "HOUR":
        hours = zone.this.this if isinstance(zone.this, exp.Neg) else zone.this
        return exp.Literal.string(f"{'-' if isinstance(zone.this, exp.Neg) else '+'}{int(hours.name):02}:00")
    if not zone.is_string:
        raise StatementFailed("SYNTAX_ERROR", f"{place_of(node)}: the zone must be a text; use instead: at_timezone")
    return zone


def zoned_literal(node: exp.Expr) -> exp.Expr | None:
    """A text with its zone; DuckDB reads no offset after a blank."""
    value = node.this
    if node.args["to"].this is not exp.DType.TIMESTAMPTZ or not (isinstance(value, exp.Literal) and value.is_string):
        return None
    time, zone = split_zone(value.name)
    if zone == UTC:
        return exp.cast(exp.Literal.string(f"{time} UTC"), exp.DType.TIMESTAMPTZ)
    if not _exists(time, _known_zone(zone, node)):
        raise StatementFailed("INVALID_LITERAL", f"{place_of(node)}: '{value.name}' is not a valid TIMESTAMP literal")
    return instant_at(exp.cast(exp.Literal.string(time), exp.DType.TIMESTAMP), exp.Literal.string(zone))


def _exists(time: str, zone: str) -> bool:
    """False where clocks skip this time."""
    if zone[:1] in "+-":
        return True
    try:
        local_time = datetime.fromisoformat(time).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        return True  # DuckDB's message is the better one
    return local_time.astimezone(UTC_ZONE).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local_time.replace(
        tzinfo=None
    )


def instant_of_text(node: exp.Expr) -> exp.Expr:
    """from_iso8601_timestamp: the zone is the text's own offset, of each row."""
    text = node.this
    found = call("athena_from_iso", text.copy())
    if text.is_string or isinstance(node.parent, _USED_AS_INSTANT):
        return found
    if not takes_zone(node):
        return call("athena_utc", text.copy())
    found.meta[_ZONE] = call("athena_iso_zone", text.copy())
    return found


def unix_to_time(node: exp.Expr) -> exp.Expr:
    """from_unixtime, to milliseconds."""
    zone, hours = node.args.get("zone"), node.args.get("hours")
    found = call("athena_from_unix", node.this.copy())
    if hours is not None:
        text = offset_text(hours, node.args.get("minutes"))
        if not text:
            raise unsupported(node, "from_unixtime with an offset needs numbers for it; use instead: AT TIME ZONE")
        found.meta[_ZONE] = exp.Literal.string(zone_shown(text))
    elif zone is not None:
        found.meta[_ZONE] = _shown(zone, node)
    return found


def zoned_cast(node: exp.Expr) -> exp.Expr | None:
    """A zoned value as a DATE, a TIME, a TIMESTAMP or a text: its local time."""
    value, to = node.this, node.args["to"]
    if not has_zone(value) or value.is_string:
        return None
    if to.this in (exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.TIME):
        changed = node.copy()
        changed.set("this", local(value))
        return changed
    if to.this is exp.DType.VARCHAR and not to.expressions:
        return zoned_text(value, (noted(value) or TimeKind(Kind.ZONED)).precision)
    return None


def zoned_text(value: exp.Expr, digits: int) -> exp.Expr:
    """The local time and the zone."""
    time = call("athena_time_text", local(value), exp.Literal.number(digits))
    return exp.DPipe(this=time, expression=exp.DPipe(this=exp.Literal.string(" "), expression=zone_expression(value)))


def truncate_zoned(node: exp.Expr) -> exp.Expr | None:
    value = node.this
    if not is_zoned(value):
        return None
    unit = node.args["unit"].name.lower()
    cut = exp.TimestampTrunc(this=local(value), unit=node.args["unit"].copy())
    if unit in ("millisecond", "second", "minute", "hour"):  # also right where the local time is of two instants
        since = exp.Sub(this=local(value), expression=cut)
        return exp.Paren(this=exp.Sub(this=instant_of(value), expression=exp.Paren(this=since)))
    return call("athena_instant", cut, zone_expression(value))


def add_to_zoned(node: exp.Expr) -> exp.Expr | None:
    """Days and longer units are added to the local time."""
    value = node.this
    if not is_zoned(value) or node.args["unit"].name.lower() in ("millisecond", "second", "minute", "hour"):
        return None
    changed = node.copy()
    changed.set("this", local(value))
    return call("athena_instant", changed, zone_expression(value))


def shift_zoned(node: exp.Expr) -> exp.Expr | None:
    """Months are added to the local time; days are 24 hours."""
    left, right = node.this, node.expression
    value, other = (left, right) if has_zone(left) else (right, left)
    shift = noted(other)
    if not is_zoned(value) or shift is None or shift.kind is not Kind.MONTHS:
        return None
    changed = node.copy()
    changed.set("this" if value is left else "expression", local(value))
    return call("athena_instant", changed, zone_expression(value))


def diff_zoned(node: exp.Expr) -> exp.Expr | None:
    """Days and longer units are those of the first time's zone."""
    first, second = node.expression, node.this
    unit = node.args["unit"].name.lower() if node.args.get("unit") else "day"
    if unit in ("millisecond", "second", "minute", "hour") or not (is_zoned(first) or is_zoned(second)):
        return None
    zone = zone_expression(first) if has_zone(first) else exp.Literal.string(UTC)
    sides = [call("athena_local", instant_of(side), zone.copy()) for side in (first, second)]
    return call("DATE_SUB", exp.Literal.string(unit), *sides)


def to_iso8601(node: exp.Expr) -> exp.Expr | None:
    if str(node.this).lower() != "to_iso8601" or len(node.expressions) != 1:
        return None
    [value] = node.expressions
    kind = noted(value)
    if kind is None or kind.kind is Kind.DATE:
        return None
    digits = exp.Literal.number(kind.precision)
    if kind.kind is Kind.ZONED:
        suffix = call("athena_iso_offset", instant_of(value), local(value))
        return exp.DPipe(this=call("athena_iso_text", local(value), digits), expression=suffix)
    return call("athena_iso_text", value.copy(), digits) if kind.kind is Kind.TIMESTAMP else None


def refuse_lost_zone(node: exp.Expr) -> None:
    """Raises StatementFailed for a time that would lose its zone inside another value."""
    if not is_zoned(node):
        return
    parent = node.parent
    holders = (exp.Subquery, exp.Values, exp.Query, exp.From, exp.CTE, exp.With, exp.Lateral, exp.Table)
    is_allowed = parent is None or isinstance(parent, (*_ALLOWED, *holders))
    is_row = isinstance(parent, exp.Tuple) and not isinstance(parent.parent, exp.Values | exp.In | exp.Group)
    is_named = isinstance(parent, exp.Anonymous) and str(parent.this).lower() in ZONE_NAMES
    if is_row or not (is_allowed or is_named):
        raise unsupported(node, _NESTED)


def _known_zone(zone: str, node: exp.Expr) -> str:
    """Raises StatementFailed for a zone that is not listed."""
    if zone == UTC or zone[:1] in "+-" or (zone in _zones() and zone not in _SHORT_ZONES):
        return zone
    raise StatementFailed(
        "INVALID_LITERAL", f"{place_of(node)}: {zone!r} is not a zone; use instead: a name such as 'Asia/Tokyo'"
    )


@lru_cache(maxsize=1)
def _zones() -> set[str]:
    return available_timezones()
