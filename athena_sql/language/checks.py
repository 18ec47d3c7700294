"""The checks of a statement in their order, on a tree whose views are written out and whose tables are still names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

from sqlglot import exp

from millrace.athena_sql.language.argument_counts import refused_counts
from millrace.athena_sql.language.fence import check_allowed
from millrace.athena_sql.language.grammar import refused_aliases
from millrace.athena_sql.language.number_checks import refused_calls
from millrace.athena_sql.language.orders import without_order
from millrace.athena_sql.language.refused import AthenaRefusal
from millrace.athena_sql.language.typed_trees import annotate, column_types
from millrace.athena_sql.language.value_types import mixed_types
from millrace.athena_sql.ports import Column


def check_statement(tree: exp.Query, columns: Callable[[exp.Table], tuple[Column, ...]]) -> None:
    """Annotates the types of the tree's nodes in place, as far as they are known.

    `columns`: those of a table; () for a name that WITH defines. Raises StatementFailed, with Athena's code and words.
    """
    nodes = list(tree.walk())
    check_allowed(nodes)
    known = {id(node): column_types(columns(node)) for node in nodes if isinstance(node, exp.Table)}
    annotate(tree, lambda table: known[id(table)])
    for node, refused in refused_meanings(nodes, lambda table: known[id(table)]):
        raise refused.failure(node)


def refused_meanings(
    nodes: Sequence[exp.Expr], types_of: Callable[[exp.Table], Mapping[str, str]]
) -> Iterator[tuple[exp.Expr, AthenaRefusal]]:
    """What Athena refuses of the nodes of an annotated tree that the fence allows. `types_of`: as for `annotate`."""
    return chain(
        refused_aliases(nodes, lambda table: types_of(table).keys()),
        mixed_types(nodes),
        refused_counts(nodes),
        refused_calls(nodes),
        without_order(nodes),
    )
