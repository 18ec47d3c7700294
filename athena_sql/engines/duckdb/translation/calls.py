"""The rewrites in their order, each for a class of nodes that sqlglot would write with another result in DuckDB."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.casts import cast_as_athena, text_cast
from millrace.athena_sql.engines.duckdb.translation.formats import (
    check_literal,
    date_format,
    date_parse,
    joda_format,
    parse_datetime,
    precise_cast,
    time_text,
)
from millrace.athena_sql.engines.duckdb.translation.intervals import (
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
from millrace.athena_sql.engines.duckdb.translation.kinds import LOCAL
from millrace.athena_sql.engines.duckdb.translation.nested import (
    array_intersect,
    json_array_length,
    json_extract_scalar,
    row_in,
    rows_equal,
    sequence,
    unnamed_row,
    unnest,
)
from millrace.athena_sql.engines.duckdb.translation.order import put_aliases_into_order
from millrace.athena_sql.engines.duckdb.translation.parts import call, macro, refused
from millrace.athena_sql.engines.duckdb.translation.texts import (
    pad,
    regexp_extract,
    regexp_replace,
    replace_text,
    split_text,
    substring,
    trim_white,
)
from millrace.athena_sql.engines.duckdb.translation.times import (
    carry_results,
    date_diff,
    date_of,
    extract_field,
    note_times,
)
from millrace.athena_sql.engines.duckdb.translation.zones import (
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
from millrace.athena_sql.portability import refusals
from millrace.athena_sql.portability.refusals import Refusal

_refuse_limit = refused(Refusal("FETCH FIRST ... PERCENT or WITH TIES", "rank() OVER (...)"))
_refuse_quantile = refused(Refusal("approx_percentile with a weight or an accuracy", "approx_percentile(x, 0.5)"))
_MACRO_NAMES = {
    "millisecond": "athena_millisecond",
    "to_milliseconds": "athena_milliseconds",
    "url_encode": "athena_url",
}


def _count_if(node: exp.Expr) -> exp.Expr:
    """0 where no row is counted; DuckDB's is NULL where there is no row."""
    return exp.Count(this=exp.Case().when(node.this.copy(), exp.Literal.number(1)))


def _extreme(name: str) -> Callable[[exp.Expr], exp.Expr | None]:
    """The value may be NULL; DuckDB's passes over such rows."""

    def changed(node: exp.Expr) -> exp.Expr | None:
        if node.args.get("count") or not node.args.get("expression"):
            return None
        return exp.Anonymous(this=name, expressions=[node.this.copy(), node.expression.copy()])

    return changed


def _approx_quantile(node: exp.Expr) -> None:
    if node.args.get("weight") or node.args.get("accuracy"):
        _refuse_quantile(node)


def _limit_options(node: exp.Expr) -> None:
    if node.args.get("percent") or node.args.get("with_ties"):
        _refuse_limit(node)


def _renamed(node: exp.Expr) -> exp.Expr | None:
    name = _MACRO_NAMES.get(str(node.this).lower())
    return exp.Anonymous(this=name, expressions=[one.copy() for one in node.expressions]) if name else None


