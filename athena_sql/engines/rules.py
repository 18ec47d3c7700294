"""What holds on every engine: the names of columns, and what a statement must give to be written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlglot import exp

from millrace.athena_sql.ports import Column, Parameter, WriteRequest
from millrace.athena_sql.statements.parameters import parameters_of
from millrace.errors import DefinitionError

_NAMED = (exp.Alias, exp.Aliases, exp.Column, exp.Dot, exp.Star)


def named(tree: exp.Query) -> exp.Query:
    """Columns without a name get Athena's: `_col0`, `_col1`..."""
    first: exp.Expr = tree
    while isinstance(first, exp.SetOperation | exp.Subquery):
        first = first.this
    for position, column in enumerate(first.expressions if isinstance(first, exp.Select) else ()):
        if not isinstance(column, _NAMED):
            column.replace(exp.alias_(column.copy(), f"_col{position}"))
    return tree


def reads_partitions(request: WriteRequest, tree: exp.Query) -> None:
    """Raises DefinitionError for a statement that would write all rows into each partition."""
    if "partitions" not in parameters_of(tree):
        raise DefinitionError(
            f"{request.statement.name}: it does not read :partitions, so it cannot be written by partition.",
            hint="Add WHERE dt IN (:partitions).",
        )


def parameters_for(request: WriteRequest, partition: str) -> dict[str, Parameter]:
    """The statement's parameters when it writes one partition; "" for an unpartitioned table."""
    bound: dict[str, Parameter] = dict(request.parameters)
    if partition:
        bound["partitions"] = [date.fromisoformat(partition)]
    return bound


def same_columns(request: WriteRequest, found: Sequence[Column]) -> None:
    """Raises DefinitionError, which lists both, when the statement gives other columns than the table declares."""
    declared = [(column.name, column.type) for column in request.columns]
    given = [(column.name, column.type) for column in found]
    if given != declared:
        raise DefinitionError(
            f"{request.statement.name}: the statement gives {_listed(given)}, but the table declares"
            f" {_listed(declared)}.",
            hint="Make the one as the other.",
        )


def _listed(columns: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {type_}" for name, type_ in columns)
