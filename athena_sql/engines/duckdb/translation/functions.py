"""Rewrites of functions of Athena's table, by the class that sqlglot reads them to, or by name."""

from __future__ import annotations

from types import MappingProxyType

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.arrays import type_of
from millrace.athena_sql.engines.duckdb.translation.lambdas import BY_NAME
from millrace.athena_sql.engines.duckdb.translation.parts import call, refused
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


def by_name(node: exp.Expr) -> exp.Expr | None:
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


def bigint(node: exp.Expr) -> exp.Expr | None:
    """A BIGINT for whole numbers of any size."""
    return None if isinstance(node.parent, exp.Cast) else exp.cast(exp.paren(node.copy()), exp.DType.BIGINT)


def appended(node: exp.Expr) -> exp.Expr | None:
    """An array and an entry put together; two arrays DuckDB puts together as Athena does."""
    kinds = [type_of(side) is exp.DType.ARRAY for side in (node.this, node.expression)]
    known = [side.type is not None and side.type.this is not exp.DType.UNKNOWN for side in (node.this, node.expression)]
    if kinds == [True, False] and known[1]:
        return call("athena_append", node.this.copy(), node.expression.copy())
    if kinds == [False, True] and known[0]:
        return call("athena_prepend", node.this.copy(), node.expression.copy())
    return None


def reverse(node: exp.Expr) -> exp.Expr | None:
    if type_of(node.this) is exp.DType.ARRAY:
        return call("LIST_REVERSE", node.this.copy())
    is_binary = isinstance(node.this, exp.Encode | exp.Unhex)
    return call("athena_reverse_bytes", node.this.copy()) if is_binary else None


def normalize(node: exp.Expr) -> exp.Expr:
    form = node.args.get("form")
    if form and form.name.upper() != "NFC":
        _refuse_form(node)
    return call("NFC_NORMALIZE", node.this.copy())


def digest(node: exp.Expr) -> exp.Expr:
    if node.text("length") != "256":
        _refuse_sha512(node)
    return call("athena_sha256", node.this.copy())


def random(node: exp.Expr) -> exp.Expr | None:
    """A whole number: from 0, or from the first of two, to below the last."""
    first, last = node.this, node.args.get("lower")
    if first is None:
        return None
    if last is None:
        first, last = exp.Literal.number(0), first
    return call("athena_random", first.copy(), last.copy())


def array_sort(node: exp.Expr) -> None:
    if node.args.get("expression"):
        _refuse_comparator(node)


def decode(node: exp.Expr) -> exp.Expr:
    if node.args.get("replace"):
        _refuse_replacement(node)
    return call("athena_from_utf8", node.this.copy())