_CHANGES: tuple[tuple[type[exp.Expr], Callable[[exp.Expr], exp.Expr | None]], ...] = (
    *((kind, take_local_time) for kind in (*LOCAL, exp.Extract)),
    *((kind, interval_field) for kind in (exp.Year, exp.Month, exp.Day, exp.Hour, exp.Minute, exp.Second)),
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
    *((kind, compare) for kind in (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)),
    (exp.TimeToStr, date_format),
    (exp.StrToTime, date_parse),
    (exp.Date, date_of),
    (exp.Anonymous, call_with_local_time),
    (exp.Anonymous, to_iso8601),
    (exp.Anonymous, set_zone),
    (exp.AtTimeZone, set_zone),
    (exp.RegexpExtract, regexp_extract),
    (exp.JSONExtractScalar, json_extract_scalar),
    (exp.ParseDatetime, parse_datetime),
    (exp.Anonymous, joda_format),
    (exp.Anonymous, json_array_length),
    (exp.ApproxQuantile, _approx_quantile),
    (exp.ArraySize, lambda node: exp.cast(exp.Anonymous(this="CARDINALITY", expressions=[node.this.copy()]), "BIGINT")),
    (exp.ArrayContains, macro("athena_contains", "this", "expression")),
    (exp.ArrayDistinct, macro("athena_distinct", "this")),
    (exp.ArrayExcept, macro("athena_except", "this", "expression")),
    (exp.ArrayIntersect, array_intersect),
    (exp.ArrayMax, macro("athena_array_max", "this")),
    (exp.ArrayMin, macro("athena_array_min", "this")),
    (exp.ArrayPosition, macro("athena_position", "this", "expression")),
    (exp.ArraySlice, macro("athena_slice", "this", "start", "end")),  # `end` is the length
    (exp.SplitPart, macro("athena_split_part", "this", "delimiter", "part_index")),
    (exp.GenerateSeries, time_sequence),
    (exp.GenerateSeries, sequence),
    (exp.Pad, pad),
    (exp.RegexpReplace, regexp_replace),
    (exp.Cast, check_literal),
    (exp.Cast, zoned_cast),
    (exp.Cast, zoned_literal),
    (exp.Cast, interval_text),
    (exp.Cast, time_text),
    (exp.Cast, precise_cast),
    (exp.Cast, cast_as_athena),
    (exp.Cast, text_cast),
    (exp.CountIf, _count_if),
    (exp.ArrayRemove, macro("athena_remove", "this", "expression")),
    (exp.Extract, extract_field),
    (exp.ArgMax, _extreme("ARG_MAX_NULL")),
    (exp.ArgMin, _extreme("ARG_MIN_NULL")),
    (exp.Trim, trim_white),
    (exp.Substring, substring),
    (exp.Replace, replace_text),
    (exp.EQ, rows_equal),
    (exp.NEQ, rows_equal),
    (exp.In, row_in),
    (exp.Struct, unnamed_row),
    (exp.Anonymous, _renamed),
    (exp.CurrentTimezone, lambda _: exp.Literal.string("UTC")),
    (exp.FromISO8601Date, lambda node: exp.cast(call("athena_iso_day", node.this.copy()), exp.DType.DATE)),
    (exp.FromISO8601Timestamp, instant_of_text),
    (exp.UnixToTime, unix_to_time),
    (exp.Typeof, refused(Refusal("typeof", "DESCRIBE and a table's name, as a statement of its own"))),
    (exp.Format, refused(refusals.REFUSED_FORMAT)),
    (exp.Reduce, refused(refusals.REFUSED_REDUCE)),
    (exp.JSONValue, refused(Refusal("json_value", "json_extract_scalar"))),
    (exp.LimitOptions, _limit_options),
    (exp.Split, split_text),
    (exp.Unnest, unnest),
)

_changes: dict[type[exp.Expr], list[Callable[[exp.Expr], exp.Expr | None]]] = {}  # those of a class, as it turns up


def rewrite(query: exp.Query) -> exp.Query:
    """Changes the tree in place and returns it. Raises StatementFailed for a call that has no translation.

    Goes from the inside out, since a replacement contains copies of the node's parts.
    """
    put_aliases_into_order(query)
    note_times(query)
    for node in reversed(list(query.walk())):
        kind = type(node)
        if kind not in _changes:
            _changes[kind] = [change for base, change in _CHANGES if issubclass(kind, base)]
        for change in _changes[kind]:
            if (changed := change(node)) is not None:
                changed.meta.update({name: value for name, value in node.meta.items() if name not in changed.meta})
                node.replace(changed)
                break
    carry_results(query)
    return query
