"""The rewrites in their order, each for a class of nodes that sqlglot would write with another result in DuckDB."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.order import put_aliases_into_order
from millrace.athena_sql.engines.duckdb.translation.parts import macro, refused
from millrace.athena_sql.engines.duckdb.translation.type_names import write_type_names
from millrace.athena_sql.engines.wrapped import is_whole
from millrace.athena_sql.language.number_types import is_fraction
from millrace.athena_sql.portability import refusals

_Change = Callable[[exp.Expr], exp.Expr | None]

# A change, or where it is: `module:name` in this package. A module is imported once a statement has a node for it: all
# of them take longer to import than many a statement to run.
REWRITES: tuple[tuple[type[exp.Expr], _Change | str], ...] = (
    (exp.Div, "numbers:quotient"),
    (exp.Mod, "numbers:rest"),
    (exp.Add, "numbers:small_literals"),
    (exp.Sub, "numbers:small_literals"),
    (exp.Mul, "numbers:small_literals"),
    (exp.Floor, "numbers:rounded"),
    (exp.Ceil, "numbers:rounded"),
    (exp.Round, "numbers:rounded"),
    (exp.Trunc, "numbers:truncated"),
    (exp.Sign, "numbers:sign"),
    (exp.Join, "numbers:join_using"),
    (exp.Lag, "aggregates:neighbour"),
    (exp.Lead, "aggregates:neighbour"),
    (exp.GroupConcat, "aggregates:separator"),
    (exp.AggFunc, "aggregates:outermost"),
    (exp.Anonymous, "aggregates:outermost"),
    (exp.Filter, "aggregates:outermost"),
    (exp.Window, "aggregates:outermost"),
    (exp.ArraySize, "arrays:cardinality"),
    (exp.ArrayContains, macro("athena_contains", "this", "expression")),
    (exp.ArrayDistinct, macro("athena_distinct", "this")),
    (exp.ArrayExcept, macro("athena_except", "this", "expression")),
    (exp.ArrayIntersect, "arrays:array_intersect"),
    (exp.ArrayMax, macro("athena_array_max", "this")),
    (exp.ArrayMin, macro("athena_array_min", "this")),
    (exp.ArrayPosition, macro("athena_position", "this", "expression")),
    (exp.ArraySlice, macro("athena_slice", "this", "start", "end")),  # `end` is the length
    (exp.Cast, "numbers:to_decimal"),
    (exp.Cast, "casts:cast_as_athena"),
    (exp.Cast, "json.functions:to_json"),
    (exp.Cast, "json.functions:json_cast"),
    (exp.Cast, "casts:cast_to_text"),
    (exp.Cast, "casts:text_cast"),
    (exp.CountIf, "aggregates:count_if"),
    (exp.ArrayRemove, macro("athena_remove", "this", "expression")),
    (exp.ArgMax, "aggregates:extreme"),
    (exp.ArgMin, "aggregates:extreme"),
    (exp.Struct, "comparisons:row_of_call"),
    (exp.Format, refused(refusals.REFUSED_FORMAT)),
    (exp.LimitOptions, "order:limit_options"),
    (exp.ArrayToString, "texts.functions:joined_texts"),
    (exp.Concat, "texts.functions:concatenation"),
    (exp.Escape, "texts.functions:like_escaped"),
    (exp.Like, "texts.functions:like"),
    (exp.Pad, "texts.functions:pad"),
    (exp.Replace, "texts.functions:replace_text"),
    (exp.Split, "texts.functions:split_text"),
    (exp.SplitPart, macro("athena_split_part", "this", "delimiter", "part_index")),
    (exp.Substring, "texts.functions:substring"),
    (exp.Trim, "texts.functions:trim_white"),
    (exp.Upper, "texts.functions:upper"),
    (exp.RegexpLike, "texts.regexps:regexp_like"),
    (exp.RegexpExtract, "texts.regexps:regexp_extract"),
    (exp.RegexpExtractAll, "texts.regexps:regexp_extract_all"),
    (exp.RegexpReplace, "texts.regexps:regexp_replace"),
    (exp.RegexpSplit, "texts.regexps:regexp_split"),
    (exp.RegexpCount, "texts.regexps:regexp_count"),
    (exp.Anonymous, "texts.regexps:regexp_position"),
    (exp.ILike, refused(refusals.REFUSED_ILIKE)),
    (exp.SimilarTo, refused(refusals.REFUSED_ILIKE)),
    (exp.JSONExtractScalar, "json.functions:json_extract_scalar"),
    (exp.JSONExtract, "json.functions:json_extract"),
    (exp.ParseJSON, "json.functions:json_parse"),
    (exp.JSONFormat, "json.functions:json_format"),
    (exp.JSONObject, "json.functions:json_constructor"),
    (exp.JSONValue, "json.functions:json_value"),
    (exp.JSONArrayContains, macro("athena_array_contains", "this", "expression")),
    (exp.Anonymous, "json.functions:json_by_name"),
    (exp.Anonymous, "functions:by_name"),
    (exp.ArraySort, "functions:array_sort"),
    (exp.BitwiseAnd, "functions:bigint"),
    (exp.BitwiseOr, "functions:bigint"),
    (exp.BitwiseXor, "functions:bigint"),
    (exp.BitwiseNot, "functions:bigint"),
    (exp.Bracket, "arrays:subscript"),
    (exp.Decode, "functions:decode"),
    (exp.DPipe, "functions:appended"),
    (exp.EQ, "comparisons:nested_equal"),
    (exp.FromBase, macro("athena_from_base", "this", "expression")),
    (exp.GenerateSeries, "arrays:sequence"),
    (exp.GT, "comparisons:arrays_ordered"),
    (exp.GTE, "comparisons:arrays_ordered"),
    (exp.Hex, macro("athena_hex", "this")),
    (exp.In, "comparisons:nested_in"),
    (exp.Levenshtein, macro("athena_levenshtein", "this", "expression")),
    (exp.LT, "comparisons:arrays_ordered"),
    (exp.LTE, "comparisons:arrays_ordered"),
    (exp.MD5Digest, macro("athena_md5", "this")),
    (exp.NEQ, "comparisons:nested_equal"),
    (exp.Normalize, "functions:normalize"),
    (exp.Rand, "functions:random"),
    (exp.Reduce, "lambdas:reduce_array"),
    (exp.Repeat, macro("athena_repeat", "this", "times")),
    (exp.Reverse, "functions:reverse"),
    (exp.SHA, macro("athena_sha1", "this")),
    (exp.SHA2Digest, "functions:digest"),
    (exp.Soundex, macro("athena_soundex", "this")),
    (exp.StrPosition, macro("athena_strpos", "this", "substr", "occurrence")),
    (exp.StrToMap, macro("athena_split_to_map", "this", "pair_delim", "key_value_delim")),
    (exp.ToBase64, macro("athena_base64", "this")),
    (exp.Tuple, "comparisons:row_of_tuple"),
    (exp.Unnest, "unnests:unnest"),
    (exp.Values, "comparisons:values_of_rows"),
    (exp.WidthBucket, macro("athena_bucket", "this", "min_value", "max_value", "num_buckets")),
    (exp.WidthBucket, macro("athena_bucket_of", "this", "min_value")),
    (exp.GT, "numbers:maybe_nan"),
    (exp.GTE, "numbers:maybe_nan"),
    (exp.LT, "numbers:maybe_nan"),
    (exp.LTE, "numbers:maybe_nan"),
)

# What can make an interval or a time with a zone. AND and OR are functions to sqlglot.
_MAY_MAKE_TIMES = (exp.Func, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Interval, exp.AtTimeZone)


def rewrite(query: exp.Query) -> exp.Query:
    """Changes the tree in place and returns it. Raises StatementFailed for a call that has no translation.

    `node.type` is known as far as `language/typed_trees.py` could annotate it.
    """
    kinds = {type(node) for node in query.walk()}
    if exp.Order in kinds:
        put_aliases_into_order(query)
    if any(issubclass(kind, _MAY_MAKE_TIMES) and not issubclass(kind, exp.Connector) for kind in kinds):
        from millrace.athena_sql.engines.duckdb.translation.times.fields import carry_results, note_times

        note_times(query)
        _rewrite_nodes(query, kinds, has_times=True)
        carry_results(query)
    else:
        _rewrite_nodes(query, kinds, has_times=False)
    for node in query.walk():
        node.type = None  # or sqlglot would write some nodes by their types, in ways of its own
    return query


def _rewrite_nodes(query: exp.Query, kinds: set[type[exp.Expr]], *, has_times: bool) -> None:
    """From the inside out, since a replacement contains copies of the node's parts. `kinds`: those of the nodes."""
    if exp.Bracket in kinds:
        from millrace.athena_sql.engines.duckdb.translation.arrays import write_subscripts

        write_subscripts(query)
    if exp.Typeof in kinds:
        write_type_names(query)
    nodes = list(query.walk())
    has_fractions = any(map(is_fraction, nodes))
    for node in reversed(nodes):
        changes = _changes_of(type(node), has_times, has_fractions)  # type: ignore[arg-type]  # a class has a hash
        if changes and not is_whole(node):
            continue  # a call without what it takes, which DuckDB refuses
        for change in changes:
            if (changed := change(node)) is not None:
                changed.type = changed.type or node.type
                changed.meta.update({name: value for name, value in node.meta.items() if name not in changed.meta})
                node.replace(changed)
                break


@cache
def _changes_of(kind: type[exp.Expr], has_times: bool, has_fractions: bool) -> list[_Change]:
    found: list[tuple[type[exp.Expr], _Change | str]] = [*REWRITES]
    if has_fractions:
        from millrace.athena_sql.engines.nans import NAN_REWRITES

        found = [*NAN_REWRITES, *found]
    if has_times:
        from millrace.athena_sql.engines.duckdb.translation.times.rewrites import REWRITES_OF_TIMES

        found = [*REWRITES_OF_TIMES, *found]
    return [_named(change) if isinstance(change, str) else change for base, change in found if issubclass(kind, base)]


def _named(change: str) -> _Change:
    module, _, name = change.partition(":")
    found: _Change = getattr(import_module(f"{__package__}.{module}"), name)
    return found
