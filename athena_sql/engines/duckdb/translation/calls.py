"""The rewrites in their order, each for a class of nodes that sqlglot would write with another result in DuckDB."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.casts import cast_as_athena, cast_to_text, text_cast
from millrace.athena_sql.engines.duckdb.translation.json_functions import (
    json_by_name,
    json_cast,
    json_constructor,
    json_extract,
    json_extract_scalar,
    json_format,
    json_parse,
    json_value,
    to_json,
)
from millrace.athena_sql.engines.duckdb.translation.nested import (
    array_intersect,
    row_in,
    rows_equal,
    sequence,
    unnamed_row,
    unnest,
)
from millrace.athena_sql.engines.duckdb.translation.order import put_aliases_into_order
from millrace.athena_sql.engines.duckdb.translation.parts import macro, refused
from millrace.athena_sql.engines.duckdb.translation.regexps import (
    regexp_count,
    regexp_extract,
    regexp_extract_all,
    regexp_like,
    regexp_position,
    regexp_replace,
    regexp_split,
)
from millrace.athena_sql.engines.duckdb.translation.texts import (
    concatenation,
    like_escaped,
    pad,
    position_of,
    replace_text,
    split_text,
    substring,
    trim_white,
)
from millrace.athena_sql.engines.duckdb.translation.times import (
    at_time_zone,
    date_diff,
    extract_field,
    instant,
    joda_format,
    parse_datetime,
    unix_to_time,
    zoned_literal,
)
from millrace.athena_sql.portability import refusals
from millrace.athena_sql.portability.refusals import Refusal

_refuse_limit = refused(Refusal("FETCH FIRST ... PERCENT or WITH TIES", "rank() OVER (...)"))
_refuse_quantile = refused(Refusal("approx_percentile with a weight or an accuracy", "approx_percentile(x, 0.5)"))
_refuse_any = refused(Refusal("LIKE ANY or LIKE ALL", "LIKE ... OR LIKE ..., or LIKE ... AND LIKE ..."))
_MACRO_NAMES = {"millisecond": "athena_millisecond", "url_encode": "athena_url", "url_decode": "athena_from_url"}


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


def _joined_texts(node: exp.Expr) -> None:
    node.set("this", exp.Anonymous(this="ATHENA_TEXTS", expressions=[node.this.copy()]))


def _approx_quantile(node: exp.Expr) -> None:
    if node.args.get("weight") or node.args.get("accuracy"):
        _refuse_quantile(node)


def _limit_options(node: exp.Expr) -> None:
    if node.args.get("percent") or node.args.get("with_ties"):
        _refuse_limit(node)


def _like(node: exp.Expr) -> None:
    if isinstance(node.expression, exp.Any | exp.All):
        _refuse_any(node)


def _renamed(node: exp.Expr) -> exp.Expr | None:
    name = _MACRO_NAMES.get(str(node.this).lower())
    return exp.Anonymous(this=name, expressions=[one.copy() for one in node.expressions]) if name else None


_CHANGES: tuple[tuple[type[exp.Expr], Callable[[exp.Expr], exp.Expr | None]], ...] = (
    (exp.DateDiff, date_diff),
    (exp.RegexpLike, regexp_like),
    (exp.RegexpExtract, regexp_extract),
    (exp.RegexpExtractAll, regexp_extract_all),
    (exp.RegexpSplit, regexp_split),
    (exp.RegexpCount, regexp_count),
    (exp.Anonymous, regexp_position),
    (exp.ILike, refused(refusals.REFUSED_ILIKE)),
    (exp.SimilarTo, refused(refusals.REFUSED_ILIKE)),
    (exp.JSONExtractScalar, json_extract_scalar),
    (exp.JSONExtract, json_extract),
    (exp.ParseJSON, json_parse),
    (exp.JSONFormat, json_format),
    (exp.JSONObject, json_constructor),
    (exp.JSONArrayContains, macro("athena_array_contains", "this", "expression")),
    (exp.ParseDatetime, parse_datetime),
    (exp.Anonymous, joda_format),
    (exp.Anonymous, json_by_name),
    (exp.ApproxQuantile, _approx_quantile),
    (exp.ArrayToString, _joined_texts),
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
    (exp.GenerateSeries, sequence),
    (exp.Pad, pad),
    (exp.RegexpReplace, regexp_replace),
    (exp.Cast, cast_as_athena),
    (exp.Cast, to_json),
    (exp.Cast, json_cast),
    (exp.Cast, cast_to_text),
    (exp.Cast, zoned_literal),
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
    (exp.FromISO8601Timestamp, instant),
    (exp.UnixToTime, unix_to_time),
    (exp.AtTimeZone, at_time_zone),
    (exp.Typeof, refused(Refusal("typeof", "DESCRIBE and a table's name, as a statement of its own"))),
    (exp.Format, refused(refusals.REFUSED_FORMAT)),
    (exp.Reduce, refused(refusals.REFUSED_REDUCE)),
    (exp.JSONValue, json_value),
    (exp.LimitOptions, _limit_options),
    (exp.Split, split_text),
    (exp.StrPosition, position_of),
    (exp.Concat, concatenation),
    (exp.Escape, like_escaped),
    (exp.Upper, macro("athena_upper", "this")),
    (exp.Like, _like),
    (exp.Unnest, unnest),
)

_changes: dict[type[exp.Expr], list[Callable[[exp.Expr], exp.Expr | None]]] = {}  # those of a class, as it turns up


def rewrite(query: exp.Query) -> exp.Query:
    """Changes the tree in place and returns it. Raises StatementFailed for a call that has no translation.

    Goes from the inside out, since a replacement contains copies of the node's parts.
    """
    put_aliases_into_order(query)
    for node in reversed(list(query.walk())):
        kind = type(node)
        if kind not in _changes:
            _changes[kind] = [change for base, change in _CHANGES if issubclass(kind, base)]
        for change in _changes[kind]:
            if (changed := change(node)) is not None:
                changed.meta.update({name: value for name, value in node.meta.items() if name not in changed.meta})
                node.replace(changed)
                break
    return query
