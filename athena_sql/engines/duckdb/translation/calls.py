"""The rewrites in their order, each for a class of nodes that sqlglot would write with another result in DuckDB."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.aggregates import (
    OUTERMOST,
    extreme,
    neighbour,
    outermost,
    separator,
)
from millrace.athena_sql.engines.duckdb.translation.arrays import array_intersect, write_subscripts
from millrace.athena_sql.engines.duckdb.translation.casts import cast_as_athena, cast_to_text, text_cast
from millrace.athena_sql.engines.duckdb.translation.comparisons import row_of_call
from millrace.athena_sql.engines.duckdb.translation.functions import REWRITES
from millrace.athena_sql.engines.duckdb.translation.json.functions import JSON_CASTS, JSON_REWRITES
from millrace.athena_sql.engines.duckdb.translation.numbers import (
    join_using,
    maybe_nan,
    quotient,
    rest,
    rounded,
    sign,
    small_literals,
    to_decimal,
    truncated,
)
from millrace.athena_sql.engines.duckdb.translation.order import put_aliases_into_order
from millrace.athena_sql.engines.duckdb.translation.parts import macro, refused
from millrace.athena_sql.engines.duckdb.translation.texts.functions import TEXT_REWRITES
from millrace.athena_sql.engines.duckdb.translation.texts.regexps import REGEXP_REWRITES
from millrace.athena_sql.engines.duckdb.translation.times.fields import carry_results, note_times
from millrace.athena_sql.engines.duckdb.translation.times.rewrites import REWRITES_OF_TIMES
from millrace.athena_sql.engines.duckdb.translation.type_names import write_type_names
from millrace.athena_sql.engines.nans import NAN_REWRITES
from millrace.athena_sql.engines.wrapped import is_whole
from millrace.athena_sql.portability import refusals
from millrace.athena_sql.portability.refusals import Refusal

_refuse_limit = refused(Refusal("FETCH FIRST ... PERCENT or WITH TIES", "rank() OVER (...)"))


def _count_if(node: exp.Expr) -> exp.Expr:
    """0 where no row is counted; DuckDB's is NULL where there is no row."""
    return exp.Count(this=exp.Case().when(node.this.copy(), exp.Literal.number(1)))


def _limit_options(node: exp.Expr) -> None:
    if node.args.get("percent") or node.args.get("with_ties"):
        _refuse_limit(node)


_CHANGES: tuple[tuple[type[exp.Expr], Callable[[exp.Expr], exp.Expr | None]], ...] = (
    *REWRITES_OF_TIMES,
    (exp.Div, quotient),
    (exp.Mod, rest),
    (exp.Add, small_literals),
    (exp.Sub, small_literals),
    (exp.Mul, small_literals),
    (exp.Floor, rounded),
    (exp.Ceil, rounded),
    (exp.Round, rounded),
    (exp.Trunc, truncated),
    (exp.Sign, sign),
    (exp.Join, join_using),
    (exp.Lag, neighbour),
    (exp.Lead, neighbour),
    (exp.GroupConcat, separator),
    *((kind, outermost) for kind in OUTERMOST),
    *NAN_REWRITES,
    (exp.ArraySize, lambda node: exp.cast(exp.Anonymous(this="CARDINALITY", expressions=[node.this.copy()]), "BIGINT")),
    (exp.ArrayContains, macro("athena_contains", "this", "expression")),
    (exp.ArrayDistinct, macro("athena_distinct", "this")),
    (exp.ArrayExcept, macro("athena_except", "this", "expression")),
    (exp.ArrayIntersect, array_intersect),
    (exp.ArrayMax, macro("athena_array_max", "this")),
    (exp.ArrayMin, macro("athena_array_min", "this")),
    (exp.ArrayPosition, macro("athena_position", "this", "expression")),
    (exp.ArraySlice, macro("athena_slice", "this", "start", "end")),  # `end` is the length
    (exp.Cast, to_decimal),
    (exp.Cast, cast_as_athena),
    *JSON_CASTS,
    (exp.Cast, cast_to_text),
    (exp.Cast, text_cast),
    (exp.CountIf, _count_if),
    (exp.ArrayRemove, macro("athena_remove", "this", "expression")),
    (exp.ArgMax, extreme),
    (exp.ArgMin, extreme),
    (exp.Struct, row_of_call),
    (exp.Format, refused(refusals.REFUSED_FORMAT)),
    (exp.LimitOptions, _limit_options),
    *TEXT_REWRITES,
    *REGEXP_REWRITES,
    *JSON_REWRITES,
    *REWRITES,
    *((kind, maybe_nan) for kind in (exp.GT, exp.GTE, exp.LT, exp.LTE)),
)


@cache
def _changes_of(kind: type[exp.Expr]) -> list[Callable[[exp.Expr], exp.Expr | None]]:
    return [change for base, change in _CHANGES if issubclass(kind, base)]


def rewrite(query: exp.Query) -> exp.Query:
    """Changes the tree in place and returns it. Raises StatementFailed for a call that has no translation.

    Goes from the inside out, since a replacement contains copies of the node's parts. `node.type` is known as far as
    `language/typed_trees.py` could annotate it.
    """
    put_aliases_into_order(query)
    note_times(query)
    write_subscripts(query)
    write_type_names(query)
    for node in reversed(list(query.walk())):
        changes = _changes_of(type(node))
        if changes and not is_whole(node):
            continue  # a call without what it takes, which DuckDB refuses
        for change in changes:
            if (changed := change(node)) is not None:
                changed.type = changed.type or node.type
                changed.meta.update({name: value for name, value in node.meta.items() if name not in changed.meta})
                node.replace(changed)
                break
    carry_results(query)
    for node in query.walk():
        node.type = None  # or sqlglot would write some nodes by their types, in ways of its own
    return query
