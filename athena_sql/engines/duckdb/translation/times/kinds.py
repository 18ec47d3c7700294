"""Kinds of times: with their zones and precisions, which types in DuckDB do not have; and the texts of zones.

TIMESTAMP '2024-05-30 08:00:00 Asia/Singapore'    Kind.ZONED, precision 0, zone Asia/Singapore
DATE '2024-05-30' - DATE '2024-05-29'             Kind.SECONDS: INTERVAL DAY TO SECOND
INTERVAL '14' MONTH                               Kind.MONTHS: INTERVAL YEAR TO MONTH
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.times.utc import NAMES_OF_UTC
from millrace.athena_sql.statements.numerals import number


class Kind(Enum):
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    ZONED = "timestamp with time zone"
    SECONDS = "interval day to second"
    MONTHS = "interval year to month"


@dataclass(frozen=True, slots=True)
class TimeKind:
    """`precision`: digits of a second. `zone`: a zone's name or offset, as Athena shows it; "" if it is not known."""

    kind: Kind
    precision: int = 3
    zone: str = ""


UTC = "UTC"
ANY_ZONE = "any"  # of a NULL
MONTH_UNITS = ("YEAR", "MONTH")
INTERVALS = (Kind.SECONDS, Kind.MONTHS)

_NOTED = "time"  # the key of a node's kind in its meta
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>\d{1,2})(:?(?P<minutes>\d\d))?")
_ZONE_OF_TEXT = re.compile(r"\d{1,2}:\d{2}[\d:.]*\s*(?P<zone>Z|[+-]\d.*|[A-Za-z].*)$")

ZONES_SET = ("at_timezone", "with_timezone")  # functions that give a time another zone

# Functions of an instant's local time, as classes and as names that sqlglot does not know.
LOCAL = (
    exp.Year, exp.Quarter, exp.Month, exp.WeekOfYear, exp.Day, exp.DayOfMonth, exp.DayOfWeekIso, exp.DayOfYear,
    exp.YearOfWeek, exp.Hour, exp.Minute, exp.Second, exp.TimeToStr, exp.Date, exp.LastDay,
)  # fmt: skip
LOCAL_NAMES = frozenset({"millisecond", "yow", "format_datetime"})
ZONE_NAMES = LOCAL_NAMES | {*ZONES_SET, "to_iso8601", "timezone_hour", "timezone_minute"}


def noted(node: exp.Expr | None) -> TimeKind | None:
    """The kind that `kind_finder` found; a rewritten node keeps its own."""
    found = node.meta_get(_NOTED) if node is not None else None
    return found if isinstance(found, TimeKind) else None


def note_kind(node: exp.Expr, kind: TimeKind) -> None:
    node.meta[_NOTED] = kind


def forget_kind(node: exp.Expr) -> None:
    node.meta.pop(_NOTED, None)


def is_interval(node: exp.Expr | None) -> bool:
    found = noted(node)
    return found is not None and found.kind in INTERVALS


def zone_of_text(text: str) -> str:
    """The zone at the end of a time's text, as Athena shows it; UTC where there is none."""
    found = _ZONE_OF_TEXT.search(text.strip())
    return zone_shown(found["zone"]) if found else UTC


def split_zone(text: str) -> tuple[str, str]:
    """A time's text without its zone, and the zone as Athena shows it."""
    stripped = text.strip()
    found = _ZONE_OF_TEXT.search(stripped)
    return (stripped[: found.start("zone")].rstrip() if found else stripped), zone_of_text(stripped)


def zone_shown(zone: str) -> str:
    """A zone's name, or an offset as `+08:00`; no offset is UTC."""
    offset = _OFFSET.fullmatch(zone)
    if zone in NAMES_OF_UTC or (offset and not int(offset["hours"] + (offset["minutes"] or ""))):
        return UTC
    return f"{offset['sign']}{int(offset['hours']):02}:{offset['minutes'] or '00'}" if offset else zone


def offset_text(hours: exp.Expr, minutes: exp.Expr | None) -> str:
    """`+08:00`; "" where the numbers are not in the text."""
    whole, part = number(hours), number(minutes) if minutes is not None else 0
    return (
        "" if whole is None or part is None else f"{'-' if whole < 0 or part < 0 else '+'}{abs(whole)}:{abs(part):02}"
    )


def takes_zone(node: exp.Expr) -> bool:
    """Whether what a node stands in needs its zone, and can have it of each row."""
    parent = node.parent
    if isinstance(parent, (*LOCAL, exp.Extract, exp.Cast)):
        return True
    if isinstance(parent, exp.Anonymous):
        return str(parent.this).lower() in ZONE_NAMES
    column = parent if isinstance(parent, exp.Alias) else node
    return isinstance(column.parent, exp.Select) and column.parent.parent is None
