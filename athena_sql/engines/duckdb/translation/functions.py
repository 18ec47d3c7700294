"""Rewrites of functions of Athena's table, by the class that sqlglot reads them to, or by name."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.arrays import sequence, subscript, type_of
from millrace.athena_sql.engines.duckdb.translation.comparisons import (
    arrays_ordered,
    nested_equal,
    nested_in,
    row_of_tuple,
    values_of_rows,
)
from millrace.athena_sql.engines.duckdb.translation.lambdas import BY_NAME, reduce_array
from millrace.athena_sql.engines.duckdb.translation.parts import call, macro, refused
from millrace.athena_sql.engines.duckdb.translation.unnests import unnest
from millrace.athena_sql.portability.refusals import Refusal

_refuse_form = refused(Refusal("normalize to NFD, NFKC or NFKD", "normalize(text), which is NFC"))
_refuse_sha512 = refused(Refusal("sha512", "sha256"))
_refuse_comparator = refused(Refusal("array_sort with a lambda", "array_sort(array), and reverse for the other order"))
_refuse_replacement = refused(Refusal("from_utf8 with a replacement", "from_utf8(bytes)"))

# Functions that sqlglot does not know, and for whose names DuckDB has something else or nothing.
_MACRO_NAMES = MappingProxyType(
    {
        "array_histogram": "athena_array_histogram",
        "bit_count": "athena_bit_count",
        "combinations": "athena_combinations",
        "histogram": "athena_histogram",
        "map_entries": "athena_map_entries",
        "millisecond": "athena_millisecond",
        "ngrams": "athena_ngrams",
        "to_base": "athena_to_base",
        "to_milliseconds": "athena_milliseconds",
        "trim_array": "athena_trim_array",
        "url_decode": "athena_url_decoded",
        "url_encode": "athena_url",
    }
)


def _by_name(node: exp.Expr) -> exp.Expr | None:
    name = str(node.this).lower()
    if name in BY_NAME:
        return BY_NAME[name](node)
    if name == "map_concat" and node.expressions:
        return _concatenated([one.copy() for one in node.expressions])
    renamed = _MACRO_NAMES.get(name)
    return call(renamed, *(one.copy() for one in node.expressions)) if renamed else None


def _concatenated(maps: list[exp.Expr]) -> exp.Expr:
    found, *others = maps
    for other in others:
        found = call("athena_map_concat", found, other)
    return found


def _bigint(node: exp.Expr) -> exp.Expr | None:
    """A BIGINT for whole numbers of any size."""
    return None if isinstance(node.parent, exp.Cast) else exp.cast(exp.paren(node.copy()), exp.DType.BIGINT)


def _appended(node: exp.Expr) -> exp.Expr | None:
    """An array and an entry put together; two arrays DuckDB puts together as Athena does."""
    kinds = [type_of(side) is exp.DType.ARRAY for side in (node.this, node.expression)]
    known = [side.type is not None and side.type.this is not exp.DType.UNKNOWN for side in (node.this, node.expression)]
    if kinds == [True, False] and known[1]:
        return call("athena_append", node.this.copy(), node.expression.copy())
    if kinds == [False, True] and known[0]:
        return call("athena_prepend", node.this.copy(), node.expression.copy())
    return None


def _reverse(node: exp.Expr) -> exp.Expr | None:
    if type_of(node.this) is exp.DType.ARRAY:
        return call("LIST_REVERSE", node.this.copy())
    is_binary = isinstance(node.this, exp.Encode | exp.Unhex)
    return call("athena_reverse_bytes", node.this.copy()) if is_binary else None


def _normalize(node: exp.Expr) -> exp.Expr:
    form = node.args.get("form")
    if form and form.name.upper() != "NFC":
        _refuse_form(node)
    return call("NFC_NORMALIZE", node.this.copy())


def _digest(node: exp.Expr) -> exp.Expr:
    if node.text("length") != "256":
        _refuse_sha512(node)
    return call("athena_sha256", node.this.copy())


def _random(node: exp.Expr) -> exp.Expr | None:
    """A whole number: from 0, or from the first of two, to below the last."""
    first, last = node.this, node.args.get("lower")
    if first is None:
        return None
    if last is None:
        first, last = exp.Literal.number(0), first
    return call("athena_random", first.copy(), last.copy())


def _array_sort(node: exp.Expr) -> None:
    if node.args.get("expression"):
        _refuse_comparator(node)


def _decode(node: exp.Expr) -> exp.Expr:
    if node.args.get("replace"):
        _refuse_replacement(node)
    return call("athena_from_utf8", node.this.copy())


REWRITES: tuple[tuple[type[exp.Expr], Callable[[exp.Expr], exp.Expr | None]], ...] = (
    (exp.Anonymous, _by_name),
    (exp.ArraySort, _array_sort),
    (exp.BitwiseAnd, _bigint),
    (exp.BitwiseOr, _bigint),
    (exp.BitwiseXor, _bigint),
    (exp.BitwiseNot, _bigint),
    (exp.Bracket, subscript),
    (exp.Decode, _decode),
    (exp.DPipe, _appended),
    (exp.EQ, nested_equal),
    (exp.FromBase, macro("athena_from_base", "this", "expression")),
    (exp.GenerateSeries, sequence),
    (exp.GT, arrays_ordered),
    (exp.GTE, arrays_ordered),
    (exp.Hex, macro("athena_hex", "this")),
    (exp.In, nested_in),
    (exp.Levenshtein, macro("athena_levenshtein", "this", "expression")),
    (exp.LT, arrays_ordered),
    (exp.LTE, arrays_ordered),
    (exp.MD5Digest, macro("athena_md5", "this")),
    (exp.NEQ, nested_equal),
    (exp.Normalize, _normalize),
    (exp.Rand, _random),
    (exp.Reduce, reduce_array),
    (exp.Repeat, macro("athena_repeat", "this", "times")),
    (exp.Reverse, _reverse),
    (exp.SHA, macro("athena_sha1", "this")),
    (exp.SHA2Digest, _digest),
    (exp.Soundex, macro("athena_soundex", "this")),
    (exp.StrPosition, macro("athena_strpos", "this", "substr", "occurrence")),
    (exp.StrToMap, macro("athena_split_to_map", "this", "pair_delim", "key_value_delim")),
    (exp.ToBase64, macro("athena_base64", "this")),
    (exp.Tuple, row_of_tuple),
    (exp.Unnest, unnest),
    (exp.Values, values_of_rows),
    (exp.WidthBucket, macro("athena_bucket", "this", "min_value", "max_value", "num_buckets")),
    (exp.WidthBucket, macro("athena_bucket_of", "this", "min_value")),
)
