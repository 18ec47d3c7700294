"""Rules that hold on every engine: names of columns, limits, and what a statement must fulfil to be written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlglot import exp

from millrace.athena_sql.ports import Column, Parameter, WriteRequest
from millrace.athena_sql.statements.parameters import parameters_of
from millrace.errors import DefinitionError

_HAVE_NAMES = (exp.Alias, exp.Aliases, exp.Column, exp.Dot, exp.Star)


def name_columns(tree: exp.Query) -> exp.Query:
    """Gives columns without a name the names that Athena gives (`_col0`, `_col1`...); changes the tree in place."""
    first: exp.Expr = tree
    while isinstance(first, exp.SetOperation | exp.Subquery):
        first = first.this
    columns = first.expressions if isinstance(first, exp.Select) else []
    for position, column in enumerate(columns):
        if not isinstance(column, _HAVE_NAMES):
            column.replace(exp.alias_(column.copy(), f"_col{position}"))
    if len(columns) == 1 and columns[0].is_star and (source := _only_subquery(first)) is not None:
        name_columns(source)
    return tree


def _only_subquery(select: exp.Expr) -> exp.Subquery | None:
    """What the SELECT reads, if that is one subquery whose columns it does not name."""
    source = select.args.get("from_")
    if source is None or select.args.get("joins") or not isinstance(source.this, exp.Subquery):
        return None
    return None if source.this.alias_column_names else source.this


def limited(tree: exp.Query, limit: int | None) -> exp.Query:
    """The statement with at most this many rows: the first ones in its order.

    The limit is set in the statement itself: the order of a subquery means nothing to Trino.
    """
    if limit is None:
        return tree
    cut = tree.copy()
    while isinstance(cut, exp.Subquery) and cut.is_wrapper:
        cut = cut.this
    own = cut.args.get("limit")
    if own is None:
        cut.set("limit", exp.Limit(expression=exp.Literal.number(limit)))
    elif isinstance(own, exp.Limit) and own.expression.is_int:
        own.set("expression", exp.Literal.number(min(limit, int(own.expression.name))))
    else:
        cut = exp.select("*").from_(cut.subquery("q")).limit(limit)
    return cut


def require_partitions_parameter(request: WriteRequest, tree: exp.Query) -> None:
    """Raises DefinitionError for a statement without :partitions, which would write all rows into each partition."""
    if "partitions" not in parameters_of(tree):
        raise DefinitionError(
            f"{request.statement.name}: the statement does not use :partitions, so it cannot be written by partition.",
            hint="Add WHERE dt IN (:partitions).",
        )


def parameters_of_write(request: WriteRequest, partition: str) -> dict[str, Parameter]:
    """The statement's parameters when it writes one partition; "" for an unpartitioned table."""
    bound: dict[str, Parameter] = dict(request.parameters)
    if partition:
        bound["partitions"] = [date.fromisoformat(partition)]
    return bound


def require_declared_columns(request: WriteRequest, columns: Sequence[Column]) -> None:
    """Raises DefinitionError, with both lists, when the statement's columns are not those that the table declares."""
    declared = [(column.name, column.type) for column in request.columns]
    given = [(column.name, column.type) for column in columns]
    if given != declared:
        raise DefinitionError(
            f"{request.statement.name}: the statement gives {_listed(given)}, but the table declares"
            f" {_listed(declared)}.",
            hint="Change the SELECT list or the declared columns so that both match.",
        )


def require_given_columns(given: Sequence[Column], columns: Sequence[Column]) -> None:
    """Raises DefinitionError for a table, given by a script, of other columns; numbers may be of another size."""
    if {one.name: _family(one.type) for one in given} != {one.name: _family(one.type) for one in columns}:
        listed = [_listed([(one.name, one.type) for one in some]) for some in (given, columns)]
        raise DefinitionError(
            f"write() was given a table of {listed[0]}, but declared are {listed[1]}.",
            hint="Convert its columns, or change the declared ones, so that both match.",
        )


def _family(type_: str) -> str:
    return "int" if type_ in ("tinyint", "smallint", "bigint") else "double" if type_ == "float" else type_


def _listed(columns: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {type_}" for name, type_ in columns)
