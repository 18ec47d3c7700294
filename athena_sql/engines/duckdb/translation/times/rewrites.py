"""The rewrites of times, each for a class of nodes, in their order."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.parts import call
from millrace.athena_sql.engines.duckdb.translation.times.fields import date_diff, date_of, extract_field
from millrace.athena_sql.engines.duckdb.translation.times.formats import (
    check_literal,
    date_format,
    date_parse,
    joda_format,
    parse_datetime,
    precise_cast,
    time_text,
)
from millrace.athena_sql.engines.duckdb.translation.times.intervals import (
    add_units,
    compare,
    interval_field,
    interval_literal,
    interval_text,
    scale_interval,
    shift_time,
    sum_interval,
    time_sequence,
    truncate,
)
from millrace.athena_sql.engines.duckdb.translation.times.kinds import LOCAL
from millrace.athena_sql.engines.duckdb.translation.times.zones import (
    add_to_zoned,
    call_with_local_time,
    diff_zoned,
    instant_of_text,
    set_zone,
    shift_zoned,
    take_local_time,
    to_iso8601,
    truncate_zoned,
    unix_to_time,
    zoned_cast,
    zoned_literal,
)

_Change = Callable[[exp.Expr], exp.Expr | None]

REWRITES_OF_TIMES: tuple[tuple[type[exp.Expr], _Change], ...] = (
    *((kind, take_local_time) for kind in (*LOCAL, exp.Extract)),
    *((kind, interval_field) for kind in (exp.Year, exp.Month, exp.Day, exp.Hour, exp.Minute, exp.Second)),
    (exp.Extract, extract_field),
    (exp.DateDiff, diff_zoned),
    (exp.DateDiff, date_diff),
    (exp.TimestampTrunc, truncate_zoned),
    (exp.TimestampTrunc, truncate),
    (exp.DateTrunc, truncate),
    (exp.DateAdd, add_to_zoned),
    (exp.DateAdd, add_units),
    (exp.Interval, interval_literal),
    (exp.Add, shift_zoned),
    (exp.Sub, shift_zoned),
    (exp.Add, shift_time),
    (exp.Sub, shift_time),
    (exp.Mul, scale_interval),
    (exp.Div, scale_interval),
    (exp.Sum, sum_interval),
    (exp.Avg, sum_interval),
    (exp.GenerateSeries, time_sequence),
    *((kind, compare) for kind in (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)),
    (exp.TimeToStr, date_format),
    (exp.StrToTime, date_parse),
    (exp.Anonymous, call_with_local_time),
    (exp.ParseDatetime, parse_datetime),
    (exp.Anonymous, joda_format),
    (exp.Date, date_of),
    (exp.Anonymous, to_iso8601),
    (exp.Anonymous, set_zone),
    (exp.AtTimeZone, set_zone),
    (exp.Cast, check_literal),
    (exp.Cast, zoned_cast),
    (exp.Cast, zoned_literal),
    (exp.Cast, interval_text),
    (exp.Cast, time_text),
    (exp.Cast, precise_cast),
    (exp.CurrentTimezone, lambda _: exp.Literal.string("UTC")),
    (exp.FromISO8601Date, lambda node: exp.cast(call("athena_iso_day", node.this.copy()), exp.DType.DATE)),
    (exp.FromISO8601Timestamp, instant_of_text),
    (exp.UnixToTime, unix_to_time),
)
