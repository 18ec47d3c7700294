"""The checks of a statement in their order, on a tree whose views are written out and whose tables are still names."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from millrace.athena_sql.language.fence import check_allowed
from millrace.athena_sql.language.grammar import refused_aliases
from millrace.athena_sql.language.number_checks import refused_calls
from millrace.athena_sql.language.typed_trees import annotate, column_types
from millrace.athena_sql.language.value_types import mixed_types
from millrace.athena_sql.ports import Column
from millrace.athena_sql.statements.places import place_of
from millrace.errors import StatementFailed


def check_statement(tree: exp.Query, columns: Callable[[exp.Table], tuple[Column, ...]]) -> None:
    """Annotates the types of the tree's nodes in place, as far as they are known.

    `columns`: those of a table; () for a name that WITH defines. Raises StatementFailed, with Athena's code and words.
    """
    check_allowed(tree)
    known = {id(table): column_types(columns(table)) for table in tree.find_all(exp.Table)}
    annotate(tree, lambda table: known[id(table)])
    for node, _ in refused_aliases(tree, lambda table: known[id(table)].keys() if id(table) in known else None):
        raise StatementFailed("COLUMN_NOT_FOUND", f"{place_of(node)}: Column '{node.name}' cannot be resolved")
    for node, message in mixed_types(tree):
        raise StatementFailed("TYPE_MISMATCH", f"{place_of(node)}: {message}")
    for node, refused in refused_calls(tree):
        raise StatementFailed(refused.code, f"{place_of(node)}: {refused.words}")
